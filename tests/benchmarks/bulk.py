"""Fills a PostgreSQL database with any number of plausible sessions, quickly and reproducibly.

    python tests/benchmarks/bulk.py NAME --sessions 1000000        creates and fills the database NAME

Or from a benchmark: `create_database(name); use_database(name); migrate(); fill(sessions=…)`.
Sites and drivers are created by the ORM, sessions by one INSERT … SELECT a slice without indexes.
"""

import argparse
import random
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bulk_sql import OPEN, PAST, insert_samples, insert_sessions, without_indexes
from stand import PASSWORD, SIGNS_IN, create_database, migrate, use_database

YEARS = 3
SLICE = 250_000
COMPANIES = (
    ("Harbour Living", "AUD", ("Australia/Sydney", "Australia/Brisbane")),
    ("Swan River Parking", "AUD", ("Australia/Perth",)),
    ("Fjord Eiendom", "NOK", ("Europe/Oslo",)),
    ("Southern Cross Offices", "AUD", ("Australia/Adelaide", "Pacific/Auckland")),
)
SITES = ("Towers", "Quay", "Court", "Gardens", "Terrace", "Plaza", "Heights", "Mews", "Yard", "Exchange")
STREETS = ("Pyrmont", "Kent", "Ruth", "Akers", "Bondi", "Storgata", "Hay", "Collins", "Murray", "George")
# As texts: lists would take a hundred lines.
FIRST = """
Priya Dana Olga Liam Mia Noah Ava Emil Ingrid Lars Sofie Kofi Amara Wei Mei Hiro Yuki Anan Tala Omar Leila
Jack Ruby Oscar Zoe Finn Freya Arjun Isha Mateo Lucía Chloé Hugo Björn Astrid Tom Ella Max Nina Sam
""".split()  # noqa: SIM905
LAST = """
Raman Ng Petrova Smith Nguyen Hansen Olsen Berg Dahl Mensah Okafor Chen Wang Sato Tanaka Kaur Singh Haddad
Rossi Martin Müller O'Brien Kelly Walker Jones Taylor Brown White Moore Clark Lewis Young King Wright Scott
Green Baker Hill Adams Nelson Reid Murphy Cook Bailey Cooper Ward Gray James Price Long Foster Bryant Ross
Diaz Hayes Ford Graham Wallace West
""".split()  # noqa: SIM905


def _places(rng: random.Random, *, sites: int, stations: int) -> None:
    from sessions_app.models import ChargingStation, Company, Connector, Site, SiteArea

    companies = [Company.objects.create(name=name, currency=currency) for name, currency, _ in COMPANIES]
    created_sites = []
    for number in range(sites):
        company = companies[number % len(companies)]
        zones = COMPANIES[number % len(companies)][2]
        name = f"{STREETS[number % 10]} {SITES[(number // 10 + number) % 10]} {number + 1}"
        zone = zones[number // len(companies) % len(zones)]
        created_sites.append(Site.objects.create(company=company, name=name, time_zone=zone))
    areas = [
        SiteArea.objects.create(site=site, name=name)
        for site in created_sites
        for name in ("Basement 1", "Basement 2", "Ground", "Visitors")
    ]
    created = ChargingStation.objects.bulk_create(
        ChargingStation(site_area=area, identity=f"S{area.site_id:02}-{area.name[0]}{area.pk}-{number:03}")
        for number, area in ((number, areas[number % len(areas)]) for number in range(stations))
    )
    ratings = [rng.choice((3_700, 7_400, 11_000, 22_000, 22_000, 50_000)) for _ in created]
    Connector.objects.bulk_create(
        Connector(station=station, number=number, max_power_w=rating, phases=0 if rating == 50_000 else 3)
        for station, rating in zip(created, ratings, strict=True)
        for number in (1, 2)
    )


def _people(rng: random.Random, *, drivers: int) -> None:
    from sessions_app.models import Driver, IdTag, Manager, Membership, Site

    sites = list(Site.objects.order_by("pk"))
    per_site = -(-drivers // len(sites))
    created = Driver.objects.bulk_create(_driver(rng, n, sites[n // per_site]) for n in range(drivers))
    IdTag.objects.bulk_create(
        IdTag(value=f"{0x04A00000 + 7919 * number:08X}{number % 997:03X}", driver=driver)
        for number, driver in enumerate(created)
    )
    Manager.objects.create_superuser(SIGNS_IN["operator"], "olga@example.com", PASSWORD, first_name="Olga")
    for account, role in (("manager", "manager"), ("viewer", "viewer")):
        manager = Manager.objects.create_user(SIGNS_IN[account], f"{account}@example.com", PASSWORD)
        visible = sites if role == "manager" else sites[:1]
        Membership.objects.bulk_create(Membership(manager=manager, site=site, role=role) for site in visible)


def _driver(rng: random.Random, number: int, site: Any) -> Any:
    from sessions_app.models import Driver

    first, last = rng.choice(FIRST), rng.choice(LAST)
    kind = rng.choices(("tenant", "visitor", "staff"), (8, 1, 1))[0]
    return Driver(
        name=f"{first} {last}",
        email=f"{first}.{last}{number}@example.com".lower().replace("'", "").replace(" ", ""),
        kind=kind,
        unit=f"{rng.randint(1, 30)}{rng.randint(1, 12):02}" if kind == "tenant" else "",
        site=site,
    )


def _policies() -> None:
    from sessions_app.models import Company, PriceComponent, PricingPolicy

    for company in Company.objects.order_by("pk"):
        policy = PricingPolicy.objects.create(
            description=f"{company.name} default pricing",
            company=company,
            currency=company.currency,
            valid_from=datetime(2020, 1, 1, tzinfo=UTC),
            tax_percent=Decimal(25 if company.currency == "NOK" else 10),
        )
        price = Decimal("3.20" if company.currency == "NOK" else "0.35")
        PriceComponent.objects.create(policy=policy, dimension="ENERGY", price=price)


def fill(
    *,
    sessions: int,
    sites: int = 24,
    stations: int = 500,
    drivers: int = 5_000,
    in_progress: int = 120,
    sampled: int = 200,
    seed: int = 1,
    until: datetime | None = None,
) -> None:
    """Create sessions over the three years before `until` (default: now), and `in_progress` more in progress.

    The `sampled` latest sessions of history have one reading a minute.
    """
    from django.db import connection

    rng = random.Random(seed)
    until = until or datetime.now(UTC)
    _places(rng, sites=sites, stations=stations)
    _people(rng, drivers=drivers)
    _policies()
    values = {"until": until, "years": YEARS, "sessions": sessions, "seed": seed / 100}
    with connection.cursor() as cursor, without_indexes(cursor):
        for first in range(0, sessions, SLICE):
            bounds = {"first": first, "last": min(first + SLICE, sessions) - 1}
            insert_sessions(cursor, PAST, values | bounds)
        insert_sessions(cursor, OPEN, values | {"first": 0, "last": min(in_progress, 2 * stations) - 1})
        insert_samples(cursor, sampled)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("name", help="the database to create; an existing one is dropped first")
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--sites", type=int, default=24)
    parser.add_argument("--stations", type=int, default=500)
    parser.add_argument("--drivers", type=int, default=5_000)
    options = vars(parser.parse_args())
    name = options.pop("name")
    began = time.monotonic()
    create_database(name)
    use_database(name)
    migrate()
    fill(**options)
    print(f"{name}: {options['sessions']:,} sessions in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
