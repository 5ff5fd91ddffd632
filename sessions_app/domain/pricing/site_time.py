"""Which components the calendar lets apply at a moment, by the clock on the wall of the site.

A moment belongs to what the wall clock shows then. So in the night when clocks go back the hour
that comes twice counts twice, and in the night when they go forward the hour left out never counts.
"""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from sessions_app.domain.pricing.compiled import CompiledTariff
from sessions_app.domain.pricing.tariff import Component

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY_US = 86_400_000_000
ALL = -1  # as a set of bits: every component
# A stretch of more than a year comes from a clock that is wrong, and is not cut into days.
LONGEST_US = 400 * DAY_US


class Windows(msgspec.Struct, frozen=True):
    """One UTC day, cut where what applies changes: the starts, and what applies from each, as bits."""

    starts_us: tuple[int, ...]
    applying: tuple[int, ...]


def microseconds(at: datetime) -> int:
    """Return the moment as whole microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def applying(plan: CompiledTariff, zone: str, at_us: int) -> int:
    """Return the components that the calendar lets apply at the moment, a bit for each."""
    windows = _windows(plan, zone, at_us // DAY_US)
    return windows.applying[bisect_right(windows.starts_us, at_us) - 1]


def cuts(plan: CompiledTariff, zone: str, start_us: int, end_us: int) -> list[int]:
    """Return the moments between the two at which what applies may change."""
    if end_us - start_us > LONGEST_US:
        return []
    days = range(start_us // DAY_US, end_us // DAY_US + 1)
    starts = (start for day in days for start in _windows(plan, zone, day).starts_us)
    return [start for start in starts if start_us < start < end_us]


@lru_cache(maxsize=16_384)
def _windows(plan: CompiledTariff, zone: str, day: int) -> Windows:
    place = ZoneInfo(zone)
    begins, ends = (EPOCH + timedelta(days=each) for each in (day, day + 1))
    candidates = {begins, *_wall_clock_moments(plan, place, begins), *_clock_changes(place, begins, ends)}
    starts = sorted(each for each in candidates if begins <= each < ends)
    found = [(microseconds(each), _applying(plan, each.astimezone(place))) for each in starts]
    kept = [found[0]] + [new for old, new in pairwise(found) if new[1] != old[1]]
    return Windows(tuple(start for start, _ in kept), tuple(bits for _, bits in kept))


def _wall_clock_moments(plan: CompiledTariff, place: ZoneInfo, around: datetime) -> set[datetime]:
    """Return the moments around that day at which the wall clock shows a bound, midnight among them."""
    bounds = {time.min}
    for component in plan.components:
        bounds |= {bound for bound in (component.time_from, component.time_to) if bound}
    dates = [around.date() + timedelta(days=days) for days in (-1, 0, 1)]
    return {
        datetime.combine(each, bound.replace(fold=fold), place).astimezone(UTC)
        for each in dates
        for bound in bounds
        for fold in (0, 1)
    }


def _clock_changes(place: ZoneInfo, begins: datetime, ends: datetime) -> set[datetime]:
    """Return when the clocks change between the two, to the second."""
    offset = begins.astimezone(place).utcoffset()
    if ends.astimezone(place).utcoffset() == offset:
        return set()
    before, after = 0, int((ends - begins).total_seconds())
    while after - before > 1:
        middle = (before + after) // 2
        if (begins + timedelta(seconds=middle)).astimezone(place).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return {begins + timedelta(seconds=after)}


def _applying(plan: CompiledTariff, local: datetime) -> int:
    bits = 0
    for place, component in enumerate(plan.components):
        if _fits(component, local.date(), local.time()):
            bits |= 1 << place
    return bits


def _fits(component: Component, day: date, clock: time) -> bool:
    if component.days and str(day.isoweekday()) not in component.days:
        return False
    if component.date_from and day < component.date_from:
        return False
    if component.date_to and day >= component.date_to:
        return False
    return component.is_at(clock)
