"""A session's figures, worked out reading by reading: energy, power, limit, inactivity, battery, price.

`fold` over all readings in order of time and `advance` one by one give the same. A reading that comes
late is put in its place by folding again from all of them.

A reading that says nothing of what flowed, such as a charge or a register that has just fallen, ends no
stretch: that goes on from the last reading that did.
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

PLAUSIBLE_RATIO = 1.5  # a power beyond so many times the connector's rating is worth a look
MIN_DERIVATION_S = 1.0  # over less, a register of whole Wh gives no power


def start_totals(started_at: datetime, meter_start_wh: Decimal | None, terms: BillingContext) -> SessionTotals:
    """Return the figures of a session that has just started."""
    return SessionTotals(
        at=started_at,
        register=registers.start_register(started_at, meter_start_wh),
        limit_a=_limit_a(Reading(at=started_at), terms),
        usage=pricing.start_usage(terms.tariff) if terms.tariff else Usage(),
    )


def advance(running: SessionTotals, reading: Reading, terms: BillingContext) -> SessionTotals:
    """Return the figures after the next reading in order of time."""
    at = max(running.at, reading.at)
    count = registers.count_increase(running.register, reading.register_wh, at, so_far_wh=running.energy_wh)
    is_told = reading.power_w is not None or count.since is not None
    clock, tally = running.clock, running.usage
    if is_told:
        clock, tally = _close_interval(running, at, reading.power_w, count, terms)
    power_w = _power_w(running, reading, count, at)
    battery = running.battery if reading.soc_percent is None else reading.soc_percent
    gap_s = (at - running.at).total_seconds()
    return SessionTotals(
        at=at,
        open_since=None if is_told else running.open_since or running.at,
        register=count.register,
        energy_wh=running.energy_wh + count.energy_wh,
        reported_w=reading.power_w if is_told else running.reported_w,
        power_w=power_w,
        peak_power_w=_highest(running.peak_power_w, power_w),
        limit_a=_limit_a(reading, terms),
        battery_start=battery if running.battery_start is None else running.battery_start,
        battery=battery,
        gap_s=gap_s or running.gap_s,
        interval_s=max(gap_s, running.gap_s or DEFAULT_INTERVAL_S) if gap_s else running.interval_s,
        clock=clock,
        usage=tally,
        flags=running.flags | count.flags | _flags(power_w, terms),
        at_stop=running.at_stop,
    )


def apply_stop(
    running: SessionTotals, stopped_at: datetime, meter_stop_wh: Decimal | None, terms: BillingContext
) -> SessionTotals:
    """Return the figures after the stop: its register counts like a last reading, and nothing is left open.

    It gives no power: stations round this one value to whole Wh, and over the fraction of a second
    since the last reading that would be a peak of hundreds of kW.
    """
    at = max(running.at, stopped_at)
    count = registers.count_increase(running.register, meter_stop_wh, at, so_far_wh=running.energy_wh)
    clock, tally = _close_interval(running, at, None, count, terms)
    stopped = msgspec.structs.replace(
        running,
        at=at,
        open_since=None,
        register=count.register,
        energy_wh=running.energy_wh + count.energy_wh,
        reported_w=None,
        clock=clock,
        usage=tally,
        flags=running.flags | count.flags,
    )
    return msgspec.structs.replace(stopped, at_stop=totals_point(stopped, terms))


def add_parked_time(running: SessionTotals, until: datetime, terms: BillingContext) -> SessionTotals:
    """Return the figures after the car has stood plugged in, without charging, until that moment."""
    since = running.open_since or running.at
    if until <= since:
        return running
    stretch = Interval(since, until, ZERO_WH, 0.0)
    clock, tally = _add_interval(running.clock, running.usage, stretch, terms, idle=True)
    return msgspec.structs.replace(running, at=max(running.at, until), open_since=None, clock=clock, usage=tally)


def fold(
    state: SessionState, readings: Sequence[Reading], terms: BillingContext
) -> tuple[SessionTotals, list[SessionPoint]]:
    """Return the figures of a whole session, and those at each reading, which come in order of time."""
    running = start_totals(state.started_at, state.meter_start_wh, terms)
    points = []
    is_stopped = state.stopped_at is None
    for reading in readings:
        if not is_stopped and state.stopped_at is not None and reading.at > state.stopped_at:
            running, is_stopped = apply_stop(running, state.stopped_at, state.meter_stop_wh, terms), True
        running = advance(running, reading, terms)
        points.append(totals_point(running, terms))
    if not is_stopped and state.stopped_at is not None:
        running = apply_stop(running, state.stopped_at, state.meter_stop_wh, terms)
    if state.unplugged_at is not None:
        running = add_parked_time(running, state.unplugged_at, terms)
    return running, points


def totals_point(running: SessionTotals, terms: BillingContext) -> SessionPoint:
    """Return what a graph draws for the moment that the figures are of."""
    return SessionPoint(
        energy_wh=running.energy_wh,
        grid_power_w=running.power_w,
        limit_a=running.limit_a,
        idle_s=running.clock.idle_s,
        price=pricing.total(session_price_lines(running, terms)) if terms.tariff else None,
    )


def session_price_lines(running: SessionTotals, terms: BillingContext) -> tuple[PriceLine, ...]:
    """Return the lines of the price.

    What is not known yet, a young idle run and an open stretch, is priced as charging.
    """
    if terms.tariff is None:
        return ()
    unknown = running.clock.pending
    if running.open_since is not None:
        unknown = (*unknown, Interval(running.open_since, running.at, ZERO_WH, None))
    unsettled = tuple(ClassifiedInterval(each, is_idle=False) for each in unknown)
    return pricing.calculate_lines(terms.tariff, _add_usage(running.usage, unsettled, terms))


def _close_interval(
    running: SessionTotals,
    at: datetime,
    power_w: float | None,
    count: RegisterIncrease,
    terms: BillingContext,
) -> tuple[IdleClock, Usage]:
    """Return clock and tally after the stretch that ends at that moment, with what is told of it.

    Where only the register speaks, it speaks of the time since the value that is counted from: what
    was before, while it fell, is unknown and so not idle.
    """
    clock, tally = running.clock, running.usage
    start, since = running.open_since or running.at, count.since
    is_reported = power_w is not None or running.reported_w is not None
    if since is not None and since > start and not is_reported:
        clock, tally = _add_interval(clock, tally, Interval(start, since, ZERO_WH, None), terms, idle=False)
        start = since
    idle = inactivity.is_idle(
        power_before_w=running.reported_w,
        power_after_w=power_w,
        energy_wh=None if since is None else count.energy_wh,
    )
    return _add_interval(clock, tally, Interval(start, at, count.energy_wh, power_w), terms, idle=idle)


def _add_interval(
    clock: IdleClock, tally: Usage, stretch: Interval, terms: BillingContext, *, idle: bool
) -> tuple[IdleClock, Usage]:
    clock, settled = inactivity.add_interval(clock, stretch, idle=idle)
    return clock, _add_usage(tally, settled, terms)


def _add_usage(tally: Usage, settled: tuple[ClassifiedInterval, ...], terms: BillingContext) -> Usage:
    if terms.tariff is None or not settled:
        return tally
    return pricing.add_intervals(terms.tariff, tally, settled, zone=terms.zone)


def _power_w(running: SessionTotals, reading: Reading, count: RegisterIncrease, at: datetime) -> float | None:
    """Return the power reported, else volts × amps, else energy over time; else it stays as it was."""
    if reading.power_w is not None:
        return reading.power_w
    if (phases_w := reading.phases_w) is not None:
        return phases_w
    if count.since is None:
        return running.power_w
    seconds = (at - count.since).total_seconds()
    return running.power_w if seconds < MIN_DERIVATION_S else float(count.energy_wh) * 3600 / seconds


def _highest(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


def _limit_a(reading: Reading, terms: BillingContext) -> float | None:
    """Return Current.Offered, else Power.Offered in A, else the limit that is set, else the rating."""
    if reading.offered_a is not None:
        return reading.offered_a
    if reading.offered_w is not None:
        return units.amps(reading.offered_w, phases=terms.phases, voltage_v=reading.voltage_v)
    if terms.limit_a is not None:
        return terms.limit_a
    if terms.rating_w is None:
        return None
    return units.amps(terms.rating_w, phases=terms.phases, voltage_v=None)


def _flags(power_w: float | None, terms: BillingContext) -> int:
    if power_w is not None and terms.rating_w and power_w > PLAUSIBLE_RATIO * terms.rating_w:
        return Flag.BEYOND_RATING
    return 0
