"""Decide which session a message belongs to, among the sessions that the batch has loaded.

MATCHING.md explains the order: an id we issued; the station's own id while its session is open (stations
reuse ids, some for two cars at once); the session active on the connector at that time. A stop names no
connector: match an earlier copy of it, or its tag and register.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sessions_app.domain import events, lifecycle
from sessions_app.domain.connector_sessions import last_session_started_by, only_connector, open_session
from sessions_app.domain.drafts import ConnectorDraft, SessionDraft, StationDraft
from sessions_app.domain.flags import Flag
from sessions_app.domain.match_reasons import MatchReason
from sessions_app.domain.meter import Reading
from sessions_app.domain.transactions import TransactionIssuer, TransactionRef

REPEATED_FOR = timedelta(days=1)  # how long a station may repeat an unanswered stop with another time


class Match(NamedTuple):
    """The session that a message belongs to, or None, and why."""

    session: SessionDraft | None
    reason: MatchReason


def match_readings(station: StationDraft, connector: ConnectorDraft | None, event: events.Measured) -> Match:
    """Return the session that the readings belong to."""
    last = event.readings[-1]
    issued = session_of_issued_id(station, event.transaction)
    if issued is not None and not issued.state.is_ended and (connector is None or connector is issued.connector):
        return Match(issued, MatchReason.ISSUED_ID)  # as most readings do
    own = session_of_own_id(station, event.own_transaction)
    if issued is not None and not _is_other_numbering(issued, own, last.at, last.register_wh, connector, station):
        return Match(issued, MatchReason.ISSUED_ID)
    if own is not None and connector is not None and own.connector not in (None, connector):
        own = None  # the station uses one id for two cars
    if own is not None and lifecycle.was_active(own.state, at=last.at):
        return Match(own, MatchReason.STATION_ID)
    by_connector = _active_on(station, connector, event.readings)
    if by_connector.session is None and own is not None and not _is_id_reused(own, station, last.at):
        return Match(own, MatchReason.STATION_ID)
    return by_connector


def match_stop(station: StationDraft, event: events.Stopped) -> Match:
    """Return the session that a stop ends, or has ended before."""
    issued, own = session_of_issued_id(station, event.transaction), session_of_own_id(station, event.own_transaction)
    candidate = _only_candidate(station, event)
    if issued is not None:
        other = candidate.session if candidate.session is not issued else None
        connector = other.connector if other is not None and _has_tag(other, event) else None
        if not _is_other_numbering(issued, own, event.at, event.meter_stop_wh, connector, station):
            return Match(issued, MatchReason.ISSUED_ID)
    if own is not None and not _is_id_reused(own, station, event.at):
        if _is_other_car(own, candidate.session, event):
            return Match(candidate.session, MatchReason.OTHER_CAR_WITH_ID)
        return Match(own, MatchReason.STATION_ID)
    repeated = _stopped_with_same_register(station, event, within=timedelta(0) if event.is_timed else REPEATED_FOR)
    if repeated is None and candidate.session is not None:
        return candidate
    repeated = repeated or _stopped_with_same_register(station, event, within=REPEATED_FOR)
    return candidate if repeated is None else Match(repeated, MatchReason.REPEATED)


def takes_own_id(station: StationDraft, draft: SessionDraft, event: events.Measured) -> bool:
    """Return whether the session is now the one that the station means by its own id."""
    holder = session_of_own_id(station, event.own_transaction)
    return holder is None or holder is draft or lifecycle.ended_before(holder.state, at=event.readings[-1].at)


def session_of_issued_id(station: StationDraft, transaction: TransactionRef) -> SessionDraft | None:
    """Return the session whose start message we answered with this id."""
    if transaction.issuer is not TransactionIssuer.OURS or transaction.is_missing:
        return None
    for draft in station.sessions:
        if str(draft.id) == transaction.id and not draft.state.flags & Flag.START_UNKNOWN:
            return draft
    return None


def session_of_own_id(station: StationDraft, own_transaction: str) -> SessionDraft | None:
    """Return the session that the station itself gave this id."""
    return next((d for d in station.sessions if own_transaction and d.station_transaction_id == own_transaction), None)


def _is_other_numbering(
    issued: SessionDraft,
    own: SessionDraft | None,
    at: datetime,
    register_wh: Decimal | None,
    connector: ConnectorDraft | None,
    station: StationDraft,
) -> bool:
    """Return whether the station counts 1, 2, 3 itself and means another session than the one with our id.

    It does if it uses the number for an open session. Else the meter must contradict our session, and so
    must the time or a connector with a session in progress; one that never counted itself has our id.
    """
    if own is not None and own is not issued and issued.state.is_ended and not own.state.is_ended:
        return True
    if register_wh is None or _can_have_measured(issued, register_wh):
        return False
    if connector is not None and issued.connector not in (None, connector):
        return open_session(station, connector) is not None
    if connector is not None and not issued.station_transaction_id and open_session(station, connector) is None:
        return False  # the station stopped the session by our id, and goes on to report
    has_stopped = issued.state.stopped_at is not None
    return has_stopped and lifecycle.ended_before(issued.state, at=at - lifecycle.LATE_SAMPLE_TOLERANCE)


def _can_have_measured(draft: SessionDraft, register_wh: Decimal) -> bool:
    start_wh, stop_wh = draft.state.meter_start_wh, draft.state.meter_stop_wh
    return (start_wh is None or start_wh <= register_wh) and (stop_wh is None or register_wh <= stop_wh)


def _is_id_reused(own: SessionDraft, station: StationDraft, at: datetime) -> bool:
    return lifecycle.is_id_reused(own.state, at=at, booted_at=station.booted_at)


def _is_other_car(own: SessionDraft, candidate: SessionDraft | None, event: events.Stopped) -> bool:
    """Return whether the stop ends the candidate, although the session `own` has the station's id.

    Require tag and register: a car may be stopped with the tag of another.
    """
    if candidate is None or not _has_tag(candidate, event) or _has_tag(own, event):
        return False
    return not _fits_register(own, event) or _last_register_wh(own) < _last_register_wh(candidate)


def _active_on(station: StationDraft, connector: ConnectorDraft | None, readings: tuple[Reading, ...]) -> Match:
    """Return the session active on the connector at the time of one of the readings."""
    if connector is None:
        return Match(None, MatchReason.NO_CONNECTOR)
    last_at = readings[-1].at
    draft = open_session(station, connector)
    if draft is None or last_at < draft.state.started_at:
        draft = last_session_started_by(station, connector, last_at)
    if draft is None:
        return Match(None, MatchReason.NONE_BEGUN)
    state, free_at = draft.state, connector.available_at
    if any(lifecycle.may_have_been_active(state, at=r.at, free_at=free_at) for r in readings):
        return Match(draft, MatchReason.ON_CONNECTOR)
    return Match(None, MatchReason.ENDED_BEFORE)


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


def _only_candidate(station: StationDraft, event: events.Stopped) -> Match:
    """Return the session in progress that the stop fits, if exactly one remains.

    Each piece of evidence narrows the candidates unless it excludes all of them. A stop with an unknown
    id may belong to an unknown session, so it needs matching evidence.
    """
    candidates = [d for d in station.sessions if not d.state.is_ended and d.state.started_at <= event.at]
    if not event.transaction.is_missing:
        connector = only_connector(station)
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
    match candidates:
        case [draft]:
            return Match(draft, MatchReason.ONLY_CANDIDATE)
        case []:
            return Match(None, MatchReason.NONE_FITS)
    return Match(None, MatchReason.SEVERAL_FIT)


def _has_tag(draft: SessionDraft, event: events.Stopped) -> bool:
    return bool(event.id_tag) and normalize_tag(draft.id_tag_value) == normalize_tag(event.id_tag)


def normalize_tag(tag: str) -> str:
    """Return the part of a tag that stations repeat alike."""
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
