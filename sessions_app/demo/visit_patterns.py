"""Who comes when and stays how long, and the current that a building offers a station.

Every random draw depends only on the seed, the connector and the day, so that any day can be simulated
independently.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from random import Random
from zoneinfo import ZoneInfo

import msgspec

from sessions_app.demo.cars import Car
from sessions_app.demo.fixtures import (
    SEED,
    SITES_BY_CODE,
    PersonFixture,
    StationFixture,
    demo_stations,
    station_drivers,
)
from sessions_app.domain.station_states import StopReason

CONNECTORS = (1, 2)
UNKNOWN_TAG = "C0FFEE01"

# By habit: probability on a weekday and at the weekend, earliest and latest arrival (h), shortest and
# longest stay (h). Slots do not overlap, neither on one day nor with the next day.
_SLOTS: dict[str, tuple[tuple[float, float, float, float, float, float], ...]] = {
    "home": ((0.18, 0.4, 9, 11, 1.5, 4.5), (0.62, 0.45, 16.8, 21.5, 8, 10.5)),
    "work": ((0.85, 0.08, 7.3, 9.3, 3, 8.5),),
    "visit": ((0.3, 0.6, 10, 12, 0.6, 3), (0.35, 0.65, 15.5, 18.5, 0.8, 4)),
    "fast": (
        (0.5, 0.35, 7, 8, 0.25, 0.8),
        (0.5, 0.6, 10.5, 13, 0.25, 1),
        (0.5, 0.5, 14.5, 16, 0.25, 0.9),
        (0.6, 0.5, 17.5, 20, 0.25, 1),
    ),
}
# The weight of each OCPP stop reason; "" sends no stop message.
_ENDINGS = {
    StopReason.EV_DISCONNECTED: 62,
    StopReason.LOCAL: 26,
    StopReason.REMOTE: 5,
    StopReason.UNLOCK_COMMAND: 2,
    StopReason.POWER_LOSS: 1.5,
    "": 1,
}


class Visit(msgspec.Struct, frozen=True):
    """One car at one connector, from plug-in to leaving; `ending` is the OCPP stop reason."""

    station: StationFixture
    connector: int
    tag: str
    car: Car
    plugged_in_at: datetime
    leaves_at: datetime
    battery: float
    ending: str
    lingers: timedelta  # how long the car stays after the stop; part of the visit
    register_falls: bool
    seed: str

    @property
    def stops_at(self) -> datetime:
        """The end of the transaction."""
        return self.leaves_at - self.lingers


def visits_on_day(station: StationFixture, connector: int, day: date) -> Iterator[Visit]:
    """Yield the visits that start on a day in the site's time zone."""
    zone = ZoneInfo(SITES_BY_CODE[station.site].zone)
    for slot, (weekday, weekend, early, late, short, long) in enumerate(_SLOTS[station.habit]):
        seed = f"{SEED}/{station.identity}/{connector}/{day}/{slot}"
        rng = Random(seed)  # noqa: S311 - demo data, no secret
        if rng.random() > (weekday if day.weekday() < 5 else weekend):
            continue
        midnight = datetime.combine(day, time(), zone)
        at = midnight + timedelta(seconds=round(rng.uniform(early, late) * 3600))
        stay = timedelta(seconds=round(rng.uniform(short, long) * 3600))
        yield draw_visit(station, connector, at=at.astimezone(UTC), stay=stay, seed=seed)


def draw_visit(station: StationFixture, connector: int, *, at: datetime, stay: timedelta, seed: str) -> Visit:
    """Draw a visit of one of the connector's drivers."""
    rng = Random(f"{seed}/visit")  # noqa: S311
    person = rng.choice(_connector_drivers(station, connector))
    ending = rng.choices(tuple(_ENDINGS), tuple(_ENDINGS.values()))[0]
    has_linger = ending in {StopReason.LOCAL, StopReason.REMOTE} and stay > timedelta(minutes=15)
    return Visit(
        station=station,
        connector=connector,
        tag=UNKNOWN_TAG if rng.random() < 0.015 else rng.choice(person.tags),
        car=person.car,
        plugged_in_at=at,
        leaves_at=at + stay,
        battery=float(rng.randint(8, 42) if station.outlet.is_dc else rng.randint(14, 78)),
        ending=ending,
        lingers=min(stay / 3, timedelta(seconds=rng.randint(40, 2_400))) if has_linger else timedelta(0),
        register_falls=rng.random() < 0.008,
        seed=seed,
    )


@cache
def _connector_drivers(station: StationFixture, connector: int) -> tuple[PersonFixture, ...]:
    """Return the drivers of a connector. Each has one connector, so that no car is at two at once."""
    drivers = station_drivers(station)
    siblings = [other.identity for other in demo_stations() if station_drivers(other) == drivers]
    if station.identity not in siblings:
        return drivers
    offset = siblings.index(station.identity) * len(CONNECTORS) + connector - 1
    return drivers[offset :: len(siblings) * len(CONNECTORS)] or drivers


def offered_a(station: StationFixture, at: datetime) -> float:
    """Return the current in A that the building offers the station: less in the evening."""
    return _offered_a(station, int(at.timestamp()) // 1800)


@lru_cache(maxsize=10_000)
def _offered_a(station: StationFixture, half_hour: int) -> float:
    share = 0.8 if Random(f"{SEED}/{station.identity}/{half_hour}").random() < 0.15 else 1.0  # noqa: S311
    zone = ZoneInfo(SITES_BY_CODE[station.site].zone if station.site in SITES_BY_CODE else "UTC")
    if station.habit == "home" and 18 <= datetime.fromtimestamp(half_hour * 1800, zone).hour < 21:
        share = min(share, 0.5)
    return round(station.outlet.rating_a * share, 1)
