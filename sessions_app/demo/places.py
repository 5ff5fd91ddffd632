"""Puts the demo's company, sites, stations, people and managers into the database, each once."""

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

PASSWORD = "terrafuse-demo"  # noqa: S105 - the demo listens on this machine alone
MANAGER, OPERATOR = "dana", "olga"
_ROLES = {"HT": Membership.Role.MANAGER, "QH": Membership.Role.MANAGER, "SG": Membership.Role.VIEWER}


def create_sites() -> None:
    """Put in the company with its sites and their areas."""
    company = Company.objects.create(name=fixtures.COMPANY, currency=fixtures.CURRENCY, is_demo=True)
    for place in fixtures.SITE_LIST:
        site = Site.objects.create(company=company, name=place.name, time_zone=place.zone)
        SiteArea.objects.bulk_create(SiteArea(site=site, name=name) for name in place.areas.values())


def create_stations(stations: tuple[fixtures.StationFixture, ...], *, password: str) -> None:
    """Put in the stations that are not there yet, and let all of them in with that password."""
    areas = {
        (area.site.name, area.name): area
        for area in SiteArea.objects.filter(site__company__is_demo=True).select_related("site")
    }
    for station in stations:
        digest = password_digest(password)
        made, is_new = ChargingStation.objects.update_or_create(
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
                    station=made,
                    number=number,
                    max_power_w=outlet.rating_w,
                    phases=0 if outlet.is_dc else outlet.phases,
                )
                for number in CONNECTORS
            )


def create_drivers() -> None:
    """Put in the drivers with their tags."""
    sites = {place.code: Site.objects.get(name=place.name, company__is_demo=True) for place in fixtures.SITE_LIST}
    people = fixtures.demo_people()
    drivers = Driver.objects.bulk_create(
        Driver(name=each.name, email=each.email, kind=each.kind, unit=each.unit, site=sites[each.site])
        for each in people
    )
    IdTag.objects.bulk_create(
        IdTag(value=tag, driver=driver) for person, driver in zip(people, drivers, strict=True) for tag in person.tags
    )
    IdTag.objects.create(value="DEAD0001", driver=drivers[3], is_blocked=True)


def create_managers() -> None:
    """Put in a manager of two sites who views the third, and an operator."""
    dana = Manager.objects.create_user(MANAGER, "dana.ng@example.com", PASSWORD, first_name="Dana", last_name="Ng")
    Manager.objects.create_superuser(
        OPERATOR, "olga.petrova@example.com", PASSWORD, first_name="Olga", last_name="Petrova"
    )
    Membership.objects.bulk_create(
        Membership(
            manager=dana,
            site=Site.objects.get(name=place.name, company__is_demo=True),
            role=_ROLES[place.code],
        )
        for place in fixtures.SITE_LIST
    )
