"""The demo's past visits, with the readings that a station would have sent."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from sessions_app.demo.cars import Charge
from sessions_app.demo.fixtures import StationFixture
from sessions_app.demo.visit_patterns import CONNECTORS, Visit, offered_a, visits_on_day
from sessions_app.domain.meter import Reading
from sessions_app.domain.station_states import StopReason

AC_INTERVAL = timedelta(minutes=5)
DC_INTERVAL = timedelta(minutes=1)


class RecordedVisit(msgspec.Struct, frozen=True):
    """A finished visit with its meter register at the start, its readings, and its register at the stop."""

    visit: Visit
    meter_start_wh: Decimal
    readings: tuple[Reading, ...]
    meter_stop_wh: Decimal


def recorded_visits(stations: tuple[StationFixture, ...], *, since: datetime, until: datetime) -> list[RecordedVisit]:
    """Return the visits that started after `since` and ended before `until`, oldest first."""
    recorded_list = []
    for station in stations:
        for connector in CONNECTORS:
            register_wh = 100_000.0 * (1 + len(station.identity) % 3 + connector)
            for visit in _with_final_stop(_visits(station, connector, since, until)):
                recorded = record_visit(visit, register_wh=register_wh)
                register_wh = float(recorded.meter_stop_wh)
                recorded_list.append(recorded)
    return sorted(recorded_list, key=lambda recorded: (recorded.visit.plugged_in_at, recorded.visit.seed))


def _visits(station: StationFixture, connector: int, since: datetime, until: datetime) -> Iterator[Visit]:
    for days in range((until - since).days + 3):
        for visit in visits_on_day(station, connector, (since + timedelta(days=days - 1)).date()):
            if since < visit.plugged_in_at and visit.leaves_at < until:
                yield visit


def _with_final_stop(visits: Iterable[Visit]) -> list[Visit]:
    """Give the last visit an ending: a visit without a stop message is ended by the next visit."""
    visit_list = list(visits)
    if visit_list and not visit_list[-1].ending:
        visit_list[-1] = msgspec.structs.replace(visit_list[-1], ending=StopReason.EV_DISCONNECTED)
    return visit_list


def start_charge(visit: Visit, *, register_wh: float) -> Charge:
    """Return the charge at the start of the visit."""
    return Charge(
        visit.car,
        visit.station.outlet,
        at=visit.plugged_in_at,
        battery=visit.battery,
        register_wh=register_wh,
        seed=visit.seed,
    )


def simulate_readings(charge: Charge, visit: Visit, *, until: datetime, interval: timedelta) -> list[Reading]:
    """Advance the charge to `until` and return a reading per interval."""
    readings = []
    falls_at = visit.plugged_in_at + (visit.leaves_at - visit.plugged_in_at) / 3
    while charge.at + interval <= until:
        next_at = charge.at + interval
        if visit.register_falls and charge.at <= falls_at < next_at:  # the meter was reset
            charge.register_wh = 0.0
        charge.advance(next_at, offered_a=offered_a(visit.station, next_at))
        readings.append(charge.reading())
    return readings


def record_visit(visit: Visit, *, register_wh: float) -> RecordedVisit:
    """Simulate a whole visit."""
    charge = start_charge(visit, register_wh=register_wh)
    start_wh = Decimal(int(charge.register_wh))
    interval = DC_INTERVAL if visit.station.outlet.is_dc else AC_INTERVAL
    readings = simulate_readings(charge, visit, until=visit.stops_at, interval=interval)
    charge.advance(visit.stops_at, offered_a=charge.offered_a)
    return RecordedVisit(visit, start_wh, tuple(readings), Decimal(int(charge.register_wh)))
