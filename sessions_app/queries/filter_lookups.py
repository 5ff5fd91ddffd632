"""The lookups for filter values that are ids, driver kinds or connector numbers."""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from sessions_app.models import ChargingSession, ChargingStation, Connector, Driver, Site, SiteArea
from sessions_app.queries.choices import drivers_of
from sessions_app.queries.related_lookup import Lookups, lookup
from sessions_app.queries.sites import VisibleSites

Ids = Collection[int]


def area_lookups(ids: Ids, places: VisibleSites) -> Lookups:
    """Look up areas with their names, and the sites of the sessions there."""
    areas = SiteArea.objects.filter(site__in=places.ids, pk__in=ids)
    return {
        "area": lookup(areas, Concat("site__name", Value(" · "), "name")),
        "sites of area": _site_lookup(places, site_area__in=ids),
    }


def station_lookups(ids: Ids, places: VisibleSites) -> Lookups:
    """Look up stations with their identities, and the sites of the sessions there."""
    stations = ChargingStation.objects.filter(site_area__site__in=places.ids, pk__in=ids)
    return {
        "station": lookup(stations, F("identity")),
        "sites of station": _site_lookup(places, station__in=ids),
    }


def driver_lookups(ids: Ids, visible: QuerySet[ChargingSession]) -> Lookups:
    """Look up drivers of the visible sessions, with their names."""
    return {"driver": lookup(drivers_of(visible).filter(pk__in=ids), F("name"))}


def driver_kind_lookups(kinds: Collection[str]) -> Lookups:
    """Look up the drivers of those kinds."""
    return {"kind": lookup(Driver.objects.filter(kind__in=kinds))}


def connector_lookups(numbers: Collection[int]) -> Lookups:
    """Look up the connectors with those numbers."""
    return {"connector": lookup(Connector.objects.filter(number__in=numbers))}


def _site_lookup(places: VisibleSites, **condition: Ids) -> QuerySet[Any]:
    """Return the sites of such sessions. Ask the sessions: areas and stations may have moved since."""
    sessions = ChargingSession.objects.filter(site=OuterRef("pk"), **condition)
    return lookup(Site.objects.filter(Exists(sessions), pk__in=places.ids))
