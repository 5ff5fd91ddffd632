"""Who comes when, how long they stay, and what the building leaves to a station: all drawn from the seed.

Every draw depends on the seed, the connector and the day alone, so that any day can be made by itself.
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

# By habit: chance on a weekday and at the weekend, earliest and latest arrival (h), shortest and
# longest stay (h). The slots of one day do not meet, nor do those of the next.
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
# How sessions end, by their OCPP reason; the empty one never says so.
_ENDINGS = {
    StopReason.EV_DISCONNECTED: 62,
    StopReason.LOCAL: 26,
    StopReason.REMOTE: 5,
    StopReason.UNLOCK_COMMAND: 2,
    StopReason.POWER_LOSS: 1.5,
    "": 1,
}


class Visit(msgspec.Struct, frozen=True):
    """One car at one connector, from plugging in to leaving; `ending` is the OCPP reason."""

    station: StationFixture
    connector: int
    tag: str
    car: Car
    plugged_in_at: datetime
    leaves_at: datetime
    battery: float
    ending: str
    lingers: timedelta  # how long the car stands after the stop; part of the stay
    register_falls: bool
    seed: str

    @property
    def stops_at(self) -> datetime:
        """When the transaction ends."""
        return self.leaves_at - self.lingers


def visits_on_day(station: StationFixture, connector: int, day: date) -> Iterator[Visit]:
    """Yield the visits that begin on a day of the site's time zone."""
    zone = ZoneInfo(SITES_BY_CODE[station.site].zone)
    for slot, (weekday, weekend, early, late, short, long) in enumerate(_SLOTS[station.habit]):
        seed = f"{SEED}/{station.identity}/{connector}/{day}/{slot}"
        rng = Random(seed)  # noqa: S311 - a made-up world, no secret
        if rng.random() > (weekday if day.weekday() < 5 else weekend):
            continue
        midnight = datetime.combine(day, time(), zone)
        at = midnight + timedelta(seconds=round(rng.uniform(early, late) * 3600))
        stay = timedelta(seconds=round(rng.uniform(short, long) * 3600))
        yield draw_visit(station, connector, at=at.astimezone(UTC), stay=stay, seed=seed)


def draw_visit(station: StationFixture, connector: int, *, at: datetime, stay: timedelta, seed: str) -> Visit:
    """Return a visit of one of those who use that connector."""
    rng = Random(f"{seed}/visit")  # noqa: S311
    person = rng.choice(_regulars(station, connector))
    ending = rng.choices(tuple(_ENDINGS), tuple(_ENDINGS.values()))[0]
    stands = ending in {StopReason.LOCAL, StopReason.REMOTE} and stay > timedelta(minutes=15)
    return Visit(
        station=station,
        connector=connector,
        tag=UNKNOWN_TAG if rng.random() < 0.015 else rng.choice(person.tags),
        car=person.car,
        plugged_in_at=at,
        leaves_at=at + stay,
        battery=float(rng.randint(8, 42) if station.outlet.is_dc else rng.randint(14, 78)),
        ending=ending,
        lingers=min(stay / 3, timedelta(seconds=rng.randint(40, 2_400))) if stands else timedelta(0),
        register_falls=rng.random() < 0.008,
        seed=seed,
    )


@cache
def _regulars(station: StationFixture, connector: int) -> tuple[PersonFixture, ...]:
    """Return who uses a connector: the crowd is dealt out, so that nobody stands at two at once."""
    crowd = station_drivers(station)
    siblings = [each.identity for each in demo_stations() if station_drivers(each) == crowd]
    if station.identity not in siblings:
        return crowd
    mine = siblings.index(station.identity) * len(CONNECTORS) + connector - 1
    return crowd[mine :: len(siblings) * len(CONNECTORS)] or crowd


def offered_a(station: StationFixture, at: datetime) -> float:
    """Return the current that the building leaves to the station, in A: less at dinner time."""
    return _offered_a(station, int(at.timestamp()) // 1800)


@lru_cache(maxsize=10_000)
def _offered_a(station: StationFixture, half_hour: int) -> float:
    share = 0.8 if Random(f"{SEED}/{station.identity}/{half_hour}").random() < 0.15 else 1.0  # noqa: S311
    zone = ZoneInfo(SITES_BY_CODE[station.site].zone if station.site in SITES_BY_CODE else "UTC")
    if station.habit == "home" and 18 <= datetime.fromtimestamp(half_hour * 1800, zone).hour < 21:
        share = min(share, 0.5)
    return round(station.outlet.rating_a * share, 1)
