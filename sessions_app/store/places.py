"""Write sites, and stations with their connectors."""

from collections.abc import Iterable

from django.db import transaction

from sessions_app.models import ChargingStation, Company, Connector, Site, SiteArea
from sessions_app.store.credentials import password_digest

SINGLE_PHASE_UP_TO_W = 7_400
THREE_PHASE_UP_TO_W = 43_500  # 63 A; above it a connector is DC


def site_first_add(name: str) -> Site:
    """Create the first site, with a company if there is none. An operator names them later."""
    company = Company.objects.order_by("pk").first() or Company.objects.create(name="My company", currency="AUD")
    return Site.objects.create(company=company, name=name, time_zone="UTC")


@transaction.atomic
def site_add(company: Company, *, name: str, time_zone: str, areas: Iterable[str]) -> Site:
    """Add a site with its areas; save the company if it is new."""
    if company.pk is None:
        company.save()
    site = Site.objects.create(company=company, name=name, time_zone=time_zone)
    SiteArea.objects.bulk_create(SiteArea(site=site, name=area) for area in areas)
    return site


@transaction.atomic
def station_ensure(
    *, identity: str, site_area: SiteArea, password: str, accepts_unknown_tags: bool, connectors: Iterable[Connector]
) -> None:
    """Add a missing station with its connectors; of an existing one set the password only."""
    digest = password_digest(password)
    station, is_new = ChargingStation.objects.update_or_create(
        identity=identity,
        defaults={"password_digest": digest},
        create_defaults={
            "password_digest": digest,
            "site_area": site_area,
            "accepts_unknown_tags": accepts_unknown_tags,
        },
    )
    if is_new:
        rows = list(connectors)
        for connector in rows:
            connector.station = station
        Connector.objects.bulk_create(rows)


@transaction.atomic
def station_add(
    *,
    identity: str,
    site: Site,
    connectors: int,
    max_power_w: int,
    password: str | None = None,
    accepts_unknown_tags: bool = False,
) -> tuple[ChargingStation, bool]:
    """Add a station with its connectors, or update an existing one. Return it and whether it is new.

    An existing station keeps its site, and its password unless a new one is given.
    """
    station = ChargingStation.objects.select_for_update().filter(identity=identity).first()
    is_new = station is None
    if station is None:
        station = ChargingStation(identity=identity, site_area=_first_area(site))
    station.accepts_unknown_tags = accepts_unknown_tags or station.accepts_unknown_tags
    if password is not None:
        station.password_digest = password_digest(password)
    station.save()
    for number in range(1, connectors + 1):
        Connector.objects.update_or_create(
            station=station,
            number=number,
            defaults={"max_power_w": max_power_w, "phases": _phases(max_power_w)},
        )
    return station, is_new


def _first_area(site: Site) -> SiteArea:
    return site.areas.order_by("pk").first() or SiteArea.objects.create(site=site, name="Main area")


def _phases(max_power_w: int) -> int:
    """Return how many phases a connector of that rating usually has; 0 is DC."""
    if max_power_w <= SINGLE_PHASE_UP_TO_W:
        return 1
    return 3 if max_power_w <= THREE_PHASE_UP_TO_W else 0
