"""Energy, peak and average power of a session per interval of its site's wall clock.

Energy flows evenly between two readings. Each interval's energy is the difference of two rounded running
totals, so the intervals add up to the session's energy, to the 0.001 Wh.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import msgspec

from sessions_app.domain.units import MILLI

LENGTHS_MIN = (5, 6, 10, 12, 15, 20, 30, 60)  # lengths that divide an hour evenly


class EnergyPoint(msgspec.Struct, frozen=True):
    """The energy delivered by a moment in Wh, and the power then in W if known."""

    at: datetime
    energy_wh: Decimal
    power_w: float | None


class ClockInterval(msgspec.Struct, frozen=True):
    """One clock interval; `plugged_s` is the part of it that the session covers. Wh, W."""

    start: datetime
    stop: datetime
    plugged_s: float
    energy_wh: Decimal
    peak_power_w: float
    average_power_w: float


def split_by_clock(readings: Sequence[EnergyPoint], *, minutes: int, zone: ZoneInfo) -> Iterator[ClockInterval]:
    """Yield the intervals from the first reading to the last; the readings are in order of time.

    An interval starts when the wall clock shows a multiple of the length, and at a clock change.
    """
    if not readings:
        return
    first, last = readings[0], readings[-1]
    start, index, delivered_wh = _boundary_before(first.at, minutes, zone), 0, first.energy_wh
    is_last = False
    while not is_last:
        stop = _boundary_after(start, minutes, zone)
        begin, end = max(start, first.at), min(stop, last.at)
        is_last = stop >= last.at
        index, powers_w = _powers_between(readings, index, begin, end)
        delivered_by_end_wh = last.energy_wh if is_last else _delivered_wh(readings, index, end)
        plugged_s = (end - begin).total_seconds()
        average_w = float(delivered_by_end_wh - delivered_wh) * 3600 / plugged_s if plugged_s > 0 else 0.0
        yield ClockInterval(
            start, stop, plugged_s, delivered_by_end_wh - delivered_wh, max(powers_w, default=average_w), average_w
        )
        start, delivered_wh = stop, delivered_by_end_wh


def _powers_between(
    readings: Sequence[EnergyPoint], index: int, begin: datetime, end: datetime
) -> tuple[int, list[float]]:
    """Return the index of the last reading by the end, searched from `index`, and the powers known in between.

    Without one, that of the reading before counts. Energy over time makes no peak beside them: readings may
    be a fraction of a second apart.
    """
    before_w, powers_w = readings[index].power_w, []
    while index + 1 < len(readings) and readings[index + 1].at <= end:
        index += 1
        power_w = readings[index].power_w
        if power_w is not None and readings[index].at > begin:
            powers_w.append(power_w)
    return index, powers_w or ([] if before_w is None else [before_w])


def _delivered_wh(readings: Sequence[EnergyPoint], index: int, at: datetime) -> Decimal:
    """Return the energy by a moment from the reading at `index` on, and before the next one."""
    before, after = readings[index], readings[index + 1]
    part = Decimal((at - before.at) // _MICROSECOND) / Decimal((after.at - before.at) // _MICROSECOND)
    return (before.energy_wh + (after.energy_wh - before.energy_wh) * part).quantize(MILLI, ROUND_HALF_UP)


_MICROSECOND = timedelta(microseconds=1)


def _since_boundary(at: datetime, minutes: int, zone: ZoneInfo) -> timedelta:
    """Return the time since the wall clock showed a multiple of the length."""
    local = at.astimezone(zone)
    return timedelta(minutes=local.minute % minutes, seconds=local.second, microseconds=local.microsecond)


def _boundary_before(at: datetime, minutes: int, zone: ZoneInfo) -> datetime:
    return at - _since_boundary(at, minutes, zone)


def _boundary_after(at: datetime, minutes: int, zone: ZoneInfo) -> datetime:
    """Return the end of the interval that starts at `at`; a half-hour clock change shortens it."""
    return at + timedelta(minutes=minutes) - _since_boundary(at, minutes, zone)
