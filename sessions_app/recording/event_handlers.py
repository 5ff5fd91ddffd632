"""Apply events to the batch: find the session, and change it by the domain's rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import singledispatch

import msgspec

from sessions_app.domain import events, lifecycle, meter
from sessions_app.domain.drafts import ConnectorDraft, DeadLetterDraft, EventBatch, SessionDraft, StationDraft
from sessions_app.domain.events import ConnectionAttempt, Event
from sessions_app.domain.flags import Flag
from sessions_app.domain.meter import Reading
from sessions_app.queries.audits import stopped_by
from sessions_app.queries.event_batch import load_last_session
from sessions_app.recording.session_matching import is_repeated_start, match_readings, match_stop, unplug_if_available
from sessions_app.recording.session_opening import (
    assign_connector,
    assign_driver,
    find_tag,
    open_with_start,
    open_without_start,
)
from sessions_app.store.credentials import matches

CHARGING = frozenset({"Charging", "SuspendedEV", "SuspendedEVSE"})  # OCPP 1.6: within a transaction
LAST_SEEN_PRECISION = timedelta(seconds=30)  # of `last_seen_at`, to save a write for each message


@dataclass(slots=True)
class EventResult:
    """The result of an event. A new session has its id once the batch is saved."""

    draft: SessionDraft | None = None
    tag_status: str = "Accepted"
    station_id: int = 0


def apply_event(batch: EventBatch, event: Event | ConnectionAttempt, *, now: datetime) -> EventResult:
    """Apply one event to the batch."""
    if isinstance(event, ConnectionAttempt):
        return _authenticate(batch, event)
    station = batch.stations.get(event.station_id)
    if station is None:  # deleted while its socket was open
        return EventResult(tag_status="Invalid")
    _update_last_seen(station, now)  # by our clock: the station's may be wrong
    return _handle(event, batch, station)


def _authenticate(batch: EventBatch, event: ConnectionAttempt) -> EventResult:
    station_id, digest = batch.identities.get(event.identity, (0, ""))
    if station_id and matches(digest, event.password):
        return EventResult(station_id=station_id)
    if not station_id:
        batch.attempts.append(event)
    return EventResult(tag_status="Invalid")


def _update_last_seen(station: StationDraft, at: datetime) -> None:
    if station.last_seen_at is None or at - station.last_seen_at >= LAST_SEEN_PRECISION:
        station.last_seen_at = at
        station.is_changed = True


@singledispatch
def _handle(event: Event, batch: EventBatch, station: StationDraft) -> EventResult:
    return EventResult()


@_handle.register
def _connected(event: events.Connected, batch: EventBatch, station: StationDraft) -> EventResult:
    station.connection_id, station.connected_at = event.connection, event.at
    station.is_changed = True
    _mark_open_sessions(station)
    return EventResult()


@_handle.register
def _disconnected(event: events.Disconnected, batch: EventBatch, station: StationDraft) -> EventResult:
    """Ignore an old socket that closes late, after the station has opened a new one."""
    if station.connection_id == event.connection:
        station.connection_id, station.disconnected_at = "", event.at
        station.is_changed = True
        _mark_open_sessions(station)
    return EventResult()


def _mark_open_sessions(station: StationDraft) -> None:
    """Have rows in progress announced: whether their station is online has changed."""
    for draft in station.sessions:
        draft.is_changed = draft.is_changed or not draft.state.is_ended


@_handle.register
def _booted(event: events.BootNotified, batch: EventBatch, station: StationDraft) -> EventResult:
    station.booted_at = event.at
    station.vendor, station.model = event.vendor, event.model
    station.serial_number, station.firmware_version = event.serial_number, event.firmware_version
    station.is_changed = True
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
    if event.status == "Available":
        connector.available_at = max(event.at, connector.available_at or event.at)
        connector.is_changed = True
        _free_connector(station, connector, event)
    return EventResult()


def _free_connector(station: StationDraft, connector: ConnectorDraft, event: events.StatusChanged) -> None:
    """Unplug the car of the last session, and close an open session that the station has forgotten."""
    draft = station.open_session(connector)
    if draft is not None and lifecycle.is_forgotten(
        draft.state, booted_at=station.booted_at, received_at=event.received_at
    ):
        draft.set_state(lifecycle.close_session(draft.state, reason=lifecycle.FORGOTTEN))
    if station.sessions_started_after(connector, event.at):  # a late status: it belongs to an earlier session
        load_last_session(station, connector, by=event.at)
    last = station.last_session_started_by(connector, event.at)
    if last is not None:
        last.set_state(lifecycle.unplug(last.state, at=event.at))


@_handle.register
def _authorize(event: events.AuthorizeRequested, batch: EventBatch, station: StationDraft) -> EventResult:
    return EventResult(tag_status=find_tag(batch, station, event)[1])


@_handle.register
def _started(event: events.Started, batch: EventBatch, station: StationDraft) -> EventResult:
    """Open a session; a start repeated because its reply was lost returns the same one."""
    connector = _connector(station, event.connector) or station.only_connector
    if connector is None and event.fallback is not None:
        return _dead_letter(event.fallback, batch, station)
    tag, status = find_tag(batch, station, event)
    for draft in station.sessions:
        if draft.connector is connector and is_repeated_start(draft, event):
            return EventResult(draft, status)
    for draft in station.sessions:
        if draft.connector is connector and draft.state.started_at <= event.at:
            draft.set_state(lifecycle.end_by_next_session(draft.state, to=event.at))
    previous = station.open_session(connector) if connector else None
    if previous is not None and previous.state.started_at <= event.at:
        previous.set_state(lifecycle.close_session(previous.state, reason=lifecycle.NEXT_SESSION))
    draft = open_with_start(station, connector, event)
    assign_driver(draft, event.id_tag, tag)
    return EventResult(draft, status)


@_handle.register
def _measured(event: events.Measured, batch: EventBatch, station: StationDraft) -> EventResult:
    if not event.readings:
        return EventResult()
    connector = _connector(station, event.connector)
    if connector is None and event.own_transaction:
        connector = station.only_connector
    draft = match_readings(station, connector, event)
    if draft is None and not event.own_transaction:
        return _handle_unmatched(event, batch, station, connector)
    if draft is None:
        draft = open_without_start(station, connector, event.transaction, event.readings[0])
    elif event.own_transaction:
        _remember_transaction_id(station, draft, event)
    if draft.connector is None and connector is not None:
        assign_connector(station, draft, connector)
    _add_readings(draft, event.readings, received_at=event.at)
    return EventResult(draft)


def _handle_unmatched(
    event: events.Measured, batch: EventBatch, station: StationDraft, connector: ConnectorDraft | None
) -> EventResult:
    """Ignore clock-aligned readings of an idle connector.

    Store those of a charging connector as dead letters: their session is missing.
    """
    if connector is not None and connector.status in CHARGING:
        payload, error = msgspec.json.encode(event).decode(), "No session matches these readings."
        batch.dead_letters.append(DeadLetterDraft(station.id, type(event).__name__, payload, error, event.at))
    return EventResult()


def _remember_transaction_id(station: StationDraft, draft: SessionDraft, event: events.Measured) -> None:
    """Store the station's own id for the session: the stop will use it too."""
    holder = station.session_by_transaction(event.own_transaction)
    if holder is draft:
        return
    if holder is None or lifecycle.ended_before(holder.state, at=event.readings[-1].at):
        station.set_transaction_id(draft, event.own_transaction)


