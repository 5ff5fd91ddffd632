"""Apply events to the batch: find the session, and change it by the domain's rules."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

import msgspec

from sessions_app.domain import events, lifecycle
from sessions_app.domain.connector_sessions import (
    last_session_started_by,
    only_connector,
    open_session,
    unplug_if_available,
)
from sessions_app.domain.drafts import ConnectorDraft, DeadLetterDraft, EventBatch, SessionDraft, StationDraft
from sessions_app.domain.events import ConnectionAttempt, Event
from sessions_app.domain.flags import Flag
from sessions_app.domain.match_reasons import MatchReason
from sessions_app.domain.meter import Reading
from sessions_app.domain.session_matching import match_readings, match_stop, takes_own_id
from sessions_app.domain.start_matching import match_start
from sessions_app.domain.station_states import ConnectorStatus, StopReason, TransactionPhase, charging_state
from sessions_app.domain.transactions import CONFIRMED_AFTER, TransactionIssuer
from sessions_app.recording.incoming import add_readings, stop_register
from sessions_app.recording.session_opening import (
    assign_connector,
    assign_driver,
    end_previous,
    find_tag,
    join_start,
    open_with_start,
    open_without_start,
)
from sessions_app.recording.station_clock import note_offset, to_our_clock
from sessions_app.recording.station_events import update_last_seen, update_station
from sessions_app.recording.transaction_events import apply_transaction
from sessions_app.store.credentials import matches


@dataclass(slots=True)
class EventResult:
    """The result of an event. A new session has its id once the batch is saved."""

    draft: SessionDraft | None = None
    tag_status: str = "Accepted"
    station_id: int = 0
    is_price_wanted: bool = False


def apply_event(batch: EventBatch, event: Event | ConnectionAttempt, *, now: datetime) -> EventResult:
    """Apply one event to the batch."""
    if isinstance(event, ConnectionAttempt):
        return _authenticate(batch, event)
    station = batch.stations.get(event.station_id)
    if station is None:  # deleted while its socket was open
        return EventResult(tag_status="Invalid")
    update_last_seen(station, now)
    moved = to_our_clock(station, event)
    result = _handle(moved, batch, station)
    if moved is not event and result.draft is not None:
        note_offset(station, result.draft)
    return result


def _authenticate(batch: EventBatch, event: ConnectionAttempt) -> EventResult:
    station_id, digest = batch.identities.get(event.identity, (0, ""))
    if station_id and matches(digest, event.password):
        return EventResult(station_id=station_id)
    if not station_id:
        batch.attempts.append(event)
    return EventResult(tag_status="Invalid")


@singledispatch
def _handle(event: Event, batch: EventBatch, station: StationDraft) -> EventResult:
    update_station(station, event)
    return EventResult()


@_handle.register
def _status(event: events.StatusChanged, batch: EventBatch, station: StationDraft) -> EventResult:
    connector = _connector(station, event.connector)
    if connector is None:
        return EventResult()
    if connector.status_at is None or event.at >= connector.status_at:
        connector.status, connector.error_code = event.status, event.error_code
        connector.status_at = event.at
        connector.is_changed = True
    for draft in station.sessions:
        stopped_at = draft.state.stopped_at
        is_of_session = draft.connector is connector and (stopped_at is None or event.at <= stopped_at)
        if is_of_session and event.status != ConnectorStatus.OCCUPIED:  # which does not say whether it charges
            draft.add_status(event.at, event.status)
    if event.status == ConnectorStatus.AVAILABLE:
        connector.available_at = max(event.at, connector.available_at or event.at)
        connector.is_changed = True
        _free_connector(station, connector, event)
    return EventResult()


def _free_connector(station: StationDraft, connector: ConnectorDraft, event: events.StatusChanged) -> None:
    """Unplug the car of the last session, and close an open session that the station has forgotten."""
    draft = open_session(station, connector)
    if draft is not None and lifecycle.is_forgotten(
        draft.state, booted_at=station.booted_at, received_at=event.received_at
    ):
        draft.set_state(lifecycle.close_session(draft.state, reason=StopReason.FORGOTTEN))
    last = last_session_started_by(station, connector, event.at)  # a late status belongs to an earlier session
    if last is not None:
        last.set_state(lifecycle.unplug(last.state, at=event.at, away=station.away))


@_handle.register
def _authorize(event: events.AuthorizeRequested, batch: EventBatch, station: StationDraft) -> EventResult:
    return EventResult(tag_status=find_tag(batch, station, event)[1])


@_handle.register
def _started(event: events.Started, batch: EventBatch, station: StationDraft) -> EventResult:
    """Open a session; a start repeated because its reply was lost returns the same one."""
    connector = _connector(station, event.connector) or only_connector(station)
    if connector is None and event.fallback is not None:
        return _add_dead_letter(batch, event.fallback, MatchReason.NO_CONNECTOR)
    tag, status = find_tag(batch, station, event)
    earlier, reason = match_start(station, connector, event)
    if earlier is not None and reason is MatchReason.REPEATED:
        return EventResult(earlier, status)
    end_previous(station, connector, at=event.at, but=earlier)
    draft = open_with_start(station, connector, event) if earlier is None else join_start(earlier, event)
    if draft.connector is None and connector is not None:
        assign_connector(station, draft, connector)
    draft.start_received_at, draft.start_stated_at = event.received_at, event.stated_at
    assign_driver(draft, event.id_tag, tag)
    return EventResult(draft, status)


@_handle.register
def _measured(event: events.Measured, batch: EventBatch, station: StationDraft) -> EventResult:
    if not event.readings:
        return EventResult()
    connector = _connector(station, event.connector)
    if connector is None and event.own_transaction:
        connector = only_connector(station)
    draft, reason = match_readings(station, connector, event)
    if draft is None and not event.own_transaction:
        return _handle_unmatched(event, batch, connector, reason)
    if draft is None:
        draft = open_without_start(station, connector, event.own_transaction, event.readings[0])
    elif reason is MatchReason.ISSUED_ID:
        draft.station_transaction_uses = 0  # the station uses our id: a stray one does not count
    elif event.own_transaction:
        _remember_own_id(station, draft, event)
    if draft.connector is None and connector is not None:
        assign_connector(station, draft, connector)
    is_named = bool(event.own_transaction) or event.transaction.issuer is TransactionIssuer.STATION  # never in 2.x
    add_readings(draft, event.readings, received_at=event.at, is_named=is_named)
    return EventResult(draft)


def _handle_unmatched(
    event: events.Measured, batch: EventBatch, connector: ConnectorDraft | None, reason: MatchReason
) -> EventResult:
    """Ignore clock-aligned readings of an idle connector.

    Store those of a charging connector as dead letters: their session is missing.
    """
    if connector is None or charging_state(connector.status) is None:
        return EventResult()
    message = events.UnparsedMessage(
        station_id=event.station_id,
        at=event.at,
        action=type(event).__name__,
        payload=msgspec.json.encode(event).decode(),
        error="No session matches these readings.",
    )
    return _add_dead_letter(batch, message, reason)


def _remember_own_id(station: StationDraft, draft: SessionDraft, event: events.Measured) -> None:
    """Store the station's own id for the session: the stop will use it too. Count what confirms it."""
    if not takes_own_id(station, draft, event):
        return
    if draft.station_transaction_id != event.own_transaction:
        station.set_transaction_id(draft, event.own_transaction)
    last_at = draft.state.last_reading_at
    is_new = last_at is None or event.readings[-1].at > last_at  # a repeated message confirms nothing
    if is_new and not draft.state.flags & Flag.START_UNKNOWN:  # which has no other id to choose from
        draft.station_transaction_uses = min(draft.station_transaction_uses + 1, CONFIRMED_AFTER)


