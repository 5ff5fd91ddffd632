"""Walk through a session's time from a settled reading on: each interval gets its energy, power and state.

An interval ends at a reading, at a status and at the stop. It has the state of its beginning.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from math import floor

import msgspec

from sessions_app.domain import register as registers
from sessions_app.domain.energy import EnergyCurve, energy_flows
from sessions_app.domain.evidence import Evidence, Stop, collect
from sessions_app.domain.flags import Flag, FlagDetail, add_detail
from sessions_app.domain.inactivity import ClassifiedInterval, Interval, add_interval, classify
from sessions_app.domain.latest import by_at, by_first, latest
from sessions_app.domain.mean_power import MeanGroup
from sessions_app.domain.meter import Reading
from sessions_app.domain.metrics import limit_at, next_metrics
from sessions_app.domain.register import RegisterValue, Step, StopDecision
from sessions_app.domain.session_price import add_usage, price_so_far
from sessions_app.domain.session_totals import (
    BillingContext,
    SessionPoint,
    SessionTotals,
    Settled,
    StatusAt,
)
from sessions_app.domain.settling import details_by, flags_by, mean_powers, settled_index


def work_out(
    settled: Settled,
    readings: Sequence[Reading],
    statuses: Sequence[StatusAt],
    billing: BillingContext,
    stop: Stop | None = None,
    start: RegisterValue | None = None,
) -> tuple[SessionTotals, list[SessionPoint]] | None:
    """Return the totals and the figures at each of the readings; None if all readings are needed.

    `readings` are those since the settled moment, in order of time. `start` is the register at the start.
    """
    evidence = collect(settled, readings, statuses, billing, stop)
    if evidence is None:
        return None
    stop_value = stop.wh if stop else None
    decision = registers.decide_stop(evidence.register, start, stop_value, evidence.bounds, billing.correction)
    is_whole = start is None or settled.at == start.at
    if decision.is_exact and not is_whole and (decision.total_wh is not None or settled.estimated_mwh):
        return None
    return _Timeline(evidence, decision, billing, stop).totals()


class _Timeline:
    """The walk itself: `usage`, `clock` and `metrics` are brought up to date interval by interval."""

    def __init__(self, evidence: Evidence, decision: StopDecision, billing: BillingContext, stop: Stop | None) -> None:
        self.evidence, self.decision, self.billing, self.stop = evidence, decision, billing, stop
        settled = evidence.settled
        self.end = stop.at if stop else (evidence.readings[-1].at if evidence.readings else settled.at)
        steps: list[Step] = evidence.steps
        if decision.total_wh is not None:
            whole = Step(settled.at, self.end, decision.total_wh)
            steps = registers.fit_steps(steps, evidence.register.total_wh, whole)
        flows = energy_flows(evidence, steps, until=self.end, has_estimates=not decision.is_exact)
        self.curve = EnergyCurve(flows, settled.energy_mwh)
        self.stop_mwh = _instant_mwh(steps, stop)
        self.means = mean_powers(evidence, steps, billing)
        self.index, self.is_provisional = (-1, False) if stop else settled_index(evidence, self.means)
        self.at, self.mwh = settled.at, _rounded(settled.energy_mwh)
        self.usage, self.clock, self.metrics = settled.usage, settled.clock, settled.metrics
        self.flags = settled.flags
        self.details = settled.details
        self.settled = settled
        self.points: list[SessionPoint] = []

    def totals(self) -> tuple[SessionTotals, list[SessionPoint]]:
        """Walk through all intervals and return the totals and the points."""
        statuses = self.evidence.statuses
        inside = statuses[bisect_right(statuses, self.at, key=by_at) : bisect_left(statuses, self.end, key=by_at)]
        upcoming = [each.at for each in inside]
        for index, reading in enumerate(self.evidence.readings):
            while upcoming and upcoming[0] < reading.at:
                self._add_interval(upcoming.pop(0))
            self._add_interval(reading.at)
            self._add_reading(index, reading)
        for at in (*upcoming, self.end):
            self._add_interval(at)
        self._add_instant()
        return self._totals(), self.points

    def _add_interval(self, until: datetime) -> None:
        if until <= self.at:
            return
        mwh = _rounded(self.curve.at(until) - (self.stop_mwh if until == self.end else 0.0))
        told = self.evidence.told_at(self.at)
        told_w = told.power_w if told is not None else None
        interval = Interval(self.at, until, _wh(mwh - self.mwh), self._priced_w(told_w))
        state = classify(
            told_w=told_w,
            status=self.evidence.status_at(self.at),
            limit_a=limit_at(self.evidence, self.at, self.billing),
            is_moving=told_w is None and self.evidence.is_moving(self.at),
            is_standing=told_w is None and self.evidence.is_standing(self.at),
            gives_back=(told is not None and told.gives_back) or self.evidence.gives_back(self.at),
        )
        self.clock, classified = add_interval(self.clock, interval, state)
        self.usage = add_usage(self.usage, classified, self.billing)
        self.at, self.mwh = until, mwh

    def _add_instant(self) -> None:
        """Add energy of no duration: of a stop at the moment of the last reading."""
        mwh = _rounded(self.curve.total_mwh)
        if mwh > self.mwh:
            interval = Interval(self.at, self.at, _wh(mwh - self.mwh), None)
            self.usage = add_usage(self.usage, (ClassifiedInterval(interval, is_idle=False),), self.billing)
            self.mwh = mwh

    def _priced_w(self, told_w: float | None) -> float | None:
        if told_w is not None or self.means is None:
            return told_w
        mean = latest(self.means.means, self.at, by_first)
        return mean.power_w if mean is not None and self.at < mean.end else None

    def _add_reading(self, index: int, reading: Reading) -> None:
        self.metrics = next_metrics(self.metrics, self.evidence, index, self.billing)
        rating_w, told_w = self.billing.rating_w, reading.told_w
        if rating_w and told_w is not None and told_w > registers.CAP_RATIO * rating_w:
            if not self.flags & Flag.BEYOND_RATING:
                self.details = add_detail(self.details, FlagDetail(int(Flag.BEYOND_RATING), told_w, reading.at))
            self.flags |= Flag.BEYOND_RATING
        is_at_stop = self.stop is not None and self.stop.at == reading.at
        self.points.append(self._point(reading.at, without_mwh=self.stop_mwh if is_at_stop else 0.0))
        if index == self.index:
            self.settled = self._settle(index)

    def _point(self, at: datetime, *, without_mwh: float = 0.0) -> SessionPoint:
        """Return the figures at a moment; `without_mwh` is what the stop adds at this moment."""
        return SessionPoint(
            energy_wh=_wh(_rounded(self.curve.at(at) - without_mwh)),
            grid_power_w=self.metrics.power_w,
            limit_a=self.metrics.limit_a,
            idle_s=self.clock.idle_s,
            price=price_so_far(self.usage, self.clock, self.billing),
            held_back_s=self.clock.held_back_s,
            is_estimated=self._estimated_mwh(at) > 0,
        )

    def _estimated_mwh(self, at: datetime) -> float:
        if self.decision.is_exact:
            return 0.0
        return self.evidence.settled.estimated_mwh + self.curve.estimated_mwh(at)

    def _settle(self, index: int) -> Settled:
        mark, at = self.evidence.marks[index], self.at
        group = self.means.groups.get(at) if self.means is not None else None
        details = details_by(at, self.evidence, self.details)
        return Settled(
            at=at,
            register=mark.register,
            cap_w=self.evidence.bounds.cap_w,
            motion=mark.motion,
            told=mark.told,
            export=mark.export,
            group=group or MeanGroup(),
            registered_at=mark.registered_at,
            offered_a=mark.offered_a,
            energy_mwh=self.curve.at(at),
            estimated_mwh=self._estimated_mwh(at),
            seen=self.evidence.seen,
            metrics=self.metrics,
            clock=self.clock,
            usage=self.usage,
            flags=flags_by(at, self.evidence, self.flags),
            details=details,
            is_provisional=self.is_provisional or self.evidence.settled.is_provisional,
            is_standing=self.evidence.is_standing(at),
        )

    def _totals(self) -> SessionTotals:
        details = details_by(self.end, self.evidence, self.details)
        if self.decision.flag is not None:
            details = (*details, self.decision.flag)
            self.flags |= self.decision.flag.flag
        first = self.index + 1
        totals = SessionTotals(
            at=self.end,
            settled=self.settled,
            register=self.evidence.register,
            pending=tuple(self.evidence.readings[first:]),
            pending_points=tuple(self.points[first:]),
            energy_wh=_wh(self.mwh),
            estimated_wh=_wh(_rounded(self._estimated_mwh(self.end))),
            metrics=self.metrics,
            clock=self.clock,
            usage=self.usage,
            flags=flags_by(self.end, self.evidence, self.flags),
            details=details,
            counts_stop=self.decision.counts_difference,
        )
        if self.stop is None:
            return totals
        # Nothing goes on from a stop: whatever still comes needs all readings.
        settled = Settled(
            at=self.end, register=totals.register, cap_w=self.evidence.bounds.cap_w, seen=self.evidence.seen
        )
        return msgspec.structs.replace(
            totals, settled=settled, pending=(), pending_points=(), at_stop=self._point(self.end)
        )


def _instant_mwh(steps: Sequence[Step], stop: Stop | None) -> float:
    """Return the energy of a stop at the moment of the last reading."""
    if stop is None or not steps or steps[-1].start != stop.at:
        return 0.0
    return float(steps[-1].wh) * 1000


def _rounded(mwh: float) -> int:
    return floor(mwh + 0.5 + 1e-5)  # half up; float sums may end just below a half


def _wh(mwh: int) -> Decimal:
    return Decimal(mwh).scaleb(-3)
