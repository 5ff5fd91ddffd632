"""Create the demo's company, sites, stations, drivers and managers."""

from sessions_app.demo import fixtures
from sessions_app.demo.visit_patterns import CONNECTORS
from sessions_app.models import (
    Company,
    Connector,
    Driver,
    Manager,
    Membership,
    Site,
    SiteArea,
)
from sessions_app.store.people import drivers_add, id_tag_add, manager_add
from sessions_app.store.places import site_add, station_ensure

PASSWORD = "terrafuse-demo"  # noqa: S105 - the demo listens on localhost only
MANAGER, OPERATOR = "dana", "olga"
_ROLES = {"HT": Membership.Role.MANAGER, "QH": Membership.Role.MANAGER, "SG": Membership.Role.VIEWER}


def create_sites() -> None:
    """Create the company with its sites and areas."""
    company = Company(name=fixtures.COMPANY, currency=fixtures.CURRENCY, is_demo=True)
    for fixture in fixtures.SITE_LIST:
        site_add(company, name=fixture.name, time_zone=fixture.zone, areas=fixture.areas.values())


def create_stations(stations: tuple[fixtures.StationFixture, ...], *, password: str) -> None:
    """Create missing stations, and set the password of all."""
    areas = {
        (area.site.name, area.name): area
        for area in SiteArea.objects.filter(site__company__is_demo=True).select_related("site")
    }
    for station in stations:
        outlet = station.outlet
        phases = 0 if outlet.is_dc else outlet.phases
        station_ensure(
            identity=station.identity,
            site_area=areas[fixtures.SITES_BY_CODE[station.site].name, station.area],
            password=password,
            accepts_unknown_tags=station.habit in {"visit", "fast"},
            connectors=[Connector(number=n, max_power_w=outlet.rating_w, phases=phases) for n in CONNECTORS],
        )


def create_drivers() -> None:
    """Create the drivers with their tags."""
    sites = {fixture.code: Site.objects.get(name=fixture.name, company__is_demo=True) for fixture in fixtures.SITE_LIST}
    people = fixtures.demo_people()
    drivers = drivers_add(
        (
            Driver(name=person.name, email=person.email, kind=person.kind, unit=person.unit, site=sites[person.site]),
            person.tags,
        )
        for person in people
    )
    id_tag_add("DEAD0001", driver=drivers[3], is_blocked=True)


def create_managers() -> None:
    """Create a manager of two sites who may view the third, and an operator."""
    roles = {
        Site.objects.get(name=fixture.name, company__is_demo=True): _ROLES[fixture.code]
        for fixture in fixtures.SITE_LIST
    }
    dana = Manager(username=MANAGER, email="dana.ng@example.com", first_name="Dana", last_name="Ng")
    manager_add(dana, password=PASSWORD, roles=roles)
    olga = Manager(username=OPERATOR, email="olga.petrova@example.com", first_name="Olga", last_name="Petrova")
    olga.is_staff = olga.is_superuser = True
    manager_add(olga, password=PASSWORD, roles={})
