"""The demo's past: visits as the events that a station would have sent, in order of time."""

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
    """What a station told about a visit that is over: its meter at the start, on the way, at the stop."""

    visit: Visit
    meter_start_wh: Decimal
    readings: tuple[Reading, ...]
    meter_stop_wh: Decimal


def recorded_visits(stations: tuple[StationFixture, ...], *, since: datetime, until: datetime) -> list[RecordedVisit]:
    """Return the visits that began after `since` and were over before `until`, oldest first."""
    found = []
    for station in stations:
        for connector in CONNECTORS:
            register_wh = 100_000.0 * (1 + len(station.identity) % 3 + connector)
            for visit in _all_stopped(_visits(station, connector, since, until)):
                one = record_visit(visit, register_wh=register_wh)
                register_wh = float(one.meter_stop_wh)
                found.append(one)
    return sorted(found, key=lambda each: (each.visit.plugged_in_at, each.visit.seed))


def _visits(station: StationFixture, connector: int, since: datetime, until: datetime) -> Iterator[Visit]:
    for days in range((until - since).days + 3):
        for visit in visits_on_day(station, connector, (since + timedelta(days=days - 1)).date()):
            if since < visit.plugged_in_at and visit.leaves_at < until:
                yield visit


def _all_stopped(visits_here: Iterable[Visit]) -> list[Visit]:
    """Return the visits; of one that never says that it stops the next one tells, so the last does."""
    found = list(visits_here)
    if found and not found[-1].ending:
        found[-1] = msgspec.structs.replace(found[-1], ending=StopReason.EV_DISCONNECTED)
    return found


def start_charge(visit: Visit, *, register_wh: float) -> Charge:
    """Return the charge that begins with the visit."""
    return Charge(
        visit.car,
        visit.station.outlet,
        at=visit.plugged_in_at,
        battery=visit.battery,
        register_wh=register_wh,
        seed=visit.seed,
    )


def simulate_readings(charge: Charge, visit: Visit, *, until: datetime, interval: timedelta) -> list[Reading]:
    """Return what the station measures from now until a moment, at that interval."""
    readings = []
    falls_at = visit.plugged_in_at + (visit.leaves_at - visit.plugged_in_at) / 3
    while charge.at + interval <= until:
        to = charge.at + interval
        if visit.register_falls and charge.at <= falls_at < to:  # the meter has lost its memory
            charge.register_wh = 0.0
        charge.advance(to, offered_a=offered_a(visit.station, to))
        readings.append(charge.reading())
    return readings


def record_visit(visit: Visit, *, register_wh: float) -> RecordedVisit:
    """Return all that a station told about a visit that is over."""
    charge = start_charge(visit, register_wh=register_wh)
    start_wh = Decimal(int(charge.register_wh))
    interval = DC_INTERVAL if visit.station.outlet.is_dc else AC_INTERVAL
    readings = simulate_readings(charge, visit, until=visit.stops_at, interval=interval)
    charge.advance(visit.stops_at, offered_a=charge.offered_a)
    return RecordedVisit(visit, start_wh, tuple(readings), Decimal(int(charge.register_wh)))
