"""What is chosen in a filter by id, by kind or by letter, as something to look up."""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from sessions_app.models import ChargingSession, ChargingStation, Connector, Driver, Site, SiteArea
from sessions_app.queries.choices import charged_in
from sessions_app.queries.found import Wanted, wanted
from sessions_app.queries.places import Places

Ids = Collection[int]


def areas_wanted(ids: Ids, places: Places) -> Wanted:
    """Look up areas of the sites, with their names, and the sites of what was charged there."""
    areas = SiteArea.objects.filter(site__in=places.ids, pk__in=ids)
    return {
        "area": wanted(areas, Concat("site__name", Value(" · "), "name")),
        "sites of area": _sites(places, site_area__in=ids),
    }


def stations_wanted(ids: Ids, places: Places) -> Wanted:
    """Look up stations of the sites, with their identities, and the sites of what was charged there."""
    stations = ChargingStation.objects.filter(site_area__site__in=places.ids, pk__in=ids)
    return {"station": wanted(stations, F("identity")), "sites of station": _sites(places, station__in=ids)}


def drivers_wanted(ids: Ids, visible: QuerySet[ChargingSession]) -> Wanted:
    """Look up people who have charged in the sessions that the user may see, with their names."""
    return {"driver": wanted(charged_in(visible).filter(pk__in=ids), F("name"))}


def kinds_wanted(kinds: Collection[str]) -> Wanted:
    """Look up the people of those kinds."""
    return {"kind": wanted(Driver.objects.filter(kind__in=kinds))}


def numbers_wanted(numbers: Collection[int]) -> Wanted:
    """Look up the connectors of those numbers."""
    return {"connector": wanted(Connector.objects.filter(number__in=numbers))}


def _sites(places: Places, **where: Ids) -> QuerySet[Any]:
    """Return the sites that such sessions belong to; areas and stations may have been moved since."""
    sessions = ChargingSession.objects.filter(site=OuterRef("pk"), **where)
    return wanted(Site.objects.filter(Exists(sessions), pk__in=places.ids))
