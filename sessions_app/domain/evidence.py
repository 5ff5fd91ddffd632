"""What readings and statuses say of a session from a settled moment on, before anything is counted."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sessions_app.domain import meter, power, register_motion
from sessions_app.domain import register as registers
from sessions_app.domain.flags import FlagDetail
from sessions_app.domain.latest import by_at, by_first, latest
from sessions_app.domain.meter import Reading
from sessions_app.domain.power import ToldPower
from sessions_app.domain.register import Bounds, Register, RegisterValue, Step
from sessions_app.domain.register_motion import Motion, Stand
from sessions_app.domain.session_totals import BillingContext, Seen, Settled, StatusAt
from sessions_app.domain.units import LEAST_POWER_W

REGISTER_BIT = 1 << meter.FIELDS.index("register_wh")
INTERVAL_BIT = 1 << meter.FIELDS.index("interval_wh")


class Stop(NamedTuple):
    """The stop's time and its register in Wh, if it has one."""

    at: datetime
    wh: RegisterValue | None


class KnownAt(NamedTuple):
    """What is known up to a reading."""

    register: Register
    motion: Motion
    told: ToldPower | None
    export: RegisterValue | None
    registered_at: datetime | None
    offered_a: float | None


@dataclass(slots=True)
class Evidence:
    """The readings since a settled moment as told powers, register steps, limits and times of export."""

    settled: Settled
    bounds: Bounds
    seen: Seen
    statuses: Sequence[StatusAt]
    register: Register
    motion: Motion
    readings: Sequence[Reading] = ()
    marks: list[KnownAt] = field(default_factory=list)
    told: list[ToldPower] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    stands: list[Stand] = field(default_factory=list)
    paces: list[tuple[datetime, float | None]] = field(default_factory=list)
    limits: list[tuple[datetime, float]] = field(default_factory=list)
    exports: list[tuple[datetime, datetime]] = field(default_factory=list)
    details: list[FlagDetail] = field(default_factory=list)
    first_at: datetime | None = None  # of the first register value, where none is settled

    def told_at(self, at: datetime) -> ToldPower | None:
        """Return the told power in force; its power is None once it has ended."""
        return power.in_force(self.told, at)

    def is_standing(self, at: datetime) -> bool:
        """Return whether the register stands at a moment for longer than its step explains."""
        stand = latest(self.stands, at, by_first)
        return stand is not None and stand.covers(at)

    def is_moving(self, at: datetime) -> bool:
        """Return whether a moment lies in a step of the register that counts energy."""
        step = latest(self.steps, at, by_first)
        return step is not None and at < step.end and step.wh > 0

    def gives_back(self, at: datetime) -> bool:
        """Return whether an export register rises at a moment."""
        export = latest(self.exports, at, by_first)
        return export is not None and at < export[1]

    def status_at(self, at: datetime) -> str:
        """Return the status in force, or "" if none is known."""
        status = latest(self.statuses, at, by_at)
        return "" if status is None else status.status

    def offered_at(self, at: datetime) -> float | None:
        """Return the last limit that the station offered, in A per phase."""
        limit = latest(self.limits, at, by_first)
        return self.settled.offered_a if limit is None else limit[1]

    def register_power_w(self, at: datetime) -> float | None:
        """Return what the register says of power at a reading: 0 where it stands, else its pace."""
        index = bisect_left(self.stands, at, key=by_first)
        stand = self.stands[index - 1] if index else None
        if stand is not None and stand.is_idle and (stand.is_open or at <= stand.end):
            return 0.0
        pace = latest(self.paces, at, by_first)
        return self.settled.motion.pace_w if pace is None else pace[1]


