"""Which session a message means, by the best evidence that there is.

An id that we gave is never doubted. One that the station made up counts as long as its session lasts:
stations use their ids again, some for two cars at once. Then counts who was on the connector at the time.
A stop names no connector; in place of it counts that the same stop has come before, and the tag and the
register of who charges.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from sessions_app.domain import events, lifecycle
from sessions_app.domain.drafts import ConnectorDraft, SessionDraft, StationDraft
from sessions_app.domain.flags import Flag
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.meter import Reading
from sessions_app.queries.event_batch import load_last_session, load_stopped_sessions, next_start

REPEATED_FOR = timedelta(days=1)  # how long a stop that was not answered may come again with another time


def is_repeated_start(draft: SessionDraft, event: events.Started) -> bool:
    """Return whether a start is that of the session; without a clock its time says nothing."""
    state = draft.state
    if (state.meter_start_wh, draft.id_tag_value) != (event.meter_start_wh, event.id_tag):
        return False
    stated_at = event.stated_at or event.at
    if state.started_at == event.at or stated_at in (draft.start_stated_at, state.started_at):
        return True
    has_no_clock = bool(state.flags & event.flags & Flag.CLOCK_UNSET)
    return has_no_clock and not state.is_ended and draft.reading_count == 0


def match_readings(
    station: StationDraft, connector: ConnectorDraft | None, event: events.Measured
) -> SessionDraft | None:
    """Return the session that readings are of; None where nobody knows of it, or there was none."""
    at = event.readings[-1].at
    named = station.session_by_transaction(event.transaction)
    if named is not None and _is_ours(named, event.transaction):
        return named
    if named is not None and connector is not None and named.connector not in (None, connector):
        named = None  # the station has one id for two cars
    if named is not None and lifecycle.was_active(named.state, at=at):
        return named
    there = _active_on(connector, station, event.readings) if connector is not None else None
    if there is None and named is not None and not _is_id_reused(named, station, at):
        return named
    return there


def match_stop(station: StationDraft, event: events.Stopped) -> SessionDraft | None:
    """Return the session that a stop ends, or has ended before; None where nobody knows of it."""
    named = station.session_by_transaction(event.own_transaction)
    if named is not None and _is_ours(named, event.transaction):
        return named
    if named is not None and not _is_id_reused(named, station, event.at):
        return _other_car(named, station, event) or named
    if event.meter_stop_wh:
        load_stopped_sessions(station, at=event.at, within=REPEATED_FOR, meter_stop_wh=event.meter_stop_wh)
    return (
        _stopped_with_same_register(station, event, within=timedelta(0) if event.is_timed else REPEATED_FOR)
        or _only_candidate(station, event)
        or _stopped_with_same_register(station, event, within=REPEATED_FOR)
    )


def _other_car(named: SessionDraft, station: StationDraft, event: events.Stopped) -> SessionDraft | None:
    """Return the session that a stop is of where the station has one id for two cars.

    Tag and register have to say so together: a car may be stopped with the tag of another.
    """
    other = _only_candidate(station, event)
    if other is None or not _has_tag(other, event) or _has_tag(named, event):
        return None
    is_nearer = not _fits_register(named, event) or _last_register_wh(named) < _last_register_wh(other)
    return other if is_nearer else None


def _is_ours(draft: SessionDraft, transaction: str) -> bool:
    return transaction == str(draft.id)


def _is_id_reused(named: SessionDraft, station: StationDraft, at: datetime) -> bool:
    return lifecycle.is_id_reused(named.state, at=at, booted_at=station.booted_at)


def _active_on(connector: ConnectorDraft, station: StationDraft, readings: tuple[Reading, ...]) -> SessionDraft | None:
    """Return the session that was on the connector when one of the readings was taken."""
    last = readings[-1].at
    there = station.open_session(connector)
    if there is None or last < there.state.started_at:
        load_last_session(station, connector, by=last)
        there = station.last_session_started_by(connector, last)
    if there is None:
        return None
    state, free_at = there.state, connector.available_at
    return there if any(lifecycle.may_have_been_active(state, at=r.at, free_at=free_at) for r in readings) else None


def _stopped_with_same_register(
    station: StationDraft, event: events.Stopped, *, within: timedelta
) -> SessionDraft | None:
    """Return the session that stopped with the same register, which seldom stands anywhere twice but at 0."""
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
    """Return the one session in progress that the stop can be of.

    Each piece of evidence narrows those that are left, unless it would leave nobody. An id that we do not
    know may be of a session that we do not know: then there has to be some evidence.
    """
    left = [each for each in station.sessions if not each.state.is_ended and each.state.started_at <= event.at]
    if event.transaction not in events.NO_TRANSACTION:
        only = station.only_connector
        left = [
            each
            for each in left
            if _fits_register(each, event) and (_has_tag(each, event) or (only and each.connector is only))
        ]
    for fits in (_has_tag, _fits_register):
        left = [each for each in left if fits(each, event)] or left
    if len(left) > 1 and all(_fits_register(each, event) for each in left):
        nearest = max(map(_last_register_wh, left))
        left = [each for each in left if _last_register_wh(each) == nearest]
    return left[0] if len(left) == 1 else None


def _has_tag(draft: SessionDraft, event: events.Stopped) -> bool:
    return bool(event.id_tag) and _normalize_tag(draft.id_tag_value) == _normalize_tag(event.id_tag)


def _normalize_tag(tag: str) -> str:
    return tag.split(";", 1)[0].upper()


def _fits_register(draft: SessionDraft, event: events.Stopped) -> bool:
    """Return whether the session's meter may have come to where the stop says that it stands."""
    return event.meter_stop_wh is not None and _last_register_wh(draft) <= event.meter_stop_wh


def _last_register_wh(draft: SessionDraft) -> Decimal:
    """Return where the session's meter stood last, in Wh; 0 where nobody knows."""
    arrived = [each.register_wh for each in draft.new_readings if each.register_wh is not None]
    if arrived:
        return arrived[-1]
    last = draft.totals.register.last if draft.totals is not None else None
    return last.wh if last is not None else draft.state.meter_start_wh or Decimal(0)


def unplug_if_available(station: StationDraft, draft: SessionDraft, state: SessionState) -> SessionState:
    """Return the state of a session that has just stopped where its connector is available already.

    After an outage the status comes before the stop; and the next session may be known by then.
    """
    connector = draft.connector
    if connector is None or connector.available_at is None or state.stopped_at is None:
        return state
    if connector.status != "Available" and connector.available_at < state.stopped_at:
        return state
    state = lifecycle.unplug(state, at=connector.available_at, away=station.away)
    following = [each.state.started_at for each in station.sessions_started_after(connector, state.started_at)]
    stored = next_start(connector.id, after=state.started_at)
    following += [stored] if stored is not None else []
    return lifecycle.end_by_next_session(state, to=min(following)) if following else state
