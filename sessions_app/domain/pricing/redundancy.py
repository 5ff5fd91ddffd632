"""Whether a component can ever apply, given the components before it in the tariff."""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from math import inf

from sessions_app.domain.pricing.tariff import FLAT, PARKING_TIME, Component
from sessions_app.domain.units import LEAST_POWER_W

IDLE_BELOW_KW = Decimal(str(LEAST_POWER_W)) / 1000
SMALLEST_KWH = Decimal("0.001")
WEEK = "1234567"
RANGES = ("date", "kwh", "minutes", "kw")

Number = Decimal | float
ComponentIndexes = frozenset[int]  # indexes into the earlier components


def is_redundant(component: Component, earlier: Sequence[Component], *, since: date | None = None) -> bool:
    """Return whether earlier components of the same dimension apply everywhere that this one could.

    Weekday, time of day, date, kWh, minutes, kW and inactivity are axes. Each is cut into parts at the bounds
    of the components. If no earlier component applies to all parts of a combination, this one can apply there.
    """
    combinations = {frozenset(range(len(earlier)))}
    for axis in _axes(component, earlier, since):
        combinations = {indexes & on_axis for indexes in combinations for on_axis in axis}
    return frozenset() not in combinations


def _axes(component: Component, earlier: Sequence[Component], since: date | None) -> Iterator[set[ComponentIndexes]]:
    """Yield for each axis which earlier components apply to each part of the component's range."""
    yield {frozenset(n for n, c in enumerate(earlier) if day in (c.days or WEEK)) for day in component.days or WEEK}
    bounds = {time.min}.union(*({c.time_from, c.time_to} for c in (component, *earlier))) - {None}
    yield {
        frozenset(n for n, c in enumerate(earlier) if c.is_at(clock))
        for clock in bounds
        if clock is not None and component.is_at(clock)
    }
    ranges = [_ranges(c) for c in earlier]
    for index, (start, end) in enumerate(_reachable(component, since)):
        on_axis = [component_ranges[index] for component_ranges in ranges]
        points = {start} | {bound for bounds in on_axis for bound in bounds if start < bound < end}
        yield {frozenset(n for n, (first, last) in enumerate(on_axis) if first <= point < last) for point in points}


def _ranges(component: Component) -> list[tuple[Number, Number]]:
    """Return the bounds on each numeric axis: date, kWh, minutes, kW and minutes of inactivity."""
    ranges: list[tuple[Number, Number]] = []
    for name in RANGES:
        start, end = getattr(component, f"{name}_from"), getattr(component, f"{name}_to")
        if name == "date":
            start, end = (day and day.toordinal() for day in (start, end))
        ranges.append((start or 0, inf if end is None else end))
    return [*ranges, (component.grace_minutes, inf)]


def _reachable(component: Component, since: date | None) -> list[tuple[Number, Number]]:
    """Return the ranges without unreachable values: a session lasts at least as long as its inactivity."""
    dates, kwh, minutes, kw, idle = _ranges(component)
    if since is not None:
        first_day = since - timedelta(days=1)  # the date differs between time zones
        dates = (max(dates[0], first_day.toordinal()), dates[1])
    if component.dimension == FLAT:
        kwh = (kwh[0], min(kwh[1], SMALLEST_KWH))
    if component.dimension == PARKING_TIME:
        kw = (kw[0], min(kw[1], IDLE_BELOW_KW))
    return [dates, kwh, (max(minutes[0], idle[0]), minutes[1]), kw, idle]