@_handle.register
def _stopped(event: events.Stopped, batch: EventBatch, station: StationDraft) -> EventResult:
    """Accept every stop. The first one of a session counts; one without a session opens it."""
    draft, match_reason = match_stop(station, event)
    if draft is None:
        stop_reading = Reading(at=event.at, register_wh=event.meter_stop_wh)
        first_reading = event.readings[0] if event.readings else stop_reading
        draft = open_without_start(station, only_connector(station), event.own_transaction, first_reading)
    elif not draft.station_transaction_id and match_reason is not MatchReason.ISSUED_ID:
        station.set_transaction_id(draft, event.own_transaction)  # the stop may be repeated
    if event.id_tag and not draft.id_tag_value and draft.state.flags & Flag.START_UNKNOWN:
        assign_driver(draft, event.id_tag, find_tag(batch, station, event)[0])
    add_readings(draft, event.readings, received_at=None, is_named=True)
    meter_stop_wh = event.meter_stop_wh
    if meter_stop_wh is None:  # the register of Transaction.End
        meter_stop_wh = stop_register(event.readings)
    state = lifecycle.stop_session(draft.state, at=event.at, meter_stop_wh=meter_stop_wh, reason=event.reason)
    if state.end_reason == StopReason.REMOTE and not state.ended_by:
        state = msgspec.structs.replace(state, ended_by=batch.stopped_by.get(draft.id, ""))
    draft.set_state(unplug_if_available(station, draft, state))
    return EventResult(draft)


@_handle.register
def _transaction(event: events.TransactionReported, batch: EventBatch, station: StationDraft) -> EventResult:
    draft, status = apply_transaction(batch, station, _connector(station, event.connector), event)
    return EventResult(draft, status, is_price_wanted=event.phase is not TransactionPhase.STARTED)


@_handle.register
def _command_answered(event: events.CommandAnswered, batch: EventBatch, station: StationDraft) -> EventResult:
    batch.command_answers.append(event)
    return EventResult()


@_handle.register
def _dead_letter(event: events.UnparsedMessage, batch: EventBatch, station: StationDraft) -> EventResult:
    return _add_dead_letter(batch, event, "")


def _add_dead_letter(batch: EventBatch, message: events.UnparsedMessage, reason: str) -> EventResult:
    batch.dead_letters.append(
        DeadLetterDraft(message.station_id, message.action, message.payload, message.error, message.at, reason)
    )
    return EventResult()


def _connector(station: StationDraft, number: int) -> ConnectorDraft | None:
    """Return the connector, created if new; None for 0, the station as a whole."""
    if number == 0:
        return None
    if number not in station.connectors:
        station.connectors[number] = ConnectorDraft(id=0, station_id=station.id, number=number)
    return station.connectors[number]
