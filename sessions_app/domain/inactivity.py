"""When a car stands plugged in and does not charge.

A stretch between two readings is idle when each power reported at its ends is below 100 W, or, where
neither end reports one, when the register does not move. Its ends are readings that say something of
what flowed (`figures`). An idle run counts once it has lasted two minutes, and then from its beginning:
until then its stretches wait, unsettled.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

import msgspec

IDLE_BELOW_W = 100.0
IDLE_COUNTS_AFTER = timedelta(minutes=2)
MAX_PENDING_INTERVALS = 24  # stretches: two minutes of readings every 5 s

# By rated power: up to (W), minutes after which standing idle is worth a warning.
LEVEL_MINUTES: tuple[tuple[float, int], ...] = ((3_700, 120), (7_400, 60), (49_999.999, 30))
FAST_LEVEL_MINUTES = 15
DEFAULT_LEVEL_MINUTES = 30  # where nobody knows the rating


class Interval(msgspec.Struct, frozen=True, array_like=True):
    """What flowed between two moments of a session: energy in Wh, mean power in W where known."""

    start: datetime
    end: datetime
    energy_wh: Decimal
    power_w: float | None

    @property
    def seconds(self) -> float:
        """The stretch's length."""
        return (self.end - self.start).total_seconds()


class ClassifiedInterval(msgspec.Struct, frozen=True):
    """A stretch of which it is known whether the car stood idle in it."""

    interval: Interval
    is_idle: bool


class IdleClock(msgspec.Struct, frozen=True):
    """The state: seconds counted in idle runs, and the young run that may come to nothing."""

    counted_s: float = 0.0
    is_running: bool = False  # an idle run that has lasted long enough goes on
    pending: tuple[Interval, ...] = ()

    @property
    def idle_s(self) -> int:
        """Whole seconds of inactivity so far."""
        return int(self.counted_s)


def is_idle(*, power_before_w: float | None, power_after_w: float | None, energy_wh: Decimal | None) -> bool:
    """Return whether a stretch between two readings is idle; energy is None where no register says.

    Every power reported at an end has a say, so that a stretch in which the car charged for a part
    of the time never counts: inactivity is rather too low than too high.
    """
    powers = [power for power in (power_before_w, power_after_w) if power is not None]
    if powers:
        return all(power < IDLE_BELOW_W for power in powers)
    return energy_wh == 0


def add_interval(
    clock: IdleClock, stretch: Interval, *, idle: bool
) -> tuple[IdleClock, tuple[ClassifiedInterval, ...]]:
    """Return the clock after the next stretch, and the stretches that this settles, oldest first."""
    if not idle:
        settled = (
            *(ClassifiedInterval(s, is_idle=False) for s in clock.pending),
            ClassifiedInterval(stretch, is_idle=False),
        )
        return IdleClock(clock.counted_s), settled
    if clock.is_running:
        return (
            IdleClock(clock.counted_s + stretch.seconds, is_running=True),
            (ClassifiedInterval(stretch, is_idle=True),),
        )
    run = _merge_last_two((*clock.pending, stretch))
    if run[-1].end - run[0].start < IDLE_COUNTS_AFTER:
        return IdleClock(clock.counted_s, pending=run), ()
    lasted_s = (run[-1].end - run[0].start).total_seconds()
    return (
        IdleClock(clock.counted_s + lasted_s, is_running=True),
        tuple(ClassifiedInterval(s, is_idle=True) for s in run),
    )


def _merge_last_two(run: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """Return the young run with its last two stretches as one, once it has many.

    Each reading prices what waits: a station that measures every 10 ms would make that quadratic.
    """
    if len(run) <= MAX_PENDING_INTERVALS:
        return run
    one, two = run[-2:]
    return (*run[:-2], Interval(one.start, two.end, one.energy_wh + two.energy_wh, two.power_w))


def inactivity_level(idle_s: int, max_power_w: float | None) -> str:
    """Return "", "warning" or "high": how long a car may stand depends on the connector's rating."""
    minutes = _level_minutes(max_power_w)
    if idle_s >= 2 * minutes * 60:
        return "high"
    return "warning" if idle_s >= minutes * 60 else ""


@lru_cache(maxsize=1_024)
def _level_minutes(max_power_w: float | None) -> int:
    if max_power_w is None:
        return DEFAULT_LEVEL_MINUTES
    return next((minutes for up_to_w, minutes in LEVEL_MINUTES if max_power_w <= up_to_w), FAST_LEVEL_MINUTES)
