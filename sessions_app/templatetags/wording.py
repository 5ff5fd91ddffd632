"""Template filters that format values with `domain.wording`."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import template

from sessions_app.domain import wording

register = template.Library()

register.filter("duration", wording.duration)
register.filter("money", wording.money)


@register.filter("whole")
def whole_number(value: int) -> str:
    """Return `35,377`."""
    return f"{value:,}"


@register.filter("places")
def decimal_places(value: Decimal) -> str:
    """Return the value with two decimals: `1,204.50`."""
    return f"{wording.round_half_up(value):,}"


@register.filter
def site_full_time(at: datetime | None, zone: str) -> str:
    """Return the time with its zone, for tooltips."""
    return wording.full_time(at, ZoneInfo(zone))
