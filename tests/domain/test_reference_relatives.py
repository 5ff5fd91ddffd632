"""Relatives of the reported cases, and the bounds of the reference's rules, each by its number."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.domain.reference import Absence, Connector, Message, MeterEvent, Session, Status, work_out
from tests.domain.reference.building import HOUR, charged, clock, event, names, reading, status, value


def rising(first: int, last: int, begin: int = 0, step: int = 120) -> list[Message]:
    """Return a reading each minute: `first` to `last`, in minutes, from a register value on."""
    return [reading(60 * i, register=begin + step * (i - first)) for i in range(first, last + 1)]


def test_clock_set_right_in_a_session_shifts_what_came_before() -> None:
    behind = timedelta(hours=2)
    wrong = [replace(each, stated=each.arrived - behind) for each in rising(1, 5, 120)]
    start = MeterEvent(clock(0), clock(0) - behind, 0)
    result = work_out(Session(start, [*wrong, *rising(6, 10, 720)], event(600, 1200)))
    assert result.energy_wh == 1200
    assert result.duration_s == 600
    assert result.figure("station clock off") == 7200


@pytest.mark.parametrize("is_offline", [True, False])
def test_queue_after_an_outage_counts_as_stated(is_offline: bool) -> None:
    live, queued = rising(0, 5), rising(6, 65, 720)
    late = [replace(each, arrived=clock(2 * HOUR + i), is_offline=is_offline) for i, each in enumerate(queued)]
    result = charged([*live, *late], event(2 * HOUR + 120, 7800))
    assert result.energy_wh == 7800
    assert result.energy_at(clock(3900)) == 7800
    assert not result.flags


@pytest.mark.parametrize(
    ("lag_s", "is_shifted", "is_flagged"),
    [(119, False, False), (120, True, True), (-3, False, False), (-4, True, False), (-120, True, True)],
)
def test_bounds_of_a_clock_offset(lag_s: int, is_shifted: bool, is_flagged: bool) -> None:
    lag = timedelta(seconds=lag_s)
    start = MeterEvent(clock(0), clock(0) - lag, 0)
    result = work_out(Session(start, stop=MeterEvent(clock(60), clock(60) - lag, 100)))
    assert ("station clock off" in names(result)) is is_flagged
    assert result.start == (clock(0) if is_shifted else clock(0) - lag)


def test_phases_and_units_may_be_mixed() -> None:
    phases = [value("register", f" {part}", unit="kWh", phase=f"L{i}-N") for i, part in enumerate("123", 1)]
    powers = [value("power", "2.4", unit="kW", phase=f"L{i}") for i in (1, 2, 3)]
    bad = [value("register", each) for each in ("NaN", "-", "", "1e309")]
    result = charged([reading(HOUR, *bad, *phases, *powers)], event(HOUR, 6000))
    assert result.energy_wh == 6000
    assert result.peak_w == 7200


@pytest.mark.parametrize(("increase", "counts"), [(Fraction(550), True), (Fraction("550.001"), False)])
def test_the_bound_of_a_plausible_increase_is_included(increase: Fraction, counts: bool) -> None:
    result = charged([reading(60, register=float(increase))], event(60), rating_w=11_000)
    assert result.energy_wh == (550 if counts else 0)
    assert ("register jumped" in names(result)) is not counts


def test_register_that_drops_to_0_now_and_then_loses_nothing() -> None:
    messages = rising(0, 10, 5000)
    messages[4] = reading(240, register=0)
    result = charged(messages, event(600, 6200), start=5000)
    assert result.energy_wh == 1200
    assert names(result) == {"register fell"}


def test_reset_register_counts_the_sum_of_increases() -> None:
    messages = [*rising(0, 5, 100), *rising(6, 10)]
    result = charged(messages, event(660, 600), start=100)
    assert result.decision.why == "the register was reset"
    assert result.energy_wh == 600 + 480 + 120
    assert result.figure("register fell") == 700


def test_energy_is_estimated_until_a_register_confirms_it() -> None:
    messages = [reading(t, power=7200) for t in range(0, HOUR + 1, 60)]
    live = charged(messages, now=clock(HOUR + 30))
    assert (live.energy_wh, live.estimated_wh) == (Decimal(7200), Decimal(7200))
    ended = charged(messages, event(HOUR, 7000))
    assert (ended.energy_wh, ended.estimated_wh) == (Decimal(7000), Decimal(0))
    lifetime = charged(messages, event(HOUR, 7_784_563))
    assert (lifetime.energy_wh, lifetime.estimated_wh) == (Decimal(7200), Decimal(7200))


def test_intervals_are_summed_where_no_register_is_told() -> None:
    interval: dict[str, object] = {"measurand": "Energy.Active.Import.Interval", "value": "1500"}
    messages = [reading(900 * i, interval) for i in range(1, 5)]
    result = charged(messages, event(HOUR), start=None)
    assert result.energy_wh == 6000
    assert result.energy_at(clock(450)) == 750


@pytest.mark.parametrize(("power", "idle_s"), [(99, 600), (100, 0)])
def test_idle_is_below_100_watts(power: int, idle_s: int) -> None:
    assert charged([reading(0, power=power)], event(600, 0)).count("idle") == idle_s


@pytest.mark.parametrize(("length", "idle_s"), [(119, 0), (120, 120)])
def test_idle_counts_from_two_minutes_on(length: int, idle_s: int) -> None:
    messages = [reading(0, power=0), reading(length, power=7200)]
    assert charged(messages, event(600, 900)).count("idle") == idle_s


@pytest.mark.parametrize(("amps", "held_s"), [("5.99", 600), ("6", 0)])
def test_held_back_is_below_6_amps(amps: str, held_s: int) -> None:
    result = charged([reading(0, power=0, offered=amps)], event(600, 0))
    assert result.count("held back") == held_s
    assert result.count("idle") == 600 - held_s


def test_zero_placeholders_of_phases_hold_nothing_back() -> None:
    offered = [value("offered", amps, phase=f"L{i}") for i, amps in enumerate((16, 0, 0), 1)]
    result = charged([reading(0, *offered, power=0)], event(600, 0))
    assert result.count("held back") == 0


def test_register_of_1_kwh_is_not_idle_and_later_stands() -> None:
    drawing = [reading(t, register=7000 * t // HOUR // 1000 * 1000) for t in range(60, 2 * HOUR, 60)]
    standing = [reading(t, register=14_000) for t in range(2 * HOUR, 4 * HOUR, 60)]
    result = charged([*drawing, *standing], event(4 * HOUR, 14_000))
    assert result.count("idle") == 2 * HOUR


@pytest.mark.parametrize(("back", "idle_s"), [(900, 600), (901, 0)])
def test_a_short_absence_after_the_stop_hides_nothing(back: int, idle_s: int) -> None:
    away = [Absence(clock(600), clock(back))]
    result = charged([], event(600, 1200), statuses=[status(1200, "Available")], absences=away)
    assert result.count("idle") == idle_s


def test_order_and_doubling_change_nothing() -> None:
    randomly = random.Random(13)
    messages = [reading(60 * i, register=100 * i, power=6000 * (i % 7 > 0)) for i in range(60)]
    messages[20] = reading(1200, register=900_000_000)
    said = [Status(clock(9), clock(9), "Charging")]
    session = Session(event(0, 0), messages, event(HOUR, 6000), said, Connector(11_000, 3))
    mixed = [*messages, *messages[10:30]]
    randomly.shuffle(mixed)
    one, other = work_out(session), work_out(replace(session, messages=mixed))
    assert one.seconds == other.seconds
    assert one.flags == other.flags
    assert [one.energy_at(clock(t)) for t in range(0, HOUR, 60)] == [
        other.energy_at(clock(t)) for t in range(0, HOUR, 60)
    ]
    assert sum(one.count(state) for state in ("charging", "held back", "idle")) == HOUR