@_handle.register
def _stopped(event: events.Stopped, batch: EventBatch, station: StationDraft) -> EventResult:
    """Accept every stop. The first one of a session counts; one without a session opens it."""
    transaction = event.own_transaction
    draft = match_stop(station, event)
    if draft is None:
        stop_reading = Reading(at=event.at, register_wh=event.meter_stop_wh)
        first_reading = event.readings[0] if event.readings else stop_reading
        draft = open_without_start(station, station.only_connector, transaction, first_reading)
    elif not draft.station_transaction_id and transaction != str(draft.id):
        station.set_transaction_id(draft, transaction)  # the stop may be repeated
    if event.id_tag and not draft.id_tag_value and draft.state.flags & Flag.START_UNKNOWN:
        assign_driver(draft, event.id_tag, find_tag(batch, station, event)[0])
    _add_readings(draft, event.readings, received_at=None)
    state = lifecycle.stop_session(draft.state, at=event.at, meter_stop_wh=event.meter_stop_wh, reason=event.reason)
    if state.end_reason == "Remote" and draft.id and not state.ended_by:
        state = msgspec.structs.replace(state, ended_by=stopped_by(draft.id))
    draft.set_state(unplug_if_available(station, draft, state))
    return EventResult(draft)


@_handle.register
def _command_answered(event: events.CommandAnswered, batch: EventBatch, station: StationDraft) -> EventResult:
    batch.command_answers.append(event)
    return EventResult()


@_handle.register
def _dead_letter(event: events.UnparsedMessage, batch: EventBatch, station: StationDraft) -> EventResult:
    batch.dead_letters.append(DeadLetterDraft(station.id, event.action, event.payload, event.error, event.at))
    return EventResult()


def _connector(station: StationDraft, number: int) -> ConnectorDraft | None:
    """Return the connector, created if new; None for 0, the station as a whole."""
    if number == 0:
        return None
    if number not in station.connectors:
        station.connectors[number] = ConnectorDraft(id=0, station_id=station.id, number=number)
    return station.connectors[number]


def _add_readings(draft: SessionDraft, readings: tuple[Reading, ...], *, received_at: datetime | None) -> None:
    for reading in readings:
        draft.new_readings.append(meter.assign_phase(reading, phases=draft.billing.phases))
        draft.set_state(
            lifecycle.add_reading(draft.state, at=reading.at, received_at=received_at, register_wh=reading.register_wh)
        )
