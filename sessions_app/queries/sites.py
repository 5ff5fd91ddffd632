"""The sites that a user may see, read once per page: scope, choices, time zones, sessions in progress."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from sessions_app.access import User, visible_sites
from sessions_app.models import ChargingSession


@dataclass(frozen=True)
class VisibleSite:
    """A site with the facts that pages show."""

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
        """The number of sessions in progress at the sites."""
        return sum(site.in_progress for site in self.sites)

    @property
    def ids(self) -> list[int]:
        """The sites' ids."""
        return [site.id for site in self.sites]

    def by_zone(self) -> dict[ZoneInfo, list[int]]:
        """Return the ids of the sites by their time zone."""
        zones: dict[ZoneInfo, list[int]] = {}
        for site in self.sites:
            zones.setdefault(ZoneInfo(site.zone), []).append(site.id)
        return zones

    def companies(self) -> list[tuple[int, str]]:
        """Return the companies of the sites, by name."""
        names = {site.company_id: site.company for site in self.sites}
        return sorted(names.items(), key=lambda company: company[1].casefold())


def load_visible_sites(user: User) -> VisibleSites:
    """Return the sites that the user may see, by name, in one query."""
    open_sessions = ChargingSession.objects.filter(site=OuterRef("pk"), ended_at=None).order_by()
    in_progress = Subquery(open_sessions.values("site").annotate(count=Count("pk")).values("count"))
    fields = ("id", "name", "time_zone", "company_id", "company__name", "company__currency")
    rows = visible_sites(user).order_by("name", "id").values_list(*fields, Coalesce(in_progress, 0))
    return VisibleSites(tuple(VisibleSite(*values) for values in rows))
