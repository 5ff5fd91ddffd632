"""Energy as a function of time: register steps spread by the power told in them, and power over time.

Where power is told and the register is not, energy is power over time until a register value confirms it: an
estimate. Between two register values energy is spread by the told power (trapezoids), else evenly.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cached_property, partial
from itertools import pairwise

from sessions_app.domain.evidence import Evidence
from sessions_app.domain.latest import by_first
from sessions_app.domain.power import PowerLine, power_line
from sessions_app.domain.register import Step

MWH_PER_WATT_SECOND = 1 / 3.6


class Flow:
    """Energy in mWh that flows between two moments, along a line of power.

    The line is drawn only for an estimate or for a moment in between: most readings ask for whole flows.
    """

    def __init__(
        self, start: datetime, end: datetime, draw_line: Callable[[], PowerLine], mwh: float | None = None
    ) -> None:
        self.start, self.end, self._draw_line = start, end, draw_line
        self.mwh = self._areas[-1] * MWH_PER_WATT_SECOND if mwh is None else mwh
        self.is_estimate = mwh is None

    @cached_property
    def _line(self) -> PowerLine:
        return self._draw_line()

    @cached_property
    def _areas(self) -> list[float]:
        """The areas under the line up to each of its points, in watt seconds."""
        areas = [0.0]
        for (since, _, first_w), (until, last_w, _) in pairwise(self._line):
            areas.append(areas[-1] + (first_w + last_w) / 2 * (until - since).total_seconds())
        return areas

    def until(self, at: datetime) -> float:
        """Return the energy up to a moment; a flow without length is whole at once."""
        if at >= self.end:
            return self.mwh
        area = self._areas[-1]
        if area <= 0:
            return self.mwh * ((at - self.start) / (self.end - self.start))
        index = bisect_right(self._line, at, key=by_first) - 1
        since, _, first_w = self._line[index]
        until, last_w, _ = self._line[index + 1]
        part_s, whole_s = (at - since).total_seconds(), (until - since).total_seconds()
        reached_w = first_w + (last_w - first_w) * part_s / whole_s
        return self.mwh * (self._areas[index] + (first_w + reached_w) / 2 * part_s) / area


class EnergyCurve:
    """The cumulative energy in mWh from a settled moment on."""

    def __init__(self, flows: Sequence[Flow], settled_mwh: float) -> None:
        self._flows = flows
        self._starts = [flow.start for flow in flows]
        self._estimates = [flow for flow in flows if flow.is_estimate]
        self._before = [settled_mwh]
        for flow in flows:
            self._before.append(self._before[-1] + flow.mwh)

    @property
    def total_mwh(self) -> float:
        """The energy at the end."""
        return self._before[-1]

    def at(self, moment: datetime) -> float:
        """Return the energy up to a moment, the moment included."""
        index = bisect_right(self._starts, moment)
        if not index:
            return self._before[0]
        return self._before[index - 1] + self._flows[index - 1].until(moment)

    def estimated_mwh(self, at: datetime) -> float:
        """Return how much of the energy up to a moment is estimated."""
        return sum([flow.until(at) for flow in self._estimates if flow.start < at])


def energy_flows(evidence: Evidence, steps: Iterable[Step], *, until: datetime, has_estimates: bool) -> list[Flow]:
    """Return the flows since the settled moment: before the first register value, between values, after the last."""
    settled, told, cap_w = evidence.settled, evidence.told, evidence.bounds.cap_w
    flows = [
        Flow(step.start, step.end, partial(power_line, told, step.start, step.end, cap_w=cap_w), float(step.wh) * 1000)
        for step in steps
        if step.wh > 0
    ]
    if not has_estimates:
        return flows
    trusted = evidence.register.trusted
    spans = []
    if trusted is None:
        spans.append((settled.at, until))
    else:
        if evidence.first_at is not None:
            spans.append((settled.at, evidence.first_at))
        spans.append((max(trusted.at, settled.at), until))
    flows += [
        Flow(start, end, partial(power_line, told, start, end, cap_w=cap_w)) for start, end in spans if start < end
    ]
    return sorted(flows, key=lambda flow: flow.start)
