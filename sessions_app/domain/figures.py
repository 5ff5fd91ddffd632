"""Compute a session's figures: energy, power, limit, charging, held back or idle time, battery, price.

`fold` works them out from all readings. `advance` goes on from the totals so far with the next reading in
order of time; both give the same. Some readings change what is settled (a base that is confirmed later, a
first value of another kind): then `advance` returns None, and all readings have to be folded.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from sessions_app.domain import pricing
from sessions_app.domain import register as registers
from sessions_app.domain.evidence import Stop
from sessions_app.domain.inactivity import IDLE, Interval, add_interval
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.meter import Reading
from sessions_app.domain.metrics import metrics_at_start
from sessions_app.domain.pricing import PriceLine, Usage
from sessions_app.domain.register import ZERO_WH, RegisterValue
from sessions_app.domain.session_price import add_usage, price_lines_so_far, price_so_far
from sessions_app.domain.session_totals import BillingContext, SessionPoint, SessionTotals, Settled, StatusAt
from sessions_app.domain.timeline import work_out


def start_totals(started_at: datetime, meter_start_wh: Decimal | None, billing: BillingContext) -> SessionTotals:
    """Return the totals of a session that has just started."""
    register = registers.start_register(started_at, meter_start_wh)
    metrics = metrics_at_start(billing)
    usage = pricing.start_usage(billing.tariff) if billing.tariff else Usage()
    settled = Settled(
        at=started_at,
        register=register,
        cap_w=registers.cap_w(billing.rating_w, None),
        metrics=metrics,
        usage=usage,
    )
    return SessionTotals(at=started_at, settled=settled, register=register, metrics=metrics, usage=usage)


def advance(
    totals: SessionTotals, reading: Reading, billing: BillingContext, statuses: Sequence[StatusAt] = ()
) -> tuple[SessionTotals, list[SessionPoint]] | None:
    """Add the next reading in order of time.

    Return the totals, and the figures at the pending readings and at this one; None if all readings are needed.
    """
    if any(each.is_named != reading.is_named for each in totals.pending):
        return None
    return work_out(totals.settled, (*totals.pending, reading), statuses, billing)


def apply_stop(
    totals: SessionTotals,
    state: SessionState,
    billing: BillingContext,
    statuses: Sequence[StatusAt] = (),
) -> tuple[SessionTotals, list[SessionPoint]] | None:
    """Add the stop: its register counts like a last reading, and stop − start is the energy where it is plausible.

    Return the totals and the figures at the pending readings; None if all readings are needed.
    """
    return work_out(totals.settled, totals.pending, statuses, billing, _stop(state), _start_value(state))


def add_parked_time(totals: SessionTotals, until: datetime, billing: BillingContext) -> SessionTotals:
    """Add the time from the stop until `until`, in which the car was plugged in without charging."""
    if until <= totals.at:
        return totals
    interval = Interval(totals.at, until, ZERO_WH, 0.0)
    clock, classified = add_interval(totals.clock, interval, IDLE)
    return msgspec.structs.replace(totals, at=until, clock=clock, usage=add_usage(totals.usage, classified, billing))


def fold(
    state: SessionState, readings: Sequence[Reading], billing: BillingContext, statuses: Sequence[StatusAt] = ()
) -> tuple[SessionTotals, list[SessionPoint]]:
    """Return a session's totals and its figures at each reading; readings are in order of time.

    Readings before the start, after the stop and those that name no transaction, where others do, count nothing.
    """
    counted = _own_readings(state, readings)
    start = start_totals(state.started_at, state.meter_start_wh, billing)
    worked_out = work_out(start.settled, counted, statuses, billing, _stop(state), _start_value(state))
    if worked_out is None:
        raise ValueError("A fold has nothing settled that a reading could change.")
    totals, points = worked_out
    if state.unplugged_at is not None:
        totals = add_parked_time(totals, state.unplugged_at, billing)
    if len(counted) == len(readings):
        return totals, points
    return totals, _with_uncounted(readings, counted, points, totals, billing)


def deliverable_wh(state: SessionState, readings: Sequence[Reading], billing: BillingContext) -> Decimal:
    """Return what the connector could have delivered from the start to the stop, else to the last reading."""
    own = _own_readings(state, readings)
    told_ws = [told_w for reading in own if (told_w := reading.told_w) is not None]
    end = state.stopped_at or (own[-1].at if own else state.started_at)
    seconds = (end - state.started_at).total_seconds() + billing.interval_s
    wh = registers.cap_w(billing.rating_w, max(told_ws, default=None)) * seconds / 3600
    return Decimal(wh).quantize(ZERO_WH)


def totals_point(totals: SessionTotals, billing: BillingContext) -> SessionPoint:
    """Return the graph point of the totals' moment."""
    return SessionPoint(
        energy_wh=totals.energy_wh,
        grid_power_w=totals.power_w,
        limit_a=totals.metrics.limit_a,
        idle_s=totals.clock.idle_s,
        price=session_price(totals, billing),
        held_back_s=totals.clock.held_back_s,
        is_estimated=totals.estimated_wh > 0,
    )


def session_price(totals: SessionTotals, billing: BillingContext) -> Decimal | None:
    """Return the price, the sum of the price lines; None without a tariff."""
    return price_so_far(totals.usage, totals.clock, billing)


def session_price_lines(totals: SessionTotals, billing: BillingContext) -> tuple[PriceLine, ...]:
    """Return the price lines. Price a pending idle run as charging."""
    return price_lines_so_far(totals.usage, totals.clock, billing)


def _stop(state: SessionState) -> Stop | None:
    if state.stopped_at is None:
        return None
    wh = None if state.meter_stop_wh is None else RegisterValue(state.meter_stop_wh, state.stopped_at)
    return Stop(state.stopped_at, wh)


def _start_value(state: SessionState) -> RegisterValue | None:
    wh = state.meter_start_wh
    return None if wh is None or wh < 0 else RegisterValue(wh, state.started_at)


def _own_readings(state: SessionState, readings: Sequence[Reading]) -> list[Reading]:
    stopped_at = state.stopped_at
    own = [
        reading
        for reading in readings
        if reading.at >= state.started_at and (stopped_at is None or reading.at <= stopped_at)
    ]
    if any(reading.is_named for reading in readings) and not all(reading.is_named for reading in own):
        return [reading for reading in own if reading.is_named]
    return own


def _with_uncounted(
    readings: Sequence[Reading],
    counted: Sequence[Reading],
    points: list[SessionPoint],
    totals: SessionTotals,
    billing: BillingContext,
) -> list[SessionPoint]:
    """Return a point for every reading: those that do not count have the figures before them and no power."""
    by_time = {reading.at: point for reading, point in zip(counted, points, strict=True)}
    price = None if billing.tariff is None else Decimal(0)
    before = SessionPoint(ZERO_WH, None, totals.metrics.limit_a, 0, price)
    at_end = totals.at_stop or totals_point(totals, billing)
    result = []
    for reading in readings:
        if reading.at in by_time:
            before = by_time[reading.at]
            result.append(before)
        elif counted and reading.at > counted[-1].at:
            result.append(msgspec.structs.replace(at_end, grid_power_w=None))
        else:
            result.append(msgspec.structs.replace(before, grid_power_w=None))
    return result
