"""What each event does to the desk: it finds the session that is meant, and lets the domain decide."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

import msgspec

from sessions_app.domain import events, lifecycle
from sessions_app.domain.drafts import ConnectorDraft, DeadLetterDraft, EventBatch, SessionDraft, StationDraft
from sessions_app.domain.events import ConnectionAttempt, Event
from sessions_app.domain.flags import Flag
from sessions_app.domain.meter import Reading
from sessions_app.queries.audits import stopped_by
from sessions_app.queries.event_batch import load_last_session
from sessions_app.recording.incoming import add_readings, note_seen
from sessions_app.recording.session_matching import (
    is_repeated_start,
    match_readings,
    match_stop,
    unplug_if_available,
)
from sessions_app.recording.session_opening import (
    assign_connector,
    assign_driver,
    find_tag,
    open_with_start,
    open_without_start,
)
from sessions_app.recording.station_clock import note_offset, to_our_clock
from sessions_app.store.credentials import matches

CHARGING = frozenset({"Charging", "SuspendedEV", "SuspendedEVSE"})  # OCPP 1.6: within a transaction


@dataclass(slots=True)
class EventResult:
    """What an event came to; the session's id is known once the desk is saved."""

    draft: SessionDraft | None = None
    tag_status: str = "Accepted"
    station_id: int = 0


def apply_event(desk: EventBatch, event: Event | ConnectionAttempt, *, now: datetime) -> EventResult:
    """Apply one event to the desk."""
    if isinstance(event, ConnectionAttempt):
        return _knocked(desk, event)
    station = desk.stations.get(event.station_id)
    if station is None:  # deleted while its socket was open: there is nobody to keep anything for
        return EventResult(tag_status="Invalid")
    note_seen(station, now)  # by our clock: the station's may be anything
    moved = to_our_clock(station, event)
    result = _handle(moved, desk, station)
    if moved is not event and result.draft is not None:
        note_offset(station, result.draft)
    return result


def _knocked(desk: EventBatch, event: ConnectionAttempt) -> EventResult:
    station_id, digest = desk.identities.get(event.identity, (0, ""))
    if station_id and matches(digest, event.password):
        return EventResult(station_id=station_id)
    if not station_id:
        desk.attempts.append(event)
    return EventResult(tag_status="Invalid")


@singledispatch
def _handle(event: Event, desk: EventBatch, station: StationDraft) -> EventResult:
    return EventResult()


@_handle.register
def _connected(event: events.Connected, desk: EventBatch, station: StationDraft) -> EventResult:
    station.connection_id, station.connected_at = event.connection, event.at
    station.is_changed = True
    _touch_open(station)
    return EventResult()


@_handle.register
def _disconnected(event: events.Disconnected, desk: EventBatch, station: StationDraft) -> EventResult:
    """An old socket that closes late says nothing: another speaks for the station by then."""
    if station.connection_id == event.connection:
        station.connection_id, station.disconnected_at = "", event.at
        station.is_changed = True
        _touch_open(station)
    return EventResult()


def _touch_open(station: StationDraft) -> None:
    """Have the rows in progress announced: whether their station is online has changed."""
    for draft in station.sessions:
        draft.is_changed = draft.is_changed or not draft.state.is_ended


@_handle.register
def _booted(event: events.BootNotified, desk: EventBatch, station: StationDraft) -> EventResult:
    station.booted_at = event.at
    station.vendor, station.model = event.vendor, event.model
    station.serial_number, station.firmware_version = event.serial_number, event.firmware_version
    station.is_changed = True
    return EventResult()


@_handle.register
def _status(event: events.StatusChanged, desk: EventBatch, station: StationDraft) -> EventResult:
    connector = _connector(station, event.connector)
    if connector is None:
        return EventResult()
    if connector.status_at is None or event.at >= connector.status_at:
        connector.status, connector.error_code, connector.status_at = (
            event.status,
            event.error_code,
            event.at,
        )
        connector.is_changed = True
    for draft in station.sessions:
        stopped_at = draft.state.stopped_at
        if draft.connector is connector and (stopped_at is None or event.at <= stopped_at):
            draft.add_status(event.at, event.status)
    if event.status == "Available":
        connector.available_at = max(event.at, connector.available_at or event.at)
        connector.is_changed = True
        _free_connector(station, connector, event)
    return EventResult()


def _free_connector(station: StationDraft, connector: ConnectorDraft, event: events.StatusChanged) -> None:
    """A free connector ends the stay of the car that was last there, and a session that is forgotten."""
    there = station.open_session(connector)
    if there is not None and lifecycle.is_forgotten(
        there.state, booted_at=station.booted_at, received_at=event.received_at
    ):
        there.set_state(lifecycle.close_session(there.state, reason=lifecycle.FORGOTTEN))
    if station.sessions_started_after(connector, event.at):  # the status is late: of an earlier session's end
        load_last_session(station, connector, by=event.at)
    last = station.last_session_started_by(connector, event.at)
    if last is not None:
        last.set_state(lifecycle.unplug(last.state, at=event.at, away=station.away))


