"""Compute a session's figures reading by reading: energy, power, limit, inactivity, battery, price.

`fold` over all readings in order of time gives the same result as `advance` for one after the other. After
a late reading, `fold` computes the session again.

A reading that says nothing about the energy (only a battery level, or a register that has just fallen) does
not end an interval: the interval continues until a reading that does.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from sessions_app.domain import inactivity, pricing, units
from sessions_app.domain import register as registers
from sessions_app.domain.flags import Flag
from sessions_app.domain.inactivity import ClassifiedInterval, IdleClock, Interval
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.meter import Reading
from sessions_app.domain.pricing import PriceLine, Usage
from sessions_app.domain.register import ZERO_WH, RegisterIncrease
from sessions_app.domain.session_totals import DEFAULT_INTERVAL_S, BillingContext, SessionPoint, SessionTotals

PLAUSIBLE_RATIO = 1.5  # flag a power beyond this multiple of the connector's rating
MIN_DERIVATION_S = 1.0  # a register in whole Wh gives no power over a shorter time


def start_totals(started_at: datetime, meter_start_wh: Decimal | None, billing: BillingContext) -> SessionTotals:
    """Return the totals of a session that has just started."""
    return SessionTotals(
        at=started_at,
        register=registers.start_register(started_at, meter_start_wh),
        limit_a=_limit_a(Reading(at=started_at), billing),
        usage=pricing.start_usage(billing.tariff) if billing.tariff else Usage(),
    )


def advance(totals: SessionTotals, reading: Reading, billing: BillingContext) -> SessionTotals:
    """Add the next reading in order of time."""
    at = max(totals.at, reading.at)
    increase = registers.count_increase(totals.register, reading.register_wh, at, so_far_wh=totals.energy_wh)
    ends_interval = reading.power_w is not None or increase.since is not None
    clock, usage = totals.clock, totals.usage
    if ends_interval:
        clock, usage = _close_interval(totals, at, reading.power_w, increase, billing)
    power_w = _power_w(totals, reading, increase, at)
    battery = totals.battery if reading.soc_percent is None else reading.soc_percent
    gap_s = (at - totals.at).total_seconds()
    return SessionTotals(
        at=at,
        open_since=None if ends_interval else totals.open_since or totals.at,
        register=increase.register,
        energy_wh=totals.energy_wh + increase.energy_wh,
        reported_w=reading.power_w if ends_interval else totals.reported_w,
        power_w=power_w,
        peak_power_w=_highest(totals.peak_power_w, power_w),
        limit_a=_limit_a(reading, billing),
        battery_start=battery if totals.battery_start is None else totals.battery_start,
        battery=battery,
        gap_s=gap_s or totals.gap_s,
        interval_s=max(gap_s, totals.gap_s or DEFAULT_INTERVAL_S) if gap_s else totals.interval_s,
        clock=clock,
        usage=usage,
        flags=totals.flags | increase.flags | _flags(power_w, billing),
        at_stop=totals.at_stop,
    )


def apply_stop(
    totals: SessionTotals, stopped_at: datetime, meter_stop_wh: Decimal | None, billing: BillingContext
) -> SessionTotals:
    """Add the stop: its register counts like a last reading and closes the interval.

    Derive no power from it: stations round this value to whole Wh. Over the fraction of a second since the
    last reading that would be a peak of hundreds of kW.
    """
    at = max(totals.at, stopped_at)
    increase = registers.count_increase(totals.register, meter_stop_wh, at, so_far_wh=totals.energy_wh)
    clock, usage = _close_interval(totals, at, None, increase, billing)
    stopped = msgspec.structs.replace(
        totals,
        at=at,
        open_since=None,
        register=increase.register,
        energy_wh=totals.energy_wh + increase.energy_wh,
        reported_w=None,
        clock=clock,
        usage=usage,
        flags=totals.flags | increase.flags,
    )
    return msgspec.structs.replace(stopped, at_stop=totals_point(stopped, billing))


def add_parked_time(totals: SessionTotals, until: datetime, billing: BillingContext) -> SessionTotals:
    """Add the time until `until`, in which the car was plugged in without charging."""
    since = totals.open_since or totals.at
    if until <= since:
        return totals
    interval = Interval(since, until, ZERO_WH, 0.0)
    clock, usage = _add_interval(totals.clock, totals.usage, interval, billing, idle=True)
    return msgspec.structs.replace(totals, at=max(totals.at, until), open_since=None, clock=clock, usage=usage)


def fold(
    state: SessionState, readings: Sequence[Reading], billing: BillingContext
) -> tuple[SessionTotals, list[SessionPoint]]:
    """Return a session's totals and its figures at each reading; readings are in order of time."""
    totals = start_totals(state.started_at, state.meter_start_wh, billing)
    points = []
    is_stopped = state.stopped_at is None
    for reading in readings:
        if not is_stopped and state.stopped_at is not None and reading.at > state.stopped_at:
            totals, is_stopped = apply_stop(totals, state.stopped_at, state.meter_stop_wh, billing), True
        totals = advance(totals, reading, billing)
        points.append(totals_point(totals, billing))
    if not is_stopped and state.stopped_at is not None:
        totals = apply_stop(totals, state.stopped_at, state.meter_stop_wh, billing)
    if state.unplugged_at is not None:
        totals = add_parked_time(totals, state.unplugged_at, billing)
    return totals, points


