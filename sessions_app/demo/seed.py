"""Makes the demo's database: places, people and prices once, and a history that goes on to today.

The history goes through `recording` like everything that stations send, so that its figures are
those of the domain, and every surface says the same.
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

KEPT_FREE = timedelta(hours=3)  # before now: the live stations' first cars may have come since then


class ForeignDataError(Exception):
    """The database holds companies that are not of the demo."""


@transaction.atomic
def seed(*, stations: int, days: int, password: str, at: datetime) -> datetime | None:
    """Put in what is missing, and return when something last happened before; None in a new database."""
    if Company.objects.filter(is_demo=False).exists():
        raise ForeignDataError(
            "The database holds companies that are not of the demo: "
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
    """Record the visits between two moments, as many at once as stand at different connectors."""
    ids = dict(ChargingStation.objects.values_list("identity", "pk"))
    visits = [each for each in recorded_visits(stations, since=since, until=until - KEPT_FREE) if _is_past(each, until)]
    for some in _apart(visits):
        outcomes, _ = record([_start(each, ids) for each in some])
        ends = zip(some, (outcome.transaction_id for outcome in outcomes), strict=True)
        record([event for each, number in ends for event in _rest(each, number, ids)])


def _last_at() -> datetime | None:
    moments = ChargingSession.objects.aggregate(at=Max(Coalesce("ended_at", "last_reading_at", "started_at")))
    last_at: datetime | None = moments["at"]
    return last_at


def _is_past(each: RecordedVisit, until: datetime) -> bool:
    """Return whether the connector is free again when the live stations' first car comes."""
    visit = each.visit
    return not has_long_stay(visit.station, visit.connector) or visit.leaves_at < until - LONGEST_STAY


def _apart(visits: Iterable[RecordedVisit]) -> Iterator[list[RecordedVisit]]:
    """Yield runs of visits in which each connector stands once."""
    run: dict[tuple[str, int], RecordedVisit] = {}
    for each in visits:
        plug = (each.visit.station.identity, each.visit.connector)
        if plug in run:
            yield list(run.values())
            run = {}
        run[plug] = each
    yield list(run.values())


def _start(each: RecordedVisit, ids: dict[str, int]) -> Event:
    visit = each.visit
    return Started(
        station_id=ids[visit.station.identity],
        at=visit.plugged_in_at,
        connector=visit.connector,
        id_tag=visit.tag,
        meter_start_wh=each.meter_start_wh,
    )


def _rest(each: RecordedVisit, number: int, ids: dict[str, int]) -> Iterator[Event]:
    """Yield what follows the start: readings, the stop where one was sent, and the free connector."""
    visit, station_id = each.visit, ids[each.visit.station.identity]
    yield Measured(
        station_id=station_id,
        at=visit.stops_at,
        connector=visit.connector,
        transaction=issued_id(str(number)),
        readings=each.readings,
    )
    if not visit.ending:
        return
    yield Stopped(
        station_id=station_id,
        at=visit.stops_at,
        connector=visit.connector,
        transaction=issued_id(str(number)),
        meter_stop_wh=each.meter_stop_wh,
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
