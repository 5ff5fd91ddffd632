"""The sites that a user may see, read once a page: scope, choices, time zones and what goes on there."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from sessions_app.access import User, visible_sites
from sessions_app.models import ChargingSession


@dataclass(frozen=True)
class VisibleSite:
    """A site with what pages say of it."""

    id: int
    name: str
    zone: str
    company_id: int
    company: str
    currency: str
    in_progress: int


@dataclass(frozen=True)
class VisibleSites:
    """The visible sites."""

    sites: tuple[VisibleSite, ...]

    @property
    def in_progress(self) -> int:
        """How many sessions are in progress at the sites."""
        return sum(place.in_progress for place in self.sites)

    @property
    def ids(self) -> list[int]:
        """The sites' ids."""
        return [place.id for place in self.sites]

    def by_zone(self) -> dict[ZoneInfo, list[int]]:
        """Return the ids of the sites by their time zone."""
        zones: dict[ZoneInfo, list[int]] = {}
        for place in self.sites:
            zones.setdefault(ZoneInfo(place.zone), []).append(place.id)
        return zones

    def companies(self) -> list[tuple[int, str]]:
        """Return the companies of the sites, by name."""
        known = {place.company_id: place.company for place in self.sites}
        return sorted(known.items(), key=lambda each: each[1].casefold())


def load_visible_sites(user: User) -> VisibleSites:
    """Return the sites that the user may see, by name, in one query."""
    open_here = ChargingSession.objects.filter(site=OuterRef("pk"), ended_at=None).order_by()
    many = Subquery(open_here.values("site").annotate(many=Count("pk")).values("many"))
    fields = ("id", "name", "time_zone", "company_id", "company__name", "company__currency")
    found = visible_sites(user).order_by("name", "id").values_list(*fields, Coalesce(many, 0))
    return VisibleSites(tuple(VisibleSite(*values) for values in found))
