"""The demo data: one company with three sites, its stations and its drivers, the same at every start."""

from functools import cache
from random import Random

import msgspec

from sessions_app.demo.cars import CARS, Car, Outlet

COMPANY, CURRENCY = "Harbour Living", "AUD"
SEED = "terrafuse"
FIRST_STATIONS = 14
MAX_EXTRA_STATIONS = 86  # in the third basement, on request


class SiteFixture(msgspec.Struct, frozen=True):
    """A site with its zone and areas; station identities contain the code of the area."""

    code: str
    name: str
    zone: str
    areas: dict[str, str]


class StationFixture(msgspec.Struct, frozen=True):
    """A station; the habit selects who charges here and when (`visit_patterns`)."""

    identity: str
    site: str
    area: str
    outlet: Outlet
    habit: str
    tags: tuple[str, ...] = ()  # who charges at a station outside the demo


class PersonFixture(msgspec.Struct, frozen=True):
    """A driver with their tags and their car."""

    name: str
    email: str
    kind: str
    unit: str
    site: str
    tags: tuple[str, ...]
    car: Car


SITE_LIST = (
    SiteFixture(
        "HT",
        "Harbour Towers",
        "Australia/Sydney",
        {"B1": "Basement 1", "B2": "Basement 2", "B3": "Basement 3", "G": "Visitors"},
    ),
    SiteFixture("QH", "Quay House", "Australia/Brisbane", {"P1": "Parking level 1", "P2": "Parking level 2"}),
    SiteFixture("SG", "Swan Gardens", "Australia/Perth", {"E": "East car park", "DC": "Fast chargers"}),
)
SITES_BY_CODE = {site.code: site for site in SITE_LIST}

AC_7_KW, AC_11_KW, AC_22_KW = Outlet(7_400, is_dc=False), Outlet(11_000, is_dc=False), Outlet(22_000, is_dc=False)
DC_60_KW, DC_120_KW = Outlet(60_000, is_dc=True), Outlet(120_000, is_dc=True)
_STATIONS = (
    ("HT-B1-01", AC_7_KW, "home"),
    ("HT-B1-02", AC_7_KW, "home"),
    ("HT-B1-03", AC_11_KW, "home"),
    ("HT-B2-01", AC_11_KW, "home"),
    ("HT-B2-02", AC_22_KW, "home"),
    ("HT-G-01", AC_22_KW, "visit"),
    ("QH-P1-01", AC_11_KW, "work"),
    ("QH-P1-02", AC_11_KW, "work"),
    ("QH-P1-03", AC_22_KW, "work"),
    ("QH-P2-01", AC_22_KW, "visit"),
    ("SG-E-01", AC_7_KW, "home"),
    ("SG-E-02", AC_22_KW, "home"),
    ("SG-DC-01", DC_60_KW, "fast"),
    ("SG-DC-02", DC_120_KW, "fast"),
)
_DRIVERS = {  # the number of drivers of each kind by site
    "HT": {"tenant": 26, "visitor": 8, "staff": 2},
    "QH": {"tenant": 0, "visitor": 6, "staff": 14},
    "SG": {"tenant": 10, "visitor": 14, "staff": 1},
}
_FIRST = """
Priya Liam Mia Noah Ava Emil Ingrid Lars Sofie Kofi Amara Wei Mei Hiro Yuki Anan Tala Omar Leila Jack Ruby
Oscar Zoe Finn Freya Arjun Isha Mateo Lucía Chloé Hugo Björn Astrid Tom Ella Max Nina Sam Grace Ethan
"""
_LAST = """
Raman Smith Nguyen Hansen Olsen Berg Dahl Mensah Okafor Chen Wang Sato Tanaka Kaur Singh Haddad Rossi Martin
Müller O'Brien Kelly Walker Jones Taylor Brown White Moore Clark Lewis Young King Wright Scott Green Baker
"""


@cache
def demo_stations(count: int = FIRST_STATIONS) -> tuple[StationFixture, ...]:
    """Return that many stations: the fixed ones first, then more in a third basement."""
    planned = [_station(*row) for row in _STATIONS[:count]]
    more = [_station(f"HT-B3-{n:02}", (AC_7_KW, AC_11_KW)[n % 2], "home") for n in range(1, count - FIRST_STATIONS + 1)]
    return (*planned, *more)


def _station(identity: str, outlet: Outlet, habit: str) -> StationFixture:
    site, area, _ = identity.split("-")
    return StationFixture(identity, site, SITES_BY_CODE[site].areas[area], outlet, habit)


@cache
def demo_people() -> tuple[PersonFixture, ...]:
    """Return all drivers, in the order of their ids."""
    rng = Random(SEED)  # noqa: S311 - the same people at every start
    names = [f"{first} {last}" for first in _FIRST.split() for last in _LAST.split()]
    roles = [(site, kind) for site, kinds in _DRIVERS.items() for kind, count in kinds.items() for _ in range(count)]
    sampled = ["Priya Raman", *rng.sample(names[1:], len(roles) - 1)]
    return tuple(_person(rng, name, *role) for name, role in zip(sampled, roles, strict=True))


def _person(rng: Random, name: str, site: str, kind: str) -> PersonFixture:
    mailbox = name.lower().replace(" ", ".").translate(str.maketrans("üöíé'", "uoie_")).replace("_", "")
    unit = f"{rng.randint(1, 21)}{rng.randint(1, 8):02}" if kind == "tenant" else ""
    tags = tuple(f"{rng.getrandbits(32):08X}" for _ in range(2 if rng.random() < 0.2 else 1))
    unit = "1204" if name == "Priya Raman" else unit
    return PersonFixture(name, f"{mailbox}@example.com", kind, unit, site, tags, rng.choice(CARS))


@cache
def station_drivers(station: StationFixture) -> tuple[PersonFixture, ...]:
    """Return the drivers who charge at a station, by its habit."""
    if station.site not in SITES_BY_CODE:
        return tuple(
            PersonFixture("", "", "visitor", "", "", (tag,), CARS[n % len(CARS)])
            for n, tag in enumerate(station.tags or (station.identity[-20:],) * len(CARS))
        )
    kinds = {"home": {"tenant"}, "work": {"staff"}, "visit": {"visitor"}, "fast": {"visitor", "tenant"}}
    return tuple(
        person
        for person in demo_people()
        if person.site == station.site
        and person.kind in kinds[station.habit]
        and (not station.outlet.is_dc or person.car.dc_w > 0)
    )


def station_by_identity(identity: str, *, tags: tuple[str, ...] = ()) -> StationFixture:
    """Return the demo station with that identity, else a 22 kW station for the tags."""
    stations = {station.identity: station for station in demo_stations(FIRST_STATIONS + MAX_EXTRA_STATIONS)}
    return stations.get(identity) or StationFixture(identity, "", "", AC_22_KW, "visit", tags)
