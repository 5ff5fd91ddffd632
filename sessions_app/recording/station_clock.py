"""Moves what a station says to our clock, where its own is off."""

from datetime import datetime, timedelta

import msgspec

from sessions_app.domain import clock as clocks
from sessions_app.domain import events
from sessions_app.domain.drafts import SessionDraft, StationDraft
from sessions_app.domain.events import Event
from sessions_app.domain.flags import Flag
from sessions_app.domain.meter import Reading


def to_our_clock(station: StationDraft, event: Event) -> Event:
    """Follow the station's clock with an event, and return the event with its times on our clock.

    Where the event shows the offset, move the sessions that began in the messages that show it, too.
    """
    received_at, stated_at = _arrival(event)
    if received_at is None or stated_at is None:
        return event
    before = clocks.decode_clock(station.clock)
    clock = clocks.follow_clock(before, stated_at=stated_at, received_at=received_at)
    if clock is not before:
        station.clock = clocks.encode_clock(clock)
        station.is_changed = True
    if clock.offset_s and not before.offset_s and clock.first is not None:
        for draft in station.sessions:
            _move_session(draft, since=clock.first, offset_s=clock.offset_s)
    return _move_event(event, clock, received_at) if clock.offset_s else event


def note_offset(station: StationDraft, draft: SessionDraft) -> None:
    """Keep the clock's offset with a session that it has moved; flag it from 2 minutes on."""
    offset_s = clocks.decode_clock(station.clock).offset_s
    if offset_s and abs(offset_s) > abs(draft.clock_offset_s or 0.0):
        draft.clock_offset_s = offset_s
        draft.is_changed = True
        if abs(offset_s) >= clocks.LEAST_LAG_S:
            draft.set_state(msgspec.structs.replace(draft.state, flags=draft.state.flags | Flag.STATION_CLOCK))


def move_reading(reading: Reading, offset: timedelta) -> Reading:
    """Return the reading at its moment on our clock; the stated time is kept."""
    return msgspec.structs.replace(reading, at=reading.at + offset, stated_at=reading.stated_at or reading.at)


def _arrival(event: Event) -> tuple[datetime | None, datetime | None]:
    """Return when the event arrived, and the newest time that the station stated in it; None for no time."""
    match event:
        case events.Started() | events.Stopped() | events.StatusChanged() | events.TransactionReported():
            received_at = event.received_at
            return (received_at, event.at) if received_at is not None and received_at != event.at else (None, None)
        case events.Measured():
            stated = [reading.at for reading in event.readings if reading.received_at is not None]
            return (event.at, max(stated)) if stated else (None, None)
    return None, None


def _move_event(event: Event, clock: clocks.StationClock, received_at: datetime) -> Event:
    def moved(at: datetime) -> datetime:
        return clocks.on_our_clock(clock, stated_at=at, received_at=received_at)

    match event:
        case events.Measured() | events.Stopped() | events.TransactionReported():
            readings = tuple(
                move_reading(reading, moved(reading.at) - reading.at) if moved(reading.at) != reading.at else reading
                for reading in event.readings
            )
            at = event.at if isinstance(event, events.Measured) else moved(event.at)
            if isinstance(event, events.TransactionReported):
                return msgspec.structs.replace(event, at=at, readings=readings, stated_at=event.at)
            return msgspec.structs.replace(event, at=at, readings=readings)
        case events.Started():
            return msgspec.structs.replace(event, at=moved(event.at), stated_at=event.at)
    return msgspec.structs.replace(event, at=moved(event.at))


def _move_session(draft: SessionDraft, *, since: datetime, offset_s: float) -> None:
    """Move the start and the readings that arrived since a moment, as far as they were taken as stated."""
    state = draft.state
    if draft.start_received_at is None or draft.start_received_at < since or draft.start_stated_at is not None:
        return
    offset = timedelta(seconds=offset_s)
    draft.start_stated_at = state.started_at
    draft.moved_since, draft.moved_by = since, offset
    draft.new_readings = [
        move_reading(reading, offset) if reading.received_at is not None and reading.stated_at is None else reading
        for reading in draft.new_readings
    ]
    last = state.last_reading_at
    lag_s = state.clock_lag_s
    draft.set_state(
        msgspec.structs.replace(
            state,
            started_at=state.started_at + offset,
            last_reading_at=None if last is None else last + offset,
            clock_lag_s=None if lag_s is None else lag_s - offset_s,
        )
    )
