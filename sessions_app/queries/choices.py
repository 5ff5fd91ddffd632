"""The choices of a filter: areas, stations and drivers that the user may see, limited in number."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from sessions_app.domain.wording import LAST_CONNECTOR
from sessions_app.models import ChargingSession, ChargingStation, Connector, Driver, SiteArea
from sessions_app.queries.sites import VisibleSites

MAX_CHOICES = 40
Choice = tuple[int, str, str]


def area_choices(visible_sites: VisibleSites) -> list[Choice]:
    """Return the areas of the sites: id, name and site."""
    areas = SiteArea.objects.filter(site__in=visible_sites.ids)
    return list(areas.order_by("site__name", "name", "id").values_list("pk", "name", "site__name"))


def station_choices(visible_sites: VisibleSites, *, find: str = "", chosen: Iterable[int] = ()) -> list[Choice]:
    """Return stations by identity, the chosen ones first: id, identity and site."""
    stations = ChargingStation.objects.filter(site_area__site__in=visible_sites.ids)
    fields = ("pk", "identity", "site_area__site__name")
    chosen_rows = list(stations.filter(pk__in=list(chosen)).order_by("identity").values_list(*fields))
    matches = stations.filter(identity__icontains=find).exclude(pk__in=[pk for pk, *_ in chosen_rows])
    return chosen_rows + list(matches.order_by("identity").values_list(*fields)[:MAX_CHOICES])


def drivers_of(sessions: QuerySet[ChargingSession]) -> QuerySet[Driver]:
    """Return the drivers of these sessions."""
    return Driver.objects.filter(Exists(sessions.filter(driver=OuterRef("pk"))))


def driver_choices(visible: QuerySet[ChargingSession], *, find: str = "", chosen: Iterable[int] = ()) -> list[Choice]:
    """Return drivers of the sessions by name, the chosen ones first: id, name and unit."""
    drivers = drivers_of(visible)
    chosen_rows = list(drivers.filter(pk__in=list(chosen)).order_by("name").values_list("pk", "name", "unit"))
    words = Q()
    for word in find.split():
        words &= Q(name__icontains=word) | Q(email__icontains=word) | Q(unit__icontains=word)
    matches = drivers.filter(words).exclude(pk__in=[pk for pk, *_ in chosen_rows])
    return chosen_rows + list(matches.order_by("name", "id").values_list("pk", "name", "unit")[:MAX_CHOICES])


def connector_numbers(visible_sites: VisibleSites) -> list[int]:
    """Return the connector numbers in use at the sites that have one or two letters."""
    connectors = Connector.objects.filter(station__site_area__site__in=visible_sites.ids, number__lte=LAST_CONNECTOR)
    return sorted(set(connectors.values_list("number", flat=True).distinct()))
