"""Which components apply at a moment by the days, dates and times of the site's wall clock.

A repeated hour (clocks go back) counts twice, a skipped hour (clocks go forward) does not count.
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
ALL_COMPONENTS = -1  # every component, as bits
# An interval of more than a year comes from a wrong clock and is not cut into days.
LONGEST_US = 400 * DAY_US


class DayWindows(msgspec.Struct, frozen=True):
    """One UTC day, cut where the applicable components change: window starts and component bits."""

    starts_us: tuple[int, ...]
    component_bits: tuple[int, ...]


def microseconds(at: datetime) -> int:
    """Return whole microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def components_at(compiled: CompiledTariff, zone: str, at_us: int) -> int:
    """Return the components that apply at the moment by the calendar, one bit each."""
    windows = _windows(compiled, zone, at_us // DAY_US)
    return windows.component_bits[bisect_right(windows.starts_us, at_us) - 1]


def calendar_cuts(compiled: CompiledTariff, zone: str, start_us: int, end_us: int) -> list[int]:
    """Return the moments within the interval at which the applicable components may change."""
    if end_us - start_us > LONGEST_US:
        return []
    days = range(start_us // DAY_US, end_us // DAY_US + 1)
    return [start for day in days for start in _windows(compiled, zone, day).starts_us if start_us < start < end_us]


@lru_cache(maxsize=16_384)
def _windows(compiled: CompiledTariff, zone: str, day: int) -> DayWindows:
    tz = ZoneInfo(zone)
    begins, ends = (EPOCH + timedelta(days=n) for n in (day, day + 1))
    candidates = {begins, *_wall_clock_moments(compiled, tz, begins), *_clock_changes(tz, begins, ends)}
    starts = sorted(at for at in candidates if begins <= at < ends)
    windows = [(microseconds(at), _component_bits(compiled, at.astimezone(tz))) for at in starts]
    changes = [windows[0]] + [new for old, new in pairwise(windows) if new[1] != old[1]]
    return DayWindows(tuple(start for start, _ in changes), tuple(bits for _, bits in changes))


def _wall_clock_moments(compiled: CompiledTariff, tz: ZoneInfo, around: datetime) -> set[datetime]:
    """Return the moments around that day at which the wall clock shows midnight or a component's bound."""
    bounds = {time.min}
    for component in compiled.components:
        bounds |= {bound for bound in (component.time_from, component.time_to) if bound}
    dates = [around.date() + timedelta(days=days) for days in (-1, 0, 1)]
    return {
        datetime.combine(day, bound.replace(fold=fold), tz).astimezone(UTC)
        for day in dates
        for bound in bounds
        for fold in (0, 1)
    }


def _clock_changes(tz: ZoneInfo, begins: datetime, ends: datetime) -> set[datetime]:
    offset = begins.astimezone(tz).utcoffset()
    if ends.astimezone(tz).utcoffset() == offset:
        return set()
    before, after = 0, int((ends - begins).total_seconds())
    while after - before > 1:
        middle = (before + after) // 2
        if (begins + timedelta(seconds=middle)).astimezone(tz).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return {begins + timedelta(seconds=after)}


def _component_bits(compiled: CompiledTariff, local: datetime) -> int:
    bits = 0
    for index, component in enumerate(compiled.components):
        if _applies(component, local.date(), local.time()):
            bits |= 1 << index
    return bits


def _applies(component: Component, day: date, clock: time) -> bool:
    if component.days and str(day.isoweekday()) not in component.days:
        return False
    if component.date_from and day < component.date_from:
        return False
    if component.date_to and day >= component.date_to:
        return False
    return component.is_at(clock)
