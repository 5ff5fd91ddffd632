"""Create the demo's company, sites, stations, drivers and managers."""

from sessions_app.demo import fixtures
from sessions_app.demo.visit_patterns import CONNECTORS
from sessions_app.models import (
    ChargingStation,
    Company,
    Connector,
    Driver,
    IdTag,
    Manager,
    Membership,
    Site,
    SiteArea,
)
from sessions_app.store.credentials import password_digest

PASSWORD = "terrafuse-demo"  # noqa: S105 - the demo listens on localhost only
MANAGER, OPERATOR = "dana", "olga"
_ROLES = {"HT": Membership.Role.MANAGER, "QH": Membership.Role.MANAGER, "SG": Membership.Role.VIEWER}


def create_sites() -> None:
    """Create the company with its sites and areas."""
    company = Company.objects.create(name=fixtures.COMPANY, currency=fixtures.CURRENCY, is_demo=True)
    for fixture in fixtures.SITE_LIST:
        site = Site.objects.create(company=company, name=fixture.name, time_zone=fixture.zone)
        SiteArea.objects.bulk_create(SiteArea(site=site, name=name) for name in fixture.areas.values())


def create_stations(stations: tuple[fixtures.StationFixture, ...], *, password: str) -> None:
    """Create missing stations, and set the password of all."""
    areas = {
        (area.site.name, area.name): area
        for area in SiteArea.objects.filter(site__company__is_demo=True).select_related("site")
    }
    for station in stations:
        digest = password_digest(password)
        created, is_new = ChargingStation.objects.update_or_create(
            identity=station.identity,
            defaults={"password_digest": digest},
            create_defaults={
                "password_digest": digest,
                "site_area": areas[fixtures.SITES_BY_CODE[station.site].name, station.area],
                "accepts_unknown_tags": station.habit in {"visit", "fast"},
            },
        )
        if is_new:
            outlet = station.outlet
            Connector.objects.bulk_create(
                Connector(
                    station=created,
                    number=number,
                    max_power_w=outlet.rating_w,
                    phases=0 if outlet.is_dc else outlet.phases,
                )
                for number in CONNECTORS
            )


def create_drivers() -> None:
    """Create the drivers with their tags."""
    sites = {fixture.code: Site.objects.get(name=fixture.name, company__is_demo=True) for fixture in fixtures.SITE_LIST}
    people = fixtures.demo_people()
    drivers = Driver.objects.bulk_create(
        Driver(name=person.name, email=person.email, kind=person.kind, unit=person.unit, site=sites[person.site])
        for person in people
    )
    IdTag.objects.bulk_create(
        IdTag(value=tag, driver=driver) for person, driver in zip(people, drivers, strict=True) for tag in person.tags
    )
    IdTag.objects.create(value="DEAD0001", driver=drivers[3], is_blocked=True)


def create_managers() -> None:
    """Create a manager of two sites who may view the third, and an operator."""
    dana = Manager.objects.create_user(MANAGER, "dana.ng@example.com", PASSWORD, first_name="Dana", last_name="Ng")
    Manager.objects.create_superuser(
        OPERATOR, "olga.petrova@example.com", PASSWORD, first_name="Olga", last_name="Petrova"
    )
    Membership.objects.bulk_create(
        Membership(
            manager=dana,
            site=Site.objects.get(name=fixture.name, company__is_demo=True),
            role=_ROLES[fixture.code],
        )
        for fixture in fixtures.SITE_LIST
    )
