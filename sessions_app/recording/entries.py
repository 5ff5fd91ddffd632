"""What each event does to the desk: it finds the session that is meant, and lets the domain decide."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import singledispatch

import msgspec

from sessions_app.domain import events, lifecycle, meter
from sessions_app.domain.drafts import ConnectorDraft, Desk, SessionDraft, SetAside, StationDraft
from sessions_app.domain.events import Event, Knocked
from sessions_app.domain.flags import Flag
from sessions_app.domain.meter import Reading
from sessions_app.queries.audits import stopped_by
from sessions_app.queries.desk import recall
from sessions_app.recording.beginning import begin, begin_unannounced, belong, place, tag_of
from sessions_app.recording.recognising import is_again, measured_session, stopped_session, unplugged
from sessions_app.store.credentials import matches

CHARGING = frozenset({"Charging", "SuspendedEV", "SuspendedEVSE"})  # OCPP 1.6: within a transaction
SEEN_EVERY = timedelta(seconds=30)  # how exactly `last_seen_at` is kept: a write each time costs more


@dataclass(slots=True)
class Entry:
    """What an event came to; the session's id is known once the desk is saved."""

    draft: SessionDraft | None = None
    tag_status: str = "Accepted"
    station_id: int = 0


def enter(desk: Desk, event: Event | Knocked, *, now: datetime) -> Entry:
    """Apply one event to the desk."""
    if isinstance(event, Knocked):
        return _knocked(desk, event)
    station = desk.stations.get(event.station_id)
    if station is None:  # deleted while its socket was open: there is nobody to keep anything for
        return Entry(tag_status="Invalid")
    _seen(station, now)  # by our clock: the station's may be anything
    return _apply(event, desk, station)


def _knocked(desk: Desk, event: Knocked) -> Entry:
    station_id, digest = desk.identities.get(event.identity, (0, ""))
    if station_id and matches(digest, event.password):
        return Entry(station_id=station_id)
    if not station_id:
        desk.knocks.append(event)
    return Entry(tag_status="Invalid")


def _seen(station: StationDraft, at: datetime) -> None:
    if station.last_seen_at is None or at - station.last_seen_at >= SEEN_EVERY:
        station.last_seen_at = at
        station.is_changed = True


@singledispatch
def _apply(event: Event, desk: Desk, station: StationDraft) -> Entry:
    return Entry()


@_apply.register
def _connected(event: events.Connected, desk: Desk, station: StationDraft) -> Entry:
    station.connection_id, station.connected_at = event.connection, event.at
    station.is_changed = True
    _touch_open(station)
    return Entry()


@_apply.register
def _disconnected(event: events.Disconnected, desk: Desk, station: StationDraft) -> Entry:
    """An old socket that closes late says nothing: another speaks for the station by then."""
    if station.connection_id == event.connection:
        station.connection_id, station.disconnected_at = "", event.at
        station.is_changed = True
        _touch_open(station)
    return Entry()


def _touch_open(station: StationDraft) -> None:
    """Have the rows in progress announced: whether their station is online has changed."""
    for draft in station.sessions:
        draft.is_changed = draft.is_changed or not draft.life.is_over


@_apply.register
def _booted(event: events.Booted, desk: Desk, station: StationDraft) -> Entry:
    station.booted_at = event.at
    station.vendor, station.model = event.vendor, event.model
    station.serial_number, station.firmware_version = event.serial_number, event.firmware_version
    station.is_changed = True
    return Entry()


@_apply.register
def _status(event: events.StatusChanged, desk: Desk, station: StationDraft) -> Entry:
    connector = _connector(station, event.connector)
    if connector is None:
        return Entry()
    if connector.status_at is None or event.at >= connector.status_at:
        connector.status, connector.error_code, connector.status_at = (
            event.status,
            event.error_code,
            event.at,
        )
        connector.is_changed = True
    if event.status == "Available":
        connector.available_at = max(event.at, connector.available_at or event.at)
        connector.is_changed = True
        _freed(station, connector, event)
    return Entry()


def _freed(station: StationDraft, connector: ConnectorDraft, event: events.StatusChanged) -> None:
    """A free connector ends the stay of the car that was last there, and a session that is forgotten."""
    there = station.open_session(connector)
    if there is not None and lifecycle.is_forgotten(
        there.life, booted_at=station.booted_at, received_at=event.received_at
    ):
        there.live(lifecycle.close(there.life, reason=lifecycle.FORGOTTEN))
    if station.begun_after(connector, event.at):  # the status is late: of an earlier session's end
        recall(station, connector, by=event.at)
    last = station.begun_by(connector, event.at)
    if last is not None:
        last.live(lifecycle.unplug(last.life, at=event.at))


