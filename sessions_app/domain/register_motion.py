"""When a register stands for longer than its own step explains, and what power its steps show.

A 100 Wh meter at 1.4 kW moves every 4 minutes and is not idle. A register stands from the end of a step with
energy until the next such step begins. It is idle if it stands for longer than two of its smallest steps take
at the pace of its last two.
"""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

from sessions_app.domain.register import Step
from sessions_app.domain.units import LEAST_POWER_W

FIRST_STEP_WH = Decimal(100)
FIRST_PACE_W = 6 * 230.0  # the least that a car charges with
ALLOWED_STEPS = 2


class Stand(NamedTuple):
    """A time during which the register kept its value; an open one is still going on."""

    start: datetime
    end: datetime
    is_idle: bool
    is_open: bool = False

    def covers(self, at: datetime) -> bool:
        """Return whether the register stands idle at the moment."""
        return self.is_idle and self.start <= at and (self.is_open or at < self.end)


class Motion(msgspec.Struct, frozen=True, array_like=True):
    """The register's last steps: `steps` are (seconds, Wh) of the last two that did not end an idle time.

    `pace_w` is the power that they show, or None while it is not known.
    """

    stood_from: datetime | None = None
    stood_to: datetime | None = None
    smallest_wh: Decimal | None = None
    steps: tuple[tuple[float, Decimal], ...] = ()
    since_idle: int = 0
    pace_w: float | None = None

    def stand(self, *, is_open: bool = False) -> Stand | None:
        """Return the time that the register has stood up to now, or None if there is none."""
        if self.stood_from is None or self.stood_to is None:
            return None
        stood_s = (self.stood_to - self.stood_from).total_seconds()
        is_idle = stood_s > 0 and stood_s > self._allowed_s()
        return Stand(self.stood_from, self.stood_to, is_idle, is_open)

    def _allowed_s(self) -> float:
        step_wh = FIRST_STEP_WH if self.smallest_wh is None else self.smallest_wh
        pace_w = _pace_w(self.steps)
        return ALLOWED_STEPS * float(step_wh) * 3600 / max(FIRST_PACE_W if pace_w is None else pace_w, LEAST_POWER_W)


def follow_step(motion: Motion, step: Step) -> tuple[Motion, Stand | None]:
    """Return the motion after a counted step, and the time that the register stood before it."""
    stand = None
    if step.start != motion.stood_to:
        stand = motion.stand()
        motion = msgspec.structs.replace(motion, stood_from=step.start, stood_to=step.start, since_idle=0, pace_w=None)
    if step.wh <= 0:
        return msgspec.structs.replace(motion, stood_to=step.end), stand
    smallest = step.wh if motion.smallest_wh is None else min(motion.smallest_wh, step.wh)
    motion = msgspec.structs.replace(motion, smallest_wh=smallest)
    before = motion.stand()
    if before is not None and before.is_idle:
        return Motion(step.end, step.end, smallest, motion.steps), before
    since = motion.stood_from or step.start
    steps = (*motion.steps, ((step.end - since).total_seconds(), step.wh))[-2:]
    since_idle = motion.since_idle + 1
    pace_w = _pace_w(steps) if since_idle >= 2 else None
    return Motion(step.end, step.end, smallest, steps, since_idle, motion.pace_w if pace_w is None else pace_w), stand


def _pace_w(steps: tuple[tuple[float, Decimal], ...]) -> float | None:
    duration_s, energy_wh = 0.0, Decimal(0)
    for seconds, wh in steps:
        duration_s += seconds
        energy_wh += wh
    return float(energy_wh) * 3600 / duration_s if duration_s else None