@_handle.register
def _tag_shown(event: events.AuthorizeRequested, desk: EventBatch, station: StationDraft) -> EventResult:
    return EventResult(tag_status=find_tag(desk, station, event)[1])


@_handle.register
def _started(event: events.Started, desk: EventBatch, station: StationDraft) -> EventResult:
    """A start that comes again, after its answer was lost, is the same session."""
    connector = _connector(station, event.connector) or station.only_connector
    if connector is None and event.fallback is not None:
        return _unreadable(event.fallback, desk, station)
    tag, status = find_tag(desk, station, event)
    for draft in station.sessions:
        if draft.connector is connector and is_repeated_start(draft, event):
            return EventResult(draft, status)
    for draft in station.sessions:
        if draft.connector is connector and draft.state.started_at <= event.at:
            draft.set_state(lifecycle.end_by_next_session(draft.state, to=event.at))
    before = station.open_session(connector) if connector else None
    if before is not None and before.state.started_at <= event.at:
        before.set_state(lifecycle.close_session(before.state, reason=lifecycle.NEXT_SESSION))
    draft = open_with_start(station, connector, event)
    draft.start_received_at, draft.start_stated_at = event.received_at, event.stated_at
    assign_driver(draft, event.id_tag, tag)
    return EventResult(draft, status)


@_handle.register
def _measured(event: events.Measured, desk: EventBatch, station: StationDraft) -> EventResult:
    if not event.readings:
        return EventResult()
    connector = _connector(station, event.connector)
    if connector is None and event.own_transaction:
        connector = station.only_connector
    draft = match_readings(station, connector, event)
    if draft is None and not event.own_transaction:
        return _handle_unmatched(event, desk, station, connector)
    if draft is None:
        draft = open_without_start(station, connector, event.transaction, event.readings[0])
    elif event.own_transaction:
        _remember_transaction_id(station, draft, event)
    if draft.connector is None and connector is not None:
        assign_connector(station, draft, connector)
    add_readings(draft, event.readings, received_at=event.at, is_named=bool(event.own_transaction))
    return EventResult(draft)


def _handle_unmatched(
    event: events.Measured, desk: EventBatch, station: StationDraft, connector: ConnectorDraft | None
) -> EventResult:
    """Let go of what a station measures by the clock where no car charges; keep what lacks its session."""
    if connector is not None and connector.status in CHARGING:
        payload, error = msgspec.json.encode(event).decode(), "No session is known at that time."
        desk.dead_letters.append(DeadLetterDraft(station.id, type(event).__name__, payload, error, event.at))
    return EventResult()


def _remember_transaction_id(station: StationDraft, draft: SessionDraft, event: events.Measured) -> None:
    """Keep the station's own id for the session, since its stop will name it too."""
    holder = station.session_by_transaction(event.own_transaction)
    if holder is draft:
        return
    if holder is None or lifecycle.ended_before(holder.state, at=event.readings[-1].at):
        station.set_transaction_id(draft, event.own_transaction)


@_handle.register
def _stopped(event: events.Stopped, desk: EventBatch, station: StationDraft) -> EventResult:
    """A stop is always accepted: the first one holds, and one for a session never known begins it."""
    own = event.own_transaction
    draft = match_stop(station, event)
    if draft is None:
        ending = Reading(at=event.at, register_wh=event.meter_stop_wh)
        first = event.readings[0] if event.readings else ending
        draft = open_without_start(station, station.only_connector, own, first)
    elif not draft.station_transaction_id and own != str(draft.id):
        station.set_transaction_id(draft, own)  # it may come again
    if event.id_tag and not draft.id_tag_value and draft.state.flags & Flag.START_UNKNOWN:
        assign_driver(draft, event.id_tag, find_tag(desk, station, event)[0])
    add_readings(draft, event.readings, received_at=None, is_named=True)
    meter_stop_wh = event.meter_stop_wh
    if meter_stop_wh is None:  # the register of Transaction.End
        meter_stop_wh = next((each.end_wh for each in reversed(event.readings) if each.end_wh is not None), None)
    state = lifecycle.stop_session(draft.state, at=event.at, meter_stop_wh=meter_stop_wh, reason=event.reason)
    if state.end_reason == "Remote" and draft.id and not state.ended_by:
        state = msgspec.structs.replace(state, ended_by=stopped_by(draft.id))
    draft.set_state(unplug_if_available(station, draft, state))
    return EventResult(draft)


@_handle.register
def _answered(event: events.CommandAnswered, desk: EventBatch, station: StationDraft) -> EventResult:
    desk.command_answers.append(event)
    return EventResult()


@_handle.register
def _unreadable(event: events.UnparsedMessage, desk: EventBatch, station: StationDraft) -> EventResult:
    desk.dead_letters.append(DeadLetterDraft(station.id, event.action, event.payload, event.error, event.at))
    return EventResult()


def _connector(station: StationDraft, number: int) -> ConnectorDraft | None:
    """Return the connector, a new one where the station reports one that nobody entered."""
    if number == 0:
        return None
    if number not in station.connectors:
        station.connectors[number] = ConnectorDraft(id=0, station_id=station.id, number=number)
    return station.connectors[number]