@_apply.register
def _tag_shown(event: events.TagShown, desk: Desk, station: StationDraft) -> Entry:
    return Entry(tag_status=tag_of(desk, station, event)[1])


@_apply.register
def _started(event: events.Started, desk: Desk, station: StationDraft) -> Entry:
    """A start that comes again, after its answer was lost, is the same session."""
    connector = _connector(station, event.connector) or station.only_connector
    if connector is None and event.otherwise is not None:
        return _unreadable(event.otherwise, desk, station)
    tag, status = tag_of(desk, station, event)
    for draft in station.sessions:
        if draft.connector is connector and is_again(draft, event):
            return Entry(draft, status)
    for draft in station.sessions:
        if draft.connector is connector and draft.life.started_at <= event.at:
            draft.live(lifecycle.give_way(draft.life, to=event.at))
    before = station.open_session(connector) if connector else None
    if before is not None and before.life.started_at <= event.at:
        before.live(lifecycle.close(before.life, reason=lifecycle.NEXT_SESSION))
    draft = begin(station, connector, event)
    belong(draft, event.id_tag, tag)
    return Entry(draft, status)


@_apply.register
def _measured(event: events.Measured, desk: Desk, station: StationDraft) -> Entry:
    if not event.readings:
        return Entry()
    connector = _connector(station, event.connector)
    if connector is None and event.own_transaction:
        connector = station.only_connector
    draft = measured_session(station, connector, event)
    if draft is None and not event.own_transaction:
        return _nobodys(event, desk, station, connector)
    if draft is None:
        draft = begin_unannounced(station, connector, event.transaction, event.readings[0])
    elif event.own_transaction:
        _remember(station, draft, event)
    if draft.connector is None and connector is not None:
        place(station, draft, connector)
    _read(draft, event.readings, received_at=event.at)
    return Entry(draft)


def _nobodys(
    event: events.Measured, desk: Desk, station: StationDraft, connector: ConnectorDraft | None
) -> Entry:
    """Let go of what a station measures by the clock where no car charges; keep what lacks its session."""
    if connector is not None and connector.status in CHARGING:
        payload, error = msgspec.json.encode(event).decode(), "No session matches this time."
        desk.set_aside.append(SetAside(station.id, type(event).__name__, payload, error, event.at))
    return Entry()


def _remember(station: StationDraft, draft: SessionDraft, event: events.Measured) -> None:
    """Keep the station's own id for the session, since its stop will name it too."""
    holder = station.session(event.own_transaction)
    if holder is draft:
        return
    if holder is None or lifecycle.is_over_by(holder.life, at=event.readings[-1].at):
        station.call(draft, event.own_transaction)


@_apply.register
def _stopped(event: events.Stopped, desk: Desk, station: StationDraft) -> Entry:
    """A stop is always accepted: the first one holds, and one for a session never known begins it."""
    own = event.own_transaction
    draft = stopped_session(station, event)
    if draft is None:
        ending = Reading(at=event.at, register_wh=event.meter_stop_wh)
        first = event.readings[0] if event.readings else ending
        draft = begin_unannounced(station, station.only_connector, own, first)
    elif not draft.station_transaction_id and own != str(draft.id):
        station.call(draft, own)  # it may come again
    if event.id_tag and not draft.id_tag_value and draft.life.flags & Flag.START_UNKNOWN:
        belong(draft, event.id_tag, tag_of(desk, station, event)[0])
    _read(draft, event.readings, received_at=None)
    life = lifecycle.stop(draft.life, at=event.at, meter_stop_wh=event.meter_stop_wh, reason=event.reason)
    if life.end_reason == "Remote" and draft.id and not life.ended_by:
        life = msgspec.structs.replace(life, ended_by=stopped_by(draft.id))
    draft.live(unplugged(station, draft, life))
    return Entry(draft)


@_apply.register
def _answered(event: events.Answered, desk: Desk, station: StationDraft) -> Entry:
    desk.answers.append(event)
    return Entry()


@_apply.register
def _unreadable(event: events.Unreadable, desk: Desk, station: StationDraft) -> Entry:
    desk.set_aside.append(SetAside(station.id, event.action, event.payload, event.error, event.at))
    return Entry()


def _connector(station: StationDraft, number: int) -> ConnectorDraft | None:
    """Return the connector, a new one where the station reports one that nobody entered."""
    if number == 0:
        return None
    if number not in station.connectors:
        station.connectors[number] = ConnectorDraft(id=0, station_id=station.id, number=number)
    return station.connectors[number]


def _read(draft: SessionDraft, readings: tuple[Reading, ...], *, received_at: datetime | None) -> None:
    for reading in readings:
        draft.arrived.append(meter.placed(reading, phases=draft.terms.phases))
        draft.live(
            lifecycle.read(
                draft.life, at=reading.at, received_at=received_at, register_wh=reading.register_wh
            )
        )
