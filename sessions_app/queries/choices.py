"""What a filter offers: places, stations and people within what the user may see, a screenful at most."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from sessions_app.models import ChargingSession, ChargingStation, Connector, Driver, SiteArea
from sessions_app.queries.sites import VisibleSites

MAX_CHOICES = 40
Choice = tuple[int, str, str]


def area_choices(places: VisibleSites) -> list[Choice]:
    """Return the areas of the sites: id, name and site."""
    areas = SiteArea.objects.filter(site__in=places.ids)
    return list(areas.order_by("site__name", "name", "id").values_list("pk", "name", "site__name"))


def station_choices(places: VisibleSites, *, find: str = "", chosen: Iterable[int] = ()) -> list[Choice]:
    """Return stations by identity, those already chosen first: id, identity and site."""
    stations = ChargingStation.objects.filter(site_area__site__in=places.ids)
    fields = ("pk", "identity", "site_area__site__name")
    picked = list(stations.filter(pk__in=list(chosen)).order_by("identity").values_list(*fields))
    found = stations.filter(identity__icontains=find).exclude(pk__in=[pk for pk, *_ in picked])
    return picked + list(found.order_by("identity").values_list(*fields)[:MAX_CHOICES])


def drivers_of(sessions: QuerySet[ChargingSession]) -> QuerySet[Driver]:
    """Return the people who have charged in such sessions."""
    return Driver.objects.filter(Exists(sessions.filter(driver=OuterRef("pk"))))


def driver_choices(visible: QuerySet[ChargingSession], *, find: str = "", chosen: Iterable[int] = ()) -> list[Choice]:
    """Return people who have charged in the sessions, those already chosen first: id, name and unit."""
    drivers = drivers_of(visible)
    picked = list(drivers.filter(pk__in=list(chosen)).order_by("name").values_list("pk", "name", "unit"))
    words = Q()
    for word in find.split():
        words &= Q(name__icontains=word) | Q(email__icontains=word) | Q(unit__icontains=word)
    found = drivers.filter(words).exclude(pk__in=[pk for pk, *_ in picked])
    return picked + list(found.order_by("name", "id").values_list("pk", "name", "unit")[:MAX_CHOICES])


def connector_numbers(places: VisibleSites) -> list[int]:
    """Return the numbers that connectors of the sites have."""
    connectors = Connector.objects.filter(station__site_area__site__in=places.ids, number__lte=26)
    return sorted(set(connectors.values_list("number", flat=True).distinct()))
