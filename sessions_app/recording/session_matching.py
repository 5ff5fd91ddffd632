"""Find the session that a message belongs to.

Match in this order: an id we issued; the station's own id while its session is open (stations reuse
ids, some for two cars at once); the session active on the connector at that time. A stop names no
connector: match an earlier copy of it, or its tag and register.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from sessions_app.domain import events, lifecycle
from sessions_app.domain.drafts import ConnectorDraft, SessionDraft, StationDraft
from sessions_app.domain.flags import Flag
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.meter import Reading
from sessions_app.queries.event_batch import load_last_session, load_stopped_sessions, next_start

REPEATED_FOR = timedelta(days=1)  # how long a station may repeat an unanswered stop with another time


def is_repeated_start(draft: SessionDraft, event: events.Started) -> bool:
    """Return whether the start repeats the session's, at any time if the station's clock is unset."""
    state = draft.state
    if (state.meter_start_wh, draft.id_tag_value) != (event.meter_start_wh, event.id_tag):
        return False
    if state.started_at == event.at:
        return True
    has_no_clock = bool(state.flags & event.flags & Flag.CLOCK_UNSET)
    return has_no_clock and not state.is_ended and draft.reading_count == 0


def match_readings(
    station: StationDraft, connector: ConnectorDraft | None, event: events.Measured
) -> SessionDraft | None:
    """Return the session that the readings belong to, or None."""
    at = event.readings[-1].at
    by_id = station.session_by_transaction(event.transaction)
    if by_id is not None and _is_issued_id(by_id, event.transaction):
        return by_id
    if by_id is not None and connector is not None and by_id.connector not in (None, connector):
        by_id = None  # the station uses one id for two cars
    if by_id is not None and lifecycle.was_active(by_id.state, at=at):
        return by_id
    by_connector = _active_on(connector, station, event.readings) if connector is not None else None
    if by_connector is None and by_id is not None and not _is_id_reused(by_id, station, at):
        return by_id
    return by_connector


def match_stop(station: StationDraft, event: events.Stopped) -> SessionDraft | None:
    """Return the session that a stop ends, or has ended before; None if there is none."""
    by_id = station.session_by_transaction(event.own_transaction)
    if by_id is not None and _is_issued_id(by_id, event.transaction):
        return by_id
    if by_id is not None and not _is_id_reused(by_id, station, event.at):
        return _same_id_other_car(by_id, station, event) or by_id
    if event.meter_stop_wh:
        load_stopped_sessions(station, at=event.at, within=REPEATED_FOR, meter_stop_wh=event.meter_stop_wh)
    return (
        _stopped_with_same_register(station, event, within=timedelta(0) if event.is_timed else REPEATED_FOR)
        or _only_candidate(station, event)
        or _stopped_with_same_register(station, event, within=REPEATED_FOR)
    )


def _same_id_other_car(by_id: SessionDraft, station: StationDraft, event: events.Stopped) -> SessionDraft | None:
    """Return the session that the stop ends instead, if the station uses one id for two cars.

    Require tag and register: a car may be stopped with the tag of another.
    """
    candidate = _only_candidate(station, event)
    if candidate is None or not _has_tag(candidate, event) or _has_tag(by_id, event):
        return None
    is_nearer = not _fits_register(by_id, event) or _last_register_wh(by_id) < _last_register_wh(candidate)
    return candidate if is_nearer else None


def _is_issued_id(draft: SessionDraft, transaction: str) -> bool:
    return transaction == str(draft.id)


def _is_id_reused(by_id: SessionDraft, station: StationDraft, at: datetime) -> bool:
    return lifecycle.is_id_reused(by_id.state, at=at, booted_at=station.booted_at)


def _active_on(connector: ConnectorDraft, station: StationDraft, readings: tuple[Reading, ...]) -> SessionDraft | None:
    """Return the session active on the connector at the time of one of the readings."""
    last_at = readings[-1].at
    draft = station.open_session(connector)
    if draft is None or last_at < draft.state.started_at:
        load_last_session(station, connector, by=last_at)
        draft = station.last_session_started_by(connector, last_at)
    if draft is None:
        return None
    state, free_at = draft.state, connector.available_at
    return draft if any(lifecycle.may_have_been_active(state, at=r.at, free_at=free_at) for r in readings) else None


def _stopped_with_same_register(
    station: StationDraft, event: events.Stopped, *, within: timedelta
) -> SessionDraft | None:
    """Return the session that stopped at this register value; values but 0 rarely repeat."""
    if not event.meter_stop_wh:
        return None
    for draft in station.sessions:
        state = draft.state
        if (
            state.stopped_at is not None
            and state.meter_stop_wh == event.meter_stop_wh
            and abs(state.stopped_at - event.at) <= within
            and (not event.id_tag or not draft.id_tag_value or _has_tag(draft, event))
        ):
            return draft
    return None


def _only_candidate(station: StationDraft, event: events.Stopped) -> SessionDraft | None:
    """Return the session in progress that the stop fits, if exactly one remains.

    Each piece of evidence narrows the candidates unless it excludes all of them. A stop with an unknown
    id may belong to an unknown session, so it needs matching evidence.
    """
    candidates = [d for d in station.sessions if not d.state.is_ended and d.state.started_at <= event.at]
    if event.transaction not in events.NO_TRANSACTION:
        connector = station.only_connector
        candidates = [
            draft
            for draft in candidates
            if _fits_register(draft, event) and (_has_tag(draft, event) or (connector and draft.connector is connector))
        ]
    for fits in (_has_tag, _fits_register):
        candidates = [draft for draft in candidates if fits(draft, event)] or candidates
    if len(candidates) > 1 and all(_fits_register(draft, event) for draft in candidates):
        nearest_wh = max(map(_last_register_wh, candidates))
        candidates = [draft for draft in candidates if _last_register_wh(draft) == nearest_wh]
    return candidates[0] if len(candidates) == 1 else None


def _has_tag(draft: SessionDraft, event: events.Stopped) -> bool:
    return bool(event.id_tag) and _normalize_tag(draft.id_tag_value) == _normalize_tag(event.id_tag)


def _normalize_tag(tag: str) -> str:
    return tag.split(";", 1)[0].upper()


def _fits_register(draft: SessionDraft, event: events.Stopped) -> bool:
    return event.meter_stop_wh is not None and _last_register_wh(draft) <= event.meter_stop_wh


def _last_register_wh(draft: SessionDraft) -> Decimal:
    """Return the session's last register value in Wh; 0 if unknown."""
    new_values = [reading.register_wh for reading in draft.new_readings if reading.register_wh is not None]
    if new_values:
        return new_values[-1]
    last = draft.totals.register.last if draft.totals is not None else None
    return last.wh if last is not None else draft.state.meter_start_wh or Decimal(0)


def unplug_if_available(station: StationDraft, draft: SessionDraft, state: SessionState) -> SessionState:
    """Return the state of a stopped session, unplugged if its connector is already available.

    After an outage the status arrives before the stop, and the next session may already exist.
    """
    connector = draft.connector
    if connector is None or connector.available_at is None or state.stopped_at is None:
        return state
    if connector.status != "Available" and connector.available_at < state.stopped_at:
        return state
    state = lifecycle.unplug(state, at=connector.available_at)
    later_starts = [later.state.started_at for later in station.sessions_started_after(connector, state.started_at)]
    stored_start = next_start(connector.id, after=state.started_at)
    later_starts += [stored_start] if stored_start is not None else []
    return lifecycle.end_by_next_session(state, to=min(later_starts)) if later_starts else state