def collect(
    settled: Settled,
    readings: Sequence[Reading],
    statuses: Sequence[StatusAt],
    billing: BillingContext,
    stop: Stop | None,
) -> Evidence | None:
    """Return what the readings say; None where they change what is settled, so that all have to be read again."""
    seen = _seen(settled.seen, readings)
    highest_w = None if billing.rating_w else _highest_told_w(settled, readings)
    bounds = Bounds(registers.cap_w(billing.rating_w, highest_w), billing.interval_s)
    if _changes_settled(settled, seen, bounds):
        return None
    evidence = Evidence(settled, bounds, seen, statuses, settled.register, settled.motion)
    evidence.readings = [_without_inlet(reading, seen) for reading in readings]
    if settled.told is not None:
        evidence.told.append(settled.told)
    uses_intervals = _uses_intervals(seen)
    export, registered_at, offered_a = settled.export, settled.registered_at, settled.offered_a
    for reading in evidence.readings:
        wh = reading.interval_wh if uses_intervals else reading.register_wh
        if wh is not None:
            _count(evidence, wh, reading.at, is_interval=uses_intervals)
        if reading.register_wh is not None:
            registered_at = reading.at
        told = power.next_told(evidence.told[-1] if evidence.told else None, reading, interval_s=billing.interval_s)
        if told is not None:
            evidence.told.append(told)
        limit_a = power.offered_limit_a(reading, phases=billing.phases)
        if limit_a is not None:
            offered_a = limit_a
            evidence.limits.append((reading.at, limit_a))
        if reading.export_wh is not None:
            export = _export(evidence, export, RegisterValue(reading.export_wh, reading.at))
        last_told = evidence.told[-1] if evidence.told else None
        evidence.marks.append(KnownAt(evidence.register, evidence.motion, last_told, export, registered_at, offered_a))
    if stop is not None and stop.wh is not None and not uses_intervals:
        paces = list(evidence.paces)
        _count(evidence, stop.wh.wh, stop.at)
        evidence.paces = paces  # stations round the stop's register: it makes no power of its own
    _add_last_stand(evidence)
    return None if _overturns_provisional(evidence) else evidence


def _highest_told_w(settled: Settled, readings: Sequence[Reading]) -> float:
    return max([settled.metrics.told_peak_w or 0.0, *(reading.told_w or 0.0 for reading in readings)])


def _seen(seen: Seen, readings: Sequence[Reading]) -> Seen:
    fields, outlet, inlet, is_named = seen.fields, seen.outlet, seen.inlet, seen.is_named
    for reading in readings:
        told = meter.fields_told(reading)
        fields |= told
        outlet |= told & ~reading.inlet
        inlet |= reading.inlet
        is_named = is_named or reading.is_named
    return Seen(fields, outlet, inlet, is_named)


def _without_inlet(reading: Reading, seen: Seen) -> Reading:
    return meter.drop_fields(reading, reading.inlet & seen.outlet) if reading.inlet else reading


def _uses_intervals(seen: Seen) -> bool:
    return bool(seen.fields & INTERVAL_BIT) and not seen.fields & REGISTER_BIT


def _changes_settled(settled: Settled, seen: Seen, bounds: Bounds) -> bool:
    before = settled.seen
    if not before.fields:
        return False
    if _uses_intervals(before) != _uses_intervals(seen) or before.inlet & seen.outlet & ~before.outlet:
        return True
    if seen.is_named != before.is_named:
        return True
    return bounds.cap_w < settled.cap_w or (bounds.cap_w > settled.cap_w and bool(settled.details))


def _count(evidence: Evidence, value_wh: Decimal, at: datetime, *, is_interval: bool = False) -> None:
    count = registers.count_interval if is_interval else registers.count_value
    had_value = evidence.register.trusted is not None
    evidence.register, step, detail = count(evidence.register, value_wh, at, evidence.bounds)
    if detail is not None:
        evidence.details.append(detail)
    if step is None:
        if not had_value:
            evidence.first_at = None if is_interval else at
        return
    evidence.steps.append(step)
    pace_before = evidence.motion.pace_w
    evidence.motion, stand = register_motion.follow_step(evidence.motion, step)
    if stand is not None:
        evidence.stands.append(stand)
        evidence.paces.append((step.end if step.start == stand.end else step.start, None))
    if evidence.motion.pace_w != pace_before or stand is not None:
        evidence.paces.append((step.end, evidence.motion.pace_w))


def _add_last_stand(evidence: Evidence) -> None:
    trusted, motion = evidence.register.trusted, evidence.motion
    stand = motion.stand(is_open=trusted is not None and motion.stood_to == trusted.at)
    if stand is not None:
        evidence.stands.append(stand)


def _export(evidence: Evidence, before: RegisterValue | None, value: RegisterValue) -> RegisterValue:
    if before is not None:
        rise_wh, seconds = value.wh - before.wh, (value.at - before.at).total_seconds()
        if rise_wh > 0 and float(rise_wh) * 3600 >= LEAST_POWER_W * seconds:
            evidence.exports.append((before.at, value.at))
    return value


def _overturns_provisional(evidence: Evidence) -> bool:
    """Return whether something that was settled provisionally turns out otherwise."""
    settled = evidence.settled
    if not settled.is_provisional:
        return False
    if evidence.details or (settled.told is None and evidence.told):
        return True
    if any(step.wh > 0 or settled.estimated_mwh for step in evidence.steps):
        return True
    return any(
        stand.is_idle != settled.is_standing for stand in evidence.stands if stand.start < settled.at < stand.end
    )
