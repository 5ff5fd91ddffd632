"""Fill the demo's database: sites, drivers and prices once, and a history until today.

The history goes through `recording`, like the messages of stations, so that its figures are computed by
the domain.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Coalesce

from sessions_app.demo import fixtures
from sessions_app.demo.connector_sim import LONGEST_STAY, has_long_stay
from sessions_app.demo.history import RecordedVisit, recorded_visits
from sessions_app.demo.places import create_drivers, create_managers, create_sites, create_stations
from sessions_app.demo.prices import create_policies
from sessions_app.domain.events import Event, Measured, Started, StatusChanged, Stopped
from sessions_app.domain.station_states import ConnectorStatus
from sessions_app.domain.transactions import issued_id
from sessions_app.models import ChargingSession, ChargingStation, Company
from sessions_app.recording import record

FREE_BEFORE_NOW = timedelta(hours=3)  # the first cars of the live stations may have arrived since


class ForeignDataError(Exception):
    """The database contains companies that do not belong to the demo."""


@transaction.atomic
def seed(*, stations: int, days: int, password: str, at: datetime) -> datetime | None:
    """Create what is missing. Return the last activity so far; None in a new database."""
    if Company.objects.filter(is_demo=False).exists():
        raise ForeignDataError(
            "The database contains companies that do not belong to the demo: "
            "set DATABASE_URL to an empty one, such as sqlite:///var/demo.sqlite3"
        )
    is_new = not Company.objects.exists()
    if is_new:
        create_sites()
        create_drivers()
        create_managers()
        create_policies(valid_from=at - timedelta(days=365))
    planned = fixtures.demo_stations(max(stations, fixtures.FIRST_STATIONS))
    create_stations(planned, password=password)
    last_at = _last_at()
    create_history(fixtures.demo_stations(), since=last_at or at - timedelta(days=days), until=at)
    return last_at


def create_history(stations: tuple[fixtures.StationFixture, ...], *, since: datetime, until: datetime) -> None:
    """Record the visits between two moments, in batches of visits at different connectors."""
    ids = dict(ChargingStation.objects.values_list("identity", "pk"))
    visits = recorded_visits(stations, since=since, until=until - FREE_BEFORE_NOW)
    for batch in _batches(visit for visit in visits if _is_past(visit, until)):
        outcomes, _ = record([_start(visit, ids) for visit in batch])
        transactions = zip(batch, (outcome.transaction_id for outcome in outcomes), strict=True)
        record([event for visit, number in transactions for event in _later_events(visit, number, ids)])


def _last_at() -> datetime | None:
    moments = ChargingSession.objects.aggregate(at=Max(Coalesce("ended_at", "last_reading_at", "started_at")))
    last_at: datetime | None = moments["at"]
    return last_at


def _is_past(recorded: RecordedVisit, until: datetime) -> bool:
    """Return whether the connector is free again when the first car of the live station arrives."""
    visit = recorded.visit
    return not has_long_stay(visit.station, visit.connector) or visit.leaves_at < until - LONGEST_STAY


def _batches(visits: Iterable[RecordedVisit]) -> Iterator[list[RecordedVisit]]:
    """Yield batches of consecutive visits that contain each connector at most once."""
    batch: dict[tuple[str, int], RecordedVisit] = {}
    for recorded in visits:
        connector = (recorded.visit.station.identity, recorded.visit.connector)
        if connector in batch:
            yield list(batch.values())
            batch = {}
        batch[connector] = recorded
    yield list(batch.values())


def _start(recorded: RecordedVisit, ids: dict[str, int]) -> Event:
    visit = recorded.visit
    return Started(
        station_id=ids[visit.station.identity],
        at=visit.plugged_in_at,
        connector=visit.connector,
        id_tag=visit.tag,
        meter_start_wh=recorded.meter_start_wh,
    )


def _later_events(recorded: RecordedVisit, number: int, ids: dict[str, int]) -> Iterator[Event]:
    """Yield the events after the start: readings, the stop if it was sent, and the free connector."""
    visit, station_id = recorded.visit, ids[recorded.visit.station.identity]
    yield Measured(
        station_id=station_id,
        at=visit.stops_at,
        connector=visit.connector,
        transaction=issued_id(str(number)),
        readings=recorded.readings,
    )
    if not visit.ending:
        return
    yield Stopped(
        station_id=station_id,
        at=visit.stops_at,
        connector=visit.connector,
        transaction=issued_id(str(number)),
        meter_stop_wh=recorded.meter_stop_wh,
        reason=visit.ending,
        id_tag=visit.tag,
    )
    yield StatusChanged(
        station_id=station_id,
        at=visit.leaves_at,
        received_at=visit.leaves_at,
        connector=visit.connector,
        status=ConnectorStatus.AVAILABLE,
    )
