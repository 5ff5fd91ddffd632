"""Apply the events of a station as a whole: its connection, its boot, and that it was heard from."""

from datetime import datetime, timedelta

from sessions_app.domain import events, lifecycle
from sessions_app.domain.drafts import StationDraft
from sessions_app.domain.events import Event

LAST_SEEN_PRECISION = timedelta(seconds=30)  # of `last_seen_at`, to save a write for each message
REFUSED_PRECISION = timedelta(minutes=1)  # of `refused_at`: a refused station keeps trying


def update_last_seen(station: StationDraft, at: datetime) -> None:
    """Note that the station was heard from, and its last long absence, by our clock: the station's may be wrong."""
    last_at = station.last_seen_at
    if last_at is not None and at - last_at > lifecycle.AWAY_AFTER:
        station.away_from, station.away_until = last_at, at
    if last_at is None or at - last_at >= LAST_SEEN_PRECISION:
        station.last_seen_at = at
        station.is_changed = True


def update_station(station: StationDraft, event: Event) -> None:
    """Apply an event of the station as a whole; do nothing for other events."""
    match event:
        case events.Connected():
            station.connection_id, station.connected_at = event.connection, event.at
            station.refused_versions, station.refused_at = "", None
            _mark_open_sessions(station)
        case events.Disconnected(connection=station.connection_id):  # not an old socket that closes late
            station.connection_id, station.disconnected_at = "", event.at
            _mark_open_sessions(station)
        case events.VersionRefused():
            _refuse(station, event)
        case events.BootNotified():
            station.booted_at = event.at
            station.vendor, station.model = event.vendor, event.model
            station.serial_number, station.firmware_version = event.serial_number, event.firmware_version
            station.is_changed = True


def _mark_open_sessions(station: StationDraft) -> None:
    """Have rows in progress announced: whether their station is online has changed."""
    station.is_changed = True
    for draft in station.sessions:
        draft.is_changed = draft.is_changed or not draft.state.is_ended


def _refuse(station: StationDraft, event: events.VersionRefused) -> None:
    is_same = event.offered_versions == station.refused_versions
    if not is_same or station.refused_at is None or event.at - station.refused_at >= REFUSED_PRECISION:
        station.refused_versions, station.refused_at = event.offered_versions, event.at
        station.is_changed = True
