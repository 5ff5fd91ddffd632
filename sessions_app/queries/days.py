"""Whole days in the time zone of each site, as ranges of UTC that an index can serve."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from sessions_app.queries.sites import VisibleSites

DATE_PRESETS = {
    "today": "Today",
    "yesterday": "Yesterday",
    "last-7-days": "Last 7 days",
    "this-month": "This month",
    "last-month": "Last month",
    "this-year": "This year",
}
Days = tuple[date | None, date | None]


def preset_days(preset: str, today: date) -> Days:
    """Return the first and the last day of a named range, as seen on that day."""
    first_of_month = today.replace(day=1)
    match preset:
        case "today":
            return today, today
        case "yesterday":
            return today - timedelta(days=1), today - timedelta(days=1)
        case "last-7-days":
            return today - timedelta(days=6), today
        case "this-month":
            return first_of_month, today
        case "last-month":
            last = first_of_month - timedelta(days=1)
            return last.replace(day=1), last
        case "this-year":
            return today.replace(month=1, day=1), today
    raise ValueError(f"{preset} is no range of days")


def started_on(places: VisibleSites, *, first: date | None, last: date | None, preset: str, now: datetime) -> Q:
    """Return the condition that a session began on those days at its own site.

    A named range and days beside it hold both, as all filters do.
    """
    ranges = []
    for zone, site_ids in places.by_zone().items():
        begin, end = first, last
        if preset:
            begin, end = _in_both((first, last), preset_days(preset, now.astimezone(zone).date()))
        ranges.append((site_ids, _midnight(begin, zone), _midnight(end, zone, days=1)))
    if not ranges:
        return Q()
    whole = _between(
        min((low for _, low, _ in ranges if low), default=None),
        max((high for _, _, high in ranges if high), default=None),
    )
    if len({(low, high) for _, low, high in ranges}) == 1:
        return whole
    each = Q()
    for site_ids, low, high in ranges:
        each |= Q(site__in=site_ids) & _between(low, high)
    return whole & each


def _in_both(some: Days, others: Days) -> Days:
    """Return the first and the last day that both have; none at all where the last is before the first."""
    firsts, lasts = zip(some, others, strict=True)
    return max(filter(None, firsts), default=None), min(filter(None, lasts), default=None)


def _between(low: datetime | None, high: datetime | None) -> Q:
    condition = Q()
    if low is not None:
        condition &= Q(started_at__gte=low)
    if high is not None:
        condition &= Q(started_at__lt=high)
    return condition


def _midnight(day: date | None, zone: ZoneInfo, *, days: int = 0) -> datetime | None:
    """Return the moment at which the day (or one some days later) begins there."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time(), zone).astimezone(UTC)
