"""Whether the components before one in a tariff leave anything for it."""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from math import inf

from sessions_app.domain.inactivity import IDLE_BELOW_W
from sessions_app.domain.pricing.tariff import FLAT, PARKING_TIME, Component

IDLE_BELOW_KW = Decimal(str(IDLE_BELOW_W)) / 1000
SMALLEST_KWH = Decimal("0.001")
WEEK = "1234567"
RANGES = ("date", "kwh", "minutes", "kw")

Number = Decimal | float
ComponentIndexes = frozenset[int]  # which of the earlier components, by their place


def is_redundant(component: Component, earlier: Sequence[Component], *, since: date | None = None) -> bool:
    """Return whether wherever the component could apply one of the earlier of its dimension does.

    Weekday, time of day, date, kWh, minutes, kW and inactivity are axes. Each is cut at the bounds of
    the components; a combination of parts whose components have nobody in common is left for this one.
    """
    left = {frozenset(range(len(earlier)))}
    for axis in _axes(component, earlier, since):
        left = {some & others for some in left for others in axis}
    return frozenset() not in left


def _axes(component: Component, earlier: Sequence[Component], since: date | None) -> Iterator[set[ComponentIndexes]]:
    """Yield for each axis who has which of the parts into which the component's share of it is cut."""
    yield {
        frozenset(n for n, each in enumerate(earlier) if day in (each.days or WEEK)) for day in component.days or WEEK
    }
    bounds = {time.min}.union(*({each.time_from, each.time_to} for each in (component, *earlier))) - {None}
    yield {
        frozenset(n for n, each in enumerate(earlier) if each.is_at(clock))
        for clock in bounds
        if clock is not None and component.is_at(clock)
    }
    shares = [_shares(each) for each in earlier]
    for place, (start, end) in enumerate(_reachable(component, since)):
        on_axis = [each[place] for each in shares]
        points = {start} | {bound for share in on_axis for bound in share if start < bound < end}
        yield {frozenset(n for n, (first, last) in enumerate(on_axis) if first <= point < last) for point in points}


def _shares(component: Component) -> list[tuple[Number, Number]]:
    """Return from and to on each axis of numbers: the ranges, and minutes of inactivity."""
    found: list[tuple[Number, Number]] = []
    for name in RANGES:
        start, end = getattr(component, f"{name}_from"), getattr(component, f"{name}_to")
        if name == "date":
            start, end = (each and each.toordinal() for each in (start, end))
        found.append((start or 0, inf if end is None else end))
    return [*found, (component.grace_minutes, inf)]


def _reachable(component: Component, since: date | None) -> list[tuple[Number, Number]]:
    """Return its shares without what never comes: the session is as long as its inactivity at least."""
    dates, kwh, minutes, kw, idle = _shares(component)
    if since is not None:
        dates = (max(dates[0], (since - timedelta(days=1)).toordinal()), dates[1])  # in some zone
    if component.dimension == FLAT:
        kwh = (kwh[0], min(kwh[1], SMALLEST_KWH))
    if component.dimension == PARKING_TIME:
        kw = (kw[0], min(kw[1], IDLE_BELOW_KW))
    return [dates, kwh, (max(minutes[0], idle[0]), minutes[1]), kw, idle]
