"""Whether a plugged-in car charges, is held back by us, or is idle.

An idle run counts after two minutes, and then from its start. Until then its intervals are pending.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

import msgspec

from sessions_app.domain.station_states import ConnectorStatus
from sessions_app.domain.units import LEAST_POWER_W

LEAST_LIMIT_A = 6.0  # IEC 61851: a car draws 6 A a phase or nothing
IDLE_COUNTS_AFTER = timedelta(minutes=2)
MAX_PENDING_INTERVALS = 24  # two minutes of readings every 5 s

CHARGING, HELD_BACK, IDLE = "charging", "held back", "idle"
IDLE_STATUSES = frozenset({ConnectorStatus.SUSPENDED_EV, ConnectorStatus.FINISHING})
NOTHING_FLOWS = IDLE_STATUSES | {ConnectorStatus.SUSPENDED_EVSE, ConnectorStatus.AVAILABLE}

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
    """An interval that is known to be charging, idle or held back."""

    interval: Interval
    is_idle: bool
    is_held_back: bool = False


class IdleClock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The seconds counted as idle and as held back, and the pending idle run that is still too short to count."""

    counted_s: float = 0.0
    is_running: bool = False  # an idle run that already counts is in progress
    pending: tuple[Interval, ...] = ()
    held_s: float = 0.0

    @property
    def idle_s(self) -> int:
        """Whole seconds of inactivity so far."""
        return int(self.counted_s)

    @property
    def held_back_s(self) -> int:
        """Whole seconds held back so far."""
        return int(self.held_s)


def classify(
    *, told_w: float | None, status: str, limit_a: float | None, is_moving: bool, is_standing: bool, gives_back: bool
) -> str:
    """Return CHARGING, HELD_BACK or IDLE of a moment; `told_w` is the told power in force.

    Without a told power, the register decides: it moves, or it stands for longer than its step explains.
    """
    if gives_back:
        return CHARGING
    draws = is_moving if told_w is None else told_w >= LEAST_POWER_W
    if not draws and (status == ConnectorStatus.SUSPENDED_EVSE or (limit_a is not None and limit_a < LEAST_LIMIT_A)):
        return HELD_BACK
    if told_w is not None:
        return CHARGING if draws else IDLE
    return IDLE if is_standing or status in IDLE_STATUSES else CHARGING


def add_interval(clock: IdleClock, interval: Interval, state: str) -> tuple[IdleClock, tuple[ClassifiedInterval, ...]]:
    """Return the clock after the next interval, and the intervals that this classifies, oldest first."""
    if state != IDLE:
        is_held_back = state == HELD_BACK
        held_s = clock.held_s + (interval.seconds if is_held_back else 0.0)
        classified = (
            *(ClassifiedInterval(s, is_idle=False) for s in clock.pending),
            ClassifiedInterval(interval, is_idle=False, is_held_back=is_held_back),
        )
        return IdleClock(clock.counted_s, held_s=held_s), classified
    if clock.is_running:
        return (
            IdleClock(clock.counted_s + interval.seconds, is_running=True, held_s=clock.held_s),
            (ClassifiedInterval(interval, is_idle=True),),
        )
    run = _merge_last_two((*clock.pending, interval))
    if run[-1].end - run[0].start < IDLE_COUNTS_AFTER:
        return IdleClock(clock.counted_s, pending=run, held_s=clock.held_s), ()
    run_s = (run[-1].end - run[0].start).total_seconds()
    return (
        IdleClock(clock.counted_s + run_s, is_running=True, held_s=clock.held_s),
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
