"""Choose sessions for a management command: by id, station, site, days and flags."""

from collections.abc import Iterable, Iterator
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
from django.db.models import Q, QuerySet

from sessions_app.models import ChargingSession, ChargingStation, Site
from sessions_app.queries.days import between_days
from sessions_app.queries.flags import flag_condition

IDS_PER_PAGE = 500


class UnknownSelectionError(ValueError):
    """A station or a site that does not exist, or a name that several sites have."""


class SessionSelection(msgspec.Struct, frozen=True, kw_only=True):
    """What to choose; each given condition must hold. Days are whole days of the site's time zone."""

    ids: tuple[int, ...] = ()
    stations: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    flags: int = 0


def select_sessions(selection: SessionSelection) -> QuerySet[ChargingSession]:
    """Return the chosen sessions. Raises UnknownSelectionError."""
    sessions = ChargingSession.objects.all()
    if selection.ids:
        sessions = sessions.filter(pk__in=selection.ids)
    if selection.stations:
        sessions = sessions.filter(station__in=_station_ids(selection.stations))
    if selection.sites:
        sessions = sessions.filter(site__in=[_site_id(name) for name in selection.sites])
    if selection.first_day or selection.last_day:
        sessions = sessions.filter(_started_between(selection.first_day, selection.last_day))
    if selection.flags:
        sessions = sessions.filter(flag_condition(selection.flags))
    return sessions


def session_ids(sessions: QuerySet[ChargingSession]) -> Iterator[list[int]]:
    """Yield the ids in pages, in order. The sessions may change in between."""
    last = 0
    while page := list(sessions.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:IDS_PER_PAGE]):
        yield page
        last = page[-1]


def _station_ids(identities: Iterable[str]) -> list[int]:
    ids = dict(ChargingStation.objects.filter(identity__in=identities).values_list("identity", "pk"))
    for identity in identities:
        if identity not in ids:
            raise UnknownSelectionError(f"There is no station {identity}.")
    return list(ids.values())


def _site_id(name: str) -> int:
    """Return the id of the site with that name or COMPANY/NAME."""
    sites = Site.objects.select_related("company").order_by("pk")
    matches = [site for site in sites if name in {site.name, f"{site.company.name}/{site.name}"}]
    if len(matches) == 1:
        return matches[0].pk
    if matches:
        names = ", ".join(f"{site.company.name}/{site.name}" for site in matches)
        raise UnknownSelectionError(f"{len(matches)} sites are named {name}; choose one of: {names}.")
    raise UnknownSelectionError(f"There is no site {name}.")


def _started_between(first: date | None, last: date | None) -> Q:
    condition = Q()
    for zone in Site.objects.order_by("time_zone").values_list("time_zone", flat=True).distinct():
        condition |= Q(site__time_zone=zone) & between_days(first, last, ZoneInfo(zone))
    return condition
