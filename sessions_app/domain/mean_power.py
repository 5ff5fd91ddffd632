"""Energy over time where no power is told, as restrictions in kW need it.

Steps of the register are taken together until they last a sample interval and end with energy: never the
fraction of a second between two messages. A shorter rest has the power before it.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from sessions_app.domain.register import Step


class MeanGroup(msgspec.Struct, frozen=True, array_like=True):
    """The steps since `start` that make no mean yet, and the last mean of the steps before them."""

    start: datetime | None = None
    end: datetime | None = None
    wh: float = 0.0
    last_w: float | None = None


class Mean(NamedTuple):
    """The mean power in W between two moments."""

    start: datetime
    end: datetime
    power_w: float


class MeanPowers:
    """The means of a session's steps, in order; `groups` has the rest after the step that ends at a moment."""

    def __init__(self, group: MeanGroup, *, interval_s: float) -> None:
        self.means: list[Mean] = []
        self.groups: dict[datetime, MeanGroup] = {}
        self.group = group
        self._interval_s = interval_s

    def follow(self, steps: Iterable[Step], *, is_standing: Callable[[datetime], bool]) -> None:
        """Add the counted steps."""
        for step in steps:
            is_idle = not step.wh and is_standing(step.start)
            if is_idle or self.group.end not in (None, step.start):
                self.close()
                self.group = MeanGroup()
            if is_idle:
                self.means.append(Mean(step.start, step.end, 0.0))
            else:
                self._add(step)
            self.groups[step.end] = self.group

    def _add(self, step: Step) -> None:
        start, wh = self.group.start or step.start, self.group.wh + float(step.wh)
        span_s = (step.end - start).total_seconds()
        if step.wh > 0 and span_s >= self._interval_s:
            mean_w = wh * 3600 / span_s
            self.means.append(Mean(start, step.end, mean_w))
            self.group = MeanGroup(None, step.end, 0.0, mean_w)
        else:
            self.group = MeanGroup(start, step.end, wh, self.group.last_w)

    def close(self) -> None:
        """Give the rest that makes no mean the power before it, else its own."""
        group = self.group
        if group.start is None or group.end is None or group.end <= group.start:
            return
        own_w = group.wh * 3600 / (group.end - group.start).total_seconds()
        self.means.append(Mean(group.start, group.end, own_w if group.last_w is None else group.last_w))