def totals_point(totals: SessionTotals, billing: BillingContext) -> SessionPoint:
    """Return the graph point of the totals' moment."""
    return SessionPoint(
        energy_wh=totals.energy_wh,
        grid_power_w=totals.power_w,
        limit_a=totals.limit_a,
        idle_s=totals.clock.idle_s,
        price=pricing.total(session_price_lines(totals, billing)) if billing.tariff else None,
    )


def session_price_lines(totals: SessionTotals, billing: BillingContext) -> tuple[PriceLine, ...]:
    """Return the price lines. Price pending idle runs and the open interval as charging."""
    if billing.tariff is None:
        return ()
    unclassified = totals.clock.pending
    if totals.open_since is not None:
        unclassified = (*unclassified, Interval(totals.open_since, totals.at, ZERO_WH, None))
    charging = tuple(ClassifiedInterval(interval, is_idle=False) for interval in unclassified)
    return pricing.calculate_lines(billing.tariff, _add_usage(totals.usage, charging, billing))


def _close_interval(
    totals: SessionTotals,
    at: datetime,
    power_w: float | None,
    increase: RegisterIncrease,
    billing: BillingContext,
) -> tuple[IdleClock, Usage]:
    """Return clock and usage after the interval that ends at `at`.

    With register data only, the interval starts at the previous counted register value. The time before
    that, while the register fell, is unknown and so not idle.
    """
    clock, usage = totals.clock, totals.usage
    start, since = totals.open_since or totals.at, increase.since
    is_reported = power_w is not None or totals.reported_w is not None
    if since is not None and since > start and not is_reported:
        clock, usage = _add_interval(clock, usage, Interval(start, since, ZERO_WH, None), billing, idle=False)
        start = since
    idle = inactivity.is_idle(
        power_before_w=totals.reported_w,
        power_after_w=power_w,
        energy_wh=None if since is None else increase.energy_wh,
    )
    return _add_interval(clock, usage, Interval(start, at, increase.energy_wh, power_w), billing, idle=idle)


def _add_interval(
    clock: IdleClock, usage: Usage, interval: Interval, billing: BillingContext, *, idle: bool
) -> tuple[IdleClock, Usage]:
    clock, classified = inactivity.add_interval(clock, interval, idle=idle)
    return clock, _add_usage(usage, classified, billing)


def _add_usage(usage: Usage, intervals: tuple[ClassifiedInterval, ...], billing: BillingContext) -> Usage:
    if billing.tariff is None or not intervals:
        return usage
    return pricing.add_intervals(billing.tariff, usage, intervals, zone=billing.zone)


def _power_w(totals: SessionTotals, reading: Reading, increase: RegisterIncrease, at: datetime) -> float | None:
    """Return the reported power, else volts × amps, else energy over time, else the previous power."""
    if reading.power_w is not None:
        return reading.power_w
    if (phases_w := reading.phases_w) is not None:
        return phases_w
    if increase.since is None:
        return totals.power_w
    seconds = (at - increase.since).total_seconds()
    return totals.power_w if seconds < MIN_DERIVATION_S else float(increase.energy_wh) * 3600 / seconds


def _highest(first: float | None, second: float | None) -> float | None:
    if first is None or second is None:
        return second if first is None else first
    return max(first, second)


def _limit_a(reading: Reading, billing: BillingContext) -> float | None:
    """Return Current.Offered, else Power.Offered in A, else the configured limit, else the rating."""
    if reading.offered_a is not None:
        return reading.offered_a
    if reading.offered_w is not None:
        return units.amps(reading.offered_w, phases=billing.phases, voltage_v=reading.voltage_v)
    if billing.limit_a is not None:
        return billing.limit_a
    if billing.rating_w is None:
        return None
    return units.amps(billing.rating_w, phases=billing.phases, voltage_v=None)


def _flags(power_w: float | None, billing: BillingContext) -> int:
    if power_w is not None and billing.rating_w and power_w > PLAUSIBLE_RATIO * billing.rating_w:
        return Flag.BEYOND_RATING
    return 0
