"""Power, limit, battery and sample interval at each reading."""

from datetime import datetime

from sessions_app.domain.evidence import Evidence
from sessions_app.domain.inactivity import NOTHING_FLOWS
from sessions_app.domain.power import usual_limit_a
from sessions_app.domain.session_totals import DEFAULT_INTERVAL_S, BillingContext, SessionMetrics


def metrics_at_start(billing: BillingContext) -> SessionMetrics:
    """Return the figures before any reading: only the limit is known."""
    limit_a = usual_limit_a(limit_a=billing.limit_a, rating_w=billing.rating_w, phases=billing.phases)
    return SessionMetrics(limit_a=limit_a)


def limit_at(evidence: Evidence, at: datetime, billing: BillingContext) -> float | None:
    """Return the limit in A per phase: offered, else configured, else the rating's."""
    offered_a = evidence.offered_at(at)
    if offered_a is not None:
        return offered_a
    return usual_limit_a(limit_a=billing.limit_a, rating_w=billing.rating_w, phases=billing.phases)


def next_metrics(before: SessionMetrics, evidence: Evidence, index: int, billing: BillingContext) -> SessionMetrics:
    """Return the figures at a reading, from those at the reading before it."""
    reading, told_w = evidence.readings[index], evidence.readings[index].told_w
    power_w = power_at(evidence, index)
    previous = evidence.readings[index - 1].at if index else evidence.settled.at
    gap_s = (reading.at - previous).total_seconds()
    battery = before.battery if reading.soc_percent is None else reading.soc_percent
    register_peak_w = before.register_peak_w
    if evidence.marks[index].told is None and power_w is not None:
        register_peak_w = max(power_w, register_peak_w or 0.0)
    return SessionMetrics(
        power_w=power_w,
        told_peak_w=before.told_peak_w if told_w is None else max(before.told_peak_w or 0.0, told_w),
        register_peak_w=register_peak_w,
        limit_a=limit_at(evidence, reading.at, billing),
        battery_start=battery if before.battery_start is None else before.battery_start,
        battery=battery,
        gap_s=gap_s or before.gap_s,
        interval_s=max(gap_s, before.gap_s or DEFAULT_INTERVAL_S) if gap_s else before.interval_s,
    )


def power_at(evidence: Evidence, index: int) -> float | None:
    """Return the told power, else that of the register, else 0 if the status says that nothing flows."""
    mark, at = evidence.marks[index], evidence.readings[index].at
    told = mark.told
    if told is None:
        return evidence.register_power_w(at)
    if told.power_w is not None:
        return told.power_w
    has_register = mark.registered_at is not None and (told.told_at is None or mark.registered_at > told.told_at)
    power_w = evidence.register_power_w(at) if has_register else None
    if power_w is None and evidence.status_at(at) in NOTHING_FLOWS:
        return 0.0
    return power_w
