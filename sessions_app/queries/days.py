"""Whole days in the time zone of each site, as UTC ranges that an index can serve."""

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
DayRange = tuple[date | None, date | None]


def preset_days(preset: str, today: date) -> DayRange:
    """Return the first and last day of a preset. Raises ValueError for an unknown one."""
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
    raise ValueError(f"{preset} is not a preset of days")


def started_on(visible_sites: VisibleSites, *, first: date | None, last: date | None, preset: str, now: datetime) -> Q:
    """Return the condition that a session started on those days, in its site's time zone.

    If a preset and days are given, both apply, as for all filters.
    """
    ranges = []
    for zone, site_ids in visible_sites.by_zone().items():
        begins, ends = first, last
        if preset:
            begins, ends = _intersection((first, last), preset_days(preset, now.astimezone(zone).date()))
        ranges.append((site_ids, _midnight(begins, zone), _midnight(ends, zone, days=1)))
    if not ranges:
        return Q()
    whole = _between(
        min((low for _, low, _ in ranges if low), default=None),
        max((high for _, _, high in ranges if high), default=None),
    )
    if len({(low, high) for _, low, high in ranges}) == 1:
        return whole
    per_zone = Q()
    for site_ids, low, high in ranges:
        per_zone |= Q(site__in=site_ids) & _between(low, high)
    return whole & per_zone


def between_days(first: date | None, last: date | None, zone: ZoneInfo) -> Q:
    """Return the condition that a session started on those days in the zone."""
    return _between(_midnight(first, zone), _midnight(last, zone, days=1))


def _intersection(range_a: DayRange, range_b: DayRange) -> DayRange:
    """Return the days in both ranges; the range is empty if its last day is before its first."""
    firsts, lasts = zip(range_a, range_b, strict=True)
    return max(filter(None, firsts), default=None), min(filter(None, lasts), default=None)


def _between(low: datetime | None, high: datetime | None) -> Q:
    condition = Q()
    if low is not None:
        condition &= Q(started_at__gte=low)
    if high is not None:
        condition &= Q(started_at__lt=high)
    return condition


def _midnight(day: date | None, zone: ZoneInfo, *, days: int = 0) -> datetime | None:
    """Return when the day, plus `days`, starts in the zone."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time(), zone).astimezone(UTC)
