"""When a car is plugged in but does not charge.

An interval between two readings is idle if every power reported at its ends is below 100 W. If neither end
reports a power, it is idle if the register does not move. Readings without power or register end no
interval (see `figures`). An idle run counts after two minutes, and then from its start. Until then its
intervals are pending.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

import msgspec

IDLE_BELOW_W = 100.0
IDLE_COUNTS_AFTER = timedelta(minutes=2)
MAX_PENDING_INTERVALS = 24  # two minutes of readings every 5 s

# By rated power: up to this power (W), warn after so many minutes of inactivity.
LEVEL_MINUTES: tuple[tuple[float, int], ...] = ((3_700, 120), (7_400, 60), (49_999.999, 30))
FAST_LEVEL_MINUTES = 15
DEFAULT_LEVEL_MINUTES = 30  # if the rating is unknown


class Level(StrEnum):
    """How long a car has been plugged in without charging."""

    NONE = ""
    WARNING = "warning"
    HIGH = "high"


class Interval(msgspec.Struct, frozen=True, array_like=True):
    """The time between two moments of a session: energy in Wh, mean power in W if known."""

    start: datetime
    end: datetime
    energy_wh: Decimal
    power_w: float | None

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


class ClassifiedInterval(msgspec.Struct, frozen=True):
    """An interval that is known to be idle or charging."""

    interval: Interval
    is_idle: bool


class IdleClock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The seconds counted in idle runs, and the pending run that is still too short to count."""

    counted_s: float = 0.0
    is_running: bool = False  # an idle run that already counts is in progress
    pending: tuple[Interval, ...] = ()

    @property
    def idle_s(self) -> int:
        """Whole seconds of inactivity so far."""
        return int(self.counted_s)


def is_idle(*, power_before_w: float | None, power_after_w: float | None, energy_wh: Decimal | None) -> bool:
    """Return whether an interval between two readings is idle; `energy_wh` is None without a register value.

    Every reported power must be below the limit: an interval in which the car charged for part of the
    time must not count. Inactivity is rather too low than too high.
    """
    powers = [power for power in (power_before_w, power_after_w) if power is not None]
    if powers:
        return all(power < IDLE_BELOW_W for power in powers)
    return energy_wh == 0


def add_interval(
    clock: IdleClock, interval: Interval, *, idle: bool
) -> tuple[IdleClock, tuple[ClassifiedInterval, ...]]:
    """Return the clock after the next interval, and the intervals that this classifies, oldest first."""
    if not idle:
        classified = (
            *(ClassifiedInterval(s, is_idle=False) for s in clock.pending),
            ClassifiedInterval(interval, is_idle=False),
        )
        return IdleClock(clock.counted_s), classified
    if clock.is_running:
        return (
            IdleClock(clock.counted_s + interval.seconds, is_running=True),
            (ClassifiedInterval(interval, is_idle=True),),
        )
    run = _merge_last_two((*clock.pending, interval))
    if run[-1].end - run[0].start < IDLE_COUNTS_AFTER:
        return IdleClock(clock.counted_s, pending=run), ()
    run_s = (run[-1].end - run[0].start).total_seconds()
    return (
        IdleClock(clock.counted_s + run_s, is_running=True),
        tuple(ClassifiedInterval(s, is_idle=True) for s in run),
    )


def _merge_last_two(run: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """Merge the last two intervals of a long pending run.

    Each reading prices all pending intervals: with a reading every 10 ms that cost would be quadratic.
    """
    if len(run) <= MAX_PENDING_INTERVALS:
        return run
    first, second = run[-2:]
    return (*run[:-2], Interval(first.start, second.end, first.energy_wh + second.energy_wh, second.power_w))


def inactivity_level(idle_s: int, max_power_w: float | None) -> Level:
    """Return the level; the thresholds depend on the connector's rating."""
    minutes = _level_minutes(max_power_w)
    if idle_s >= 2 * minutes * 60:
        return Level.HIGH
    return Level.WARNING if idle_s >= minutes * 60 else Level.NONE


@lru_cache(maxsize=1_024)
def _level_minutes(max_power_w: float | None) -> int:
    if max_power_w is None:
        return DEFAULT_LEVEL_MINUTES
    return next((minutes for up_to_w, minutes in LEVEL_MINUTES if max_power_w <= up_to_w), FAST_LEVEL_MINUTES)
