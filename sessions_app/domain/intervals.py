"""A session cut along the clock of its site: energy, peak and average power of each interval.

Energy between two readings flows evenly. The energies of the intervals add up to the session's, to the
0.001 Wh: each is the difference of what had flowed by its end and by its beginning, rounded there.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import msgspec

from sessions_app.domain.units import MILLI

LENGTHS_MIN = (5, 6, 10, 12, 15, 20, 30, 60)  # what an hour is cut into evenly


class EnergyPoint(msgspec.Struct, frozen=True):
    """What had flowed by a moment, in Wh, and the power then, in W, where it is known."""

    at: datetime
    energy_wh: Decimal
    power_w: float | None


class ClockInterval(msgspec.Struct, frozen=True):
    """One interval of the clock, as far as the session lasted in it. Wh, W."""

    start: datetime
    stop: datetime
    plugged_s: float
    energy_wh: Decimal
    peak_power_w: float
    average_power_w: float


def split_by_clock(readings: Sequence[EnergyPoint], *, minutes: int, zone: ZoneInfo) -> Iterator[ClockInterval]:
    """Return the intervals from the first reading to the last; the readings come in order of time.

    Each begins where the clock on the wall shows a multiple of the length, and where the clock is changed.
    """
    if not readings:
        return
    first, last = readings[0], readings[-1]
    start, number, flowed = _clock_before(first.at, minutes, zone), 0, first.energy_wh
    is_last = False
    while not is_last:
        stop = _clock_after(start, minutes, zone)
        begin, end = max(start, first.at), min(stop, last.at)
        is_last = stop >= last.at
        number, powers_w = _powers(readings, number, begin, end)
        by_then = last.energy_wh if is_last else _flowed(readings, number, end)
        plugged_s = (end - begin).total_seconds()
        average_w = float(by_then - flowed) * 3600 / plugged_s if plugged_s > 0 else 0.0
        yield ClockInterval(start, stop, plugged_s, by_then - flowed, max([*powers_w, average_w]), average_w)
        start, flowed = stop, by_then


def _powers(readings: Sequence[EnergyPoint], number: int, begin: datetime, end: datetime) -> tuple[int, list[float]]:
    """Return the last reading before the end, going on from that number, and the powers in between."""
    powers_w = []
    while number + 1 < len(readings) and readings[number].at < end:
        one, other = readings[number], readings[number + 1]
        powers_w.append(_mean_w(one, other))
        if begin < other.at <= end and other.power_w is not None:
            powers_w.append(other.power_w)
        if other.at > end:
            break
        number += 1
    return number, powers_w


def _mean_w(one: EnergyPoint, other: EnergyPoint) -> float:
    seconds = (other.at - one.at).total_seconds()
    return float(other.energy_wh - one.energy_wh) * 3600 / seconds if seconds > 0 else 0.0


def _flowed(readings: Sequence[EnergyPoint], number: int, at: datetime) -> Decimal:
    """Return what had flowed by that moment, which lies between that reading and the next."""
    one = readings[number]
    if number + 1 == len(readings) or at <= one.at:
        return one.energy_wh
    other = readings[number + 1]
    part = Decimal((at - one.at) // _MICROSECOND) / Decimal((other.at - one.at) // _MICROSECOND)
    return (one.energy_wh + (other.energy_wh - one.energy_wh) * part).quantize(MILLI, ROUND_HALF_UP)


_MICROSECOND = timedelta(microseconds=1)


def _past(at: datetime, minutes: int, zone: ZoneInfo) -> timedelta:
    """Return how long ago the wall clock showed a multiple of the length."""
    local = at.astimezone(zone)
    return timedelta(minutes=local.minute % minutes, seconds=local.second, microseconds=local.microsecond)


def _clock_before(at: datetime, minutes: int, zone: ZoneInfo) -> datetime:
    return at - _past(at, minutes, zone)


def _clock_after(at: datetime, minutes: int, zone: ZoneInfo) -> datetime:
    """Return when the interval that begins there ends; a clock changed by half an hour cuts it short."""
    return at + timedelta(minutes=minutes) - _past(at, minutes, zone)
