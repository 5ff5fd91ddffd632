"""Figures at the bounds of their rules: energy, export, the age of power, the stop, what later readings change."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sessions_app.domain import figures
from sessions_app.domain.flags import Flag
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.meter import Reading
from sessions_app.domain.pricing import Component, Tariff
from sessions_app.domain.session_totals import BillingContext, SessionPoint, SessionTotals, StatusAt

START = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
TERMS = BillingContext(zone="UTC", rating_w=22_000, phases=3)


def second(count: float) -> datetime:
    return START + timedelta(seconds=count)


def reading(at_s: float, wh: float | None = None, **values: Any) -> Reading:
    return Reading(at=second(at_s), register_wh=None if wh is None else Decimal(str(wh)), **values)


def session(start_wh: int | None = 1_000, **ends: Any) -> SessionState:
    return SessionState(started_at=START, meter_start_wh=None if start_wh is None else Decimal(start_wh), **ends)


def stopped(
    at_s: float, wh: float | None = None, *, start_wh: int | None = 1_000, plugged_s: float = 0
) -> SessionState:
    unplugged_at = second(at_s + plugged_s) if plugged_s else None
    stop_wh = None if wh is None else Decimal(str(wh))
    return session(start_wh, stopped_at=second(at_s), meter_stop_wh=stop_wh, unplugged_at=unplugged_at)


def folded(
    *readings: Reading, of: SessionState | None = None, billing: BillingContext = TERMS, **statuses: float
) -> tuple[SessionTotals, list[SessionPoint]]:
    known = [StatusAt(second(at_s), status) for status, at_s in statuses.items()]
    return figures.fold(of or session(), readings, billing, sorted(known, key=lambda each: each.at))


def totals(*readings: Reading, **given: Any) -> SessionTotals:
    return folded(*readings, **given)[0]


def tariff(*components: Component) -> BillingContext:
    fields: dict[str, Any] = {"entity_type": "Site", "entity_id": "SIT-0001", "currency": "AUD"}
    priced = Tariff(1, "Any", valid_from=START, tax_percent=Decimal(0), components=components, **fields)
    return BillingContext(zone="UTC", rating_w=22_000, tariff=priced)


def advanced(*readings: Reading, billing: BillingContext = TERMS) -> SessionTotals | None:
    """Return the totals after the last reading, or None where it changes what is settled."""
    running = totals(*readings[:-1], billing=billing)
    result = figures.advance(running, readings[-1], billing)
    return None if result is None else result[0]


def test_energy_is_the_sum_of_intervals_without_a_register() -> None:
    intervals = [reading(60 * n, interval_wh=Decimal(100)) for n in (1, 2, 3)]

    assert totals(*intervals, of=session(None)).energy_wh == 300
    assert totals(*intervals, of=stopped(240, start_wh=None)).energy_wh == 300


def test_register_counts_before_intervals_of_energy() -> None:
    both = [reading(60 * n, 1_000 + 50 * n, interval_wh=Decimal(100)) for n in (1, 2, 3)]

    assert totals(*both).energy_wh == 150
    assert totals(reading(60, 1_050), reading(120, interval_wh=Decimal(100))).energy_wh == 50


def test_first_register_after_intervals_needs_all_readings() -> None:
    intervals = [reading(60 * n, interval_wh=Decimal(100)) for n in (1, 2, 3)]

    assert advanced(*intervals, reading(240, interval_wh=Decimal(100))) is not None
    assert advanced(*intervals, reading(240, 1_500)) is None


def test_first_outlet_value_after_the_grid_side_needs_all() -> None:
    grid = [reading(60 * n, 1_000 + 50 * n, inlet=1) for n in (1, 2)]
    outlet = [reading(60 * n, 1_000 + 50 * n) for n in (1, 2)]

    assert advanced(*grid, reading(180, 1_150)) is None
    assert advanced(*grid, reading(180, 1_150, inlet=1)) is not None
    assert advanced(*grid, reading(180, 1_150, inlet=1, soc_percent=5.0)) is not None
    assert advanced(*outlet, reading(180, 1_150, soc_percent=5.0)) is not None


def test_first_named_reading_after_unnamed_ones_needs_all() -> None:
    unnamed = [reading(60 * n, 1_000 + 50 * n, is_named=False) for n in (1, 2)]

    assert advanced(*unnamed, reading(180, 1_150, is_named=False)) is not None
    assert advanced(*unnamed, reading(180, 1_150)) is None


def test_higher_power_without_a_rating_needs_all_after_a_jump() -> None:
    unknown = BillingContext(zone="UTC")
    calm = [reading(60, 1_100, power_w=6_000.0), reading(120, 1_200, power_w=6_000.0)]
    jump = [
        reading(60, 1_100, power_w=6_000.0),
        reading(120, 1_800, power_w=6_000.0),
        reading(180, 1_860, power_w=6_000.0),
    ]

    assert totals(*jump, billing=unknown).flags == Flag.REGISTER_JUMPED
    assert advanced(*calm, reading(180, 1_300, power_w=7_000.0), billing=unknown) is not None
    assert advanced(*jump, reading(240, 1_960, power_w=6_000.0), billing=unknown) is not None
    assert advanced(*jump, reading(240, 1_960, power_w=7_000.0), billing=unknown) is None


@pytest.mark.parametrize(("export_wh", "idle_s"), [(2, 0), ("1.999", 144)])
def test_export_from_100_w_on_is_not_idle(export_wh: Any, idle_s: int) -> None:
    """2 Wh in 72 s are 100 W."""
    back = [reading(72 * n, 1_000, power_w=0.0, export_wh=Decimal(export_wh) * n) for n in (0, 1, 2)]

    assert totals(*back).clock.idle_s == idle_s


def test_export_register_that_stands_or_falls_is_idle() -> None:
    for registers in ((5, 5, 5), (900, 600, 300)):
        still = [reading(72 * n, 1_000, power_w=0.0, export_wh=Decimal(wh)) for n, wh in enumerate(registers)]
        assert totals(*still).clock.idle_s == 144


@pytest.mark.parametrize(
    ("status", "power_w"),
    [("SuspendedEV", 0), ("SuspendedEVSE", 0), ("Available", 0), ("Finishing", 0), ("Charging", None)],
)
def test_ended_power_is_zero_where_the_status_says_so(status: str, power_w: float | None) -> None:
    powers = [reading(60 * n, power_w=7_000.0) for n in (1, 2)]

    assert totals(*powers, reading(180, offered_a=16.0), **{status: 150.0}).power_w == power_w
    assert totals(*powers, reading(180, offered_a=16.0), **{status: 181.0}).power_w is None


def test_ended_power_is_that_of_a_later_register() -> None:
    steps = [reading(60 * n, 1_000 + 100 * n) for n in (1, 2, 3)]
    with_power = [*steps[:2], reading(180, 1_300, power_w=7_000.0)]

    assert totals(*with_power, reading(240, offered_a=16.0)).power_w is None
    assert totals(*with_power, reading(240, 1_400)).power_w == pytest.approx(6_000)


def test_parked_time_after_the_stop_has_no_power() -> None:
    for kw_from, kw_to in ((Decimal(0), None), (None, Decimal("0.001"))):
        parking = tariff(Component("PARKING_TIME", Decimal(6), kw_from=kw_from, kw_to=kw_to))
        parked = totals(reading(60, 1_100), of=stopped(60, 1_100, plugged_s=600), billing=parking)
        assert [line.amount for line in figures.session_price_lines(parked, parking)] == [Decimal("1.00")]


def test_parked_time_below_two_minutes_is_not_idle() -> None:
    moving = [reading(60 * n, 1_000 + 100 * n, power_w=6_000.0) for n in (1, 2)]

    assert totals(*moving, of=stopped(120, 1_200, plugged_s=119)).clock.idle_s == 0
    assert totals(*moving, of=stopped(120, 1_200, plugged_s=120)).clock.idle_s == 120


def test_parked_time_adds_nothing_before_the_stop() -> None:
    at_stop = totals(reading(60, 1_100), of=stopped(60, 1_100))

    assert figures.add_parked_time(at_stop, second(60), TERMS) is at_stop


def test_readings_count_from_the_start_to_the_stop() -> None:
    readings = [reading(-0.001, 900), reading(0, 1_000), reading(60, 1_100), reading(60.001, 5_000)]

    result, points = folded(*readings, of=stopped(60))

    assert (result.energy_wh, result.flags) == (100, 0)
    assert [point.energy_wh for point in points] == [0, 0, 100, 100]
    assert [points[0].grid_power_w, points[3].grid_power_w] == [None, None]


def test_unnamed_readings_do_not_count_beside_named_ones() -> None:
    own = [reading(60 * n, 1_000 + 100 * n) for n in (1, 2, 3)]
    other = [reading(60 * n + 30, 9_000, is_named=False) for n in (1, 2)]

    result, points = folded(own[0], other[0], own[1], other[1], own[2])

    assert (result.energy_wh, result.flags) == (300, 0)
    assert [point.energy_wh for point in points] == [100, 100, 200, 200, 300]


def test_stop_at_the_last_reading_adds_energy_of_no_duration() -> None:
    by_energy = tariff(Component("ENERGY", Decimal(1)), Component("TIME", Decimal(60)))

    result, (point,) = folded(reading(60, 1_100), of=stopped(60, 1_102), billing=by_energy)
    lines = figures.session_price_lines(result, by_energy)

    assert (result.energy_wh, point.energy_wh) == (102, 100)
    assert [line.amount for line in lines] == [Decimal("0.10"), Decimal("1.00")]
    assert result.at_stop is not None
    assert result.at_stop.energy_wh == 102


def test_energy_is_estimated_from_power_until_a_register() -> None:
    powers = [reading(60 * n, power_w=6_000.0) for n in (1, 2, 3)]

    estimated, points = folded(*powers)
    confirmed = totals(*powers, reading(180.001, 1_290))

    assert (estimated.energy_wh, estimated.estimated_wh) == (300, 300)
    assert [point.is_estimated for point in points] == [True, True, True]
    assert (confirmed.energy_wh, confirmed.estimated_wh) == (290, 0)


def test_stop_confirms_the_energy_of_told_powers() -> None:
    powers = [reading(60 * n, power_w=6_000.0) for n in (0, 1, 2)]

    result, points = folded(*powers, of=stopped(180, 1_240))

    assert (result.energy_wh, result.estimated_wh, result.counts_stop) == (240, 0, True)
    assert [point.energy_wh for point in points] == [0, 80, 160]
    assert not any(point.is_estimated for point in points)


def test_energy_that_ends_in_half_a_thousandth_is_rounded_up() -> None:
    result, points = folded(reading(60, None, soc_percent=5.0), reading(120, 1000.001))

    assert [point.energy_wh for point in points] == [Decimal("0.001"), Decimal("0.001")]
    assert result.energy_wh == Decimal("0.001")


def test_status_between_readings_cuts_the_interval() -> None:
    idle = totals(reading(60, 1_100), reading(360, offered_a=16.0), SuspendedEV=120.0)
    held = totals(reading(60, 1_100, power_w=0.0), reading(360, power_w=0.0), SuspendedEVSE=120.0)

    assert (idle.clock.idle_s, idle.clock.held_back_s) == (240, 0)
    assert held.clock.held_back_s == 240


def test_status_from_before_the_start_is_in_force() -> None:
    assert totals(reading(300, offered_a=16.0), SuspendedEV=-60.0).clock.idle_s == 300
    assert totals(reading(300, offered_a=16.0), SuspendedEV=300.0).clock.idle_s == 0


def test_offered_limit_holds_until_another_is_offered() -> None:
    offers = [reading(60, offered_a=16.0), reading(120, soc_percent=5.0), reading(180, offered_a=10.0)]

    assert [point.limit_a for point in folded(*offers)[1]] == [16, 16, 10]


def test_first_power_beyond_the_rating_is_its_detail() -> None:
    beyond = [reading(60, power_w=33_000.0), reading(120, power_w=34_000.0), reading(180, power_w=35_000.0)]

    result = totals(*beyond)

    assert result.flags == Flag.BEYOND_RATING
    assert [(each.value, each.at) for each in result.details] == [(34_000, second(120))]


def many_powers() -> list[Reading]:
    """More powers without a register value than may wait to be settled."""
    return [reading(10 * n, power_w=6_000.0) for n in range(1, 61)]


def test_powers_without_a_register_settle_provisionally() -> None:
    running = figures.start_totals(START, Decimal(1_000), TERMS)
    for each in many_powers():
        result = figures.advance(running, each, TERMS)
        assert result is not None
        running = result[0]

    assert running.energy_wh == totals(*many_powers()).energy_wh == 1_000
    assert len(running.pending) <= 50
    for register_wh in (1_000, 1_900):  # also one that shows no energy
        assert figures.advance(running, reading(610, register_wh), TERMS) is None


def test_uncounted_reading_before_the_first_costs_nothing() -> None:
    by_energy = tariff(Component("ENERGY", Decimal(1)))

    _, points = folded(reading(-60, 900), reading(60, 1_100), billing=by_energy)

    assert [(point.energy_wh, point.price) for point in points] == [(0, 0), (100, Decimal("0.10"))]


def test_fallen_register_shows_no_power_until_its_pace_is_known() -> None:
    registers = (1_100, 1_200, 5, 105, 205)

    _, points = folded(*(reading(60 * n, wh) for n, wh in enumerate(registers, 1)))

    assert [point.grid_power_w for point in points] == [None, 6_000, None, None, 6_000]
