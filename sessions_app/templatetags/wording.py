"""Figures in templates, in the words of `domain.wording`."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import template

from sessions_app.domain import wording

register = template.Library()

register.filter("duration", wording.duration)
register.filter("money", wording.money)


@register.filter
def whole_number(value: int) -> str:
    """Return `35,377`."""
    return f"{value:,}"


@register.filter
def decimal_places(value: Decimal) -> str:
    """Return the value to two places: `1,204.50`."""
    return f"{wording.round_half_up(value):,}"


@register.filter
def site_full_time(at: datetime | None, zone: str) -> str:
    """Return the moment with its zone, as tooltips say it."""
    return wording.full_time(at, ZoneInfo(zone))
