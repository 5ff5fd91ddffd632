"""Power as told: how it ages, how it goes straight between two readings, and the grid limit.

A told power counts until the next reading with power. A reading without one ends it, if at least a sample
interval (and the shortest time between two told powers) has passed since it was told: some stations send
power and energy in messages of their own, seconds apart.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

import msgspec

from sessions_app.domain import units
from sessions_app.domain.latest import by_at, latest
from sessions_app.domain.meter import Reading
from sessions_app.domain.units import LEAST_POWER_W

PowerLine = list[tuple[datetime, float, float]]  # of (moment, W before, W after)


class ToldPower(msgspec.Struct, frozen=True, array_like=True):
    """The power of a reading in W; `power_w` is None where a reading ends what was told before.

    `shortest_s` is the shortest time between two told powers so far, `told_at` the last told power's time.
    """

    at: datetime
    power_w: float | None
    export_w: float = 0.0
    told_at: datetime | None = None
    shortest_s: float | None = None

    @property
    def gives_back(self) -> bool:
        """Whether the car gives energy back."""
        return self.export_w >= LEAST_POWER_W or (self.power_w is not None and self.power_w <= -LEAST_POWER_W)


def next_told(last: ToldPower | None, reading: Reading, *, interval_s: float) -> ToldPower | None:
    """Return what a reading tells of power: a new one, the end of the last one, or None for neither."""
    power_w = reading.told_w
    if power_w is not None:
        shortest_s = last.shortest_s if last is not None else None
        if last is not None and last.told_at is not None:
            gap_s = (reading.at - last.told_at).total_seconds()
            shortest_s = gap_s if shortest_s is None else min(gap_s, shortest_s)
        return ToldPower(reading.at, power_w, reading.export_w or 0.0, reading.at, shortest_s)
    if last is None or last.power_w is None or last.told_at is None:
        return None
    due_s = max(interval_s, last.shortest_s or 0.0)
    if (reading.at - last.told_at).total_seconds() < due_s:
        return None
    return ToldPower(reading.at, None, 0.0, last.told_at, last.shortest_s)


def in_force(told: Sequence[ToldPower], at: datetime) -> ToldPower | None:
    """Return the told power that counts at a moment; its `power_w` is None once it has ended."""
    return latest(told, at, by_at)


def power_line(told: Sequence[ToldPower], start: datetime, end: datetime, *, cap_w: float) -> PowerLine:
    """Return (moment, W before, W after) from start to end, for trapezoids; empty if no power is told.

    Power goes straight from one told value to the next. It is constant before the first and after the last
    of this time, and 0 after a reading that ends it. Each value is held within 0 and the cap.
    """
    first = bisect_right(told, start, key=by_at)
    inside = told[first : bisect_right(told, end, key=by_at)]
    before = told[first - 1] if first else None
    if before is None and not inside:
        return []
    current_w = _held(before if before is not None else inside[0], cap_w)
    is_told = before is None or before.power_w is not None
    line: PowerLine = [(start, current_w, current_w)]
    for each in inside:
        held_w = _held(each, cap_w)
        if each.power_w is not None and is_told:
            line.append((each.at, held_w, held_w))
        else:
            line.append((each.at, current_w, held_w))
        current_w, is_told = held_w, each.power_w is not None
    line.append((end, current_w, current_w))
    return line


def _held(told: ToldPower, cap_w: float) -> float:
    return 0.0 if told.power_w is None else max(0.0, min(told.power_w, cap_w))


def offered_limit_a(reading: Reading, *, phases: int) -> float | None:
    """Return Current.Offered, else Power.Offered in A per phase, else None."""
    if reading.offered_a is not None:
        return reading.offered_a
    if reading.offered_w is not None:
        return units.amps(reading.offered_w, phases=phases, voltage_v=reading.voltage_v)
    return None


def usual_limit_a(*, limit_a: float | None, rating_w: float | None, phases: int) -> float | None:
    """Return the limit where the station offers none: the configured one, else the rating's."""
    if limit_a is not None:
        return limit_a
    return None if rating_w is None else units.amps(rating_w, phases=phases, voltage_v=None)
