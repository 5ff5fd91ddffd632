"""When a car charges, is held back or is idle; what an idle run of two minutes counts; its levels."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sessions_app.domain.inactivity import (
    CHARGING,
    HELD_BACK,
    IDLE,
    MAX_PENDING_INTERVALS,
    IdleClock,
    Interval,
    add_interval,
    classify,
    inactivity_level,
)

START = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def state(**known: Any) -> str:
    unknown = {"told_w": None, "status": "", "limit_a": None, "is_moving": False, "is_standing": False}
    return classify(**{**unknown, "gives_back": False, **known})


def interval(begin_s: float, end_s: float, wh: str = "0") -> Interval:
    return Interval(START + timedelta(seconds=begin_s), START + timedelta(seconds=end_s), Decimal(wh), None)


def walked(
    *spans: tuple[float, float, str], clock: IdleClock | None = None
) -> tuple[IdleClock, list[tuple[float, bool]]]:
    """Return the clock after intervals, and the seconds of each classified one with whether it is idle."""
    clock, classified = clock or IdleClock(), []
    for begin_s, end_s, of in spans:
        clock, some = add_interval(clock, interval(begin_s, end_s), of)
        classified += [(each.interval.seconds, each.is_idle) for each in some]
    return clock, classified


@pytest.mark.parametrize(("told_w", "expected"), [(100.0, CHARGING), (99.9, IDLE), (0.0, IDLE), (-5_000.0, IDLE)])
def test_told_power_below_100_w_is_idle(told_w: float, expected: str) -> None:
    assert state(told_w=told_w) == expected
    assert state(told_w=told_w, is_moving=True) == expected
    assert state(told_w=told_w, is_standing=True, status="Charging") == expected


@pytest.mark.parametrize(("limit_a", "expected"), [(6.0, IDLE), (5.9, HELD_BACK), (0.0, HELD_BACK), (None, IDLE)])
def test_limit_below_6_a_holds_back(limit_a: float | None, expected: str) -> None:
    assert state(told_w=0.0, limit_a=limit_a) == expected
    assert state(told_w=100.0, limit_a=limit_a) == CHARGING


@pytest.mark.parametrize(
    ("status", "expected"),
    [("SuspendedEVSE", HELD_BACK), ("SuspendedEV", IDLE), ("Finishing", IDLE), ("Charging", CHARGING), ("", CHARGING)],
)
def test_status_decides_where_no_power_is_told(status: str, expected: str) -> None:
    assert state(status=status) == expected


def test_status_does_not_outweigh_power_or_a_moving_register() -> None:
    assert state(told_w=7_000.0, status="SuspendedEVSE") == CHARGING
    assert state(told_w=7_000.0, status="SuspendedEV") == CHARGING
    assert state(is_moving=True, status="SuspendedEVSE") == CHARGING


def test_standing_register_is_idle_where_no_power_is_told() -> None:
    assert state(is_standing=True) == IDLE
    assert state(is_moving=True) == CHARGING


def test_car_that_gives_back_is_not_idle() -> None:
    assert state(told_w=0.0, gives_back=True, is_standing=True, status="SuspendedEVSE") == CHARGING


def test_idle_run_of_exactly_two_minutes_counts_from_its_start() -> None:
    short, nothing = walked((0, 60, IDLE), (60, 119.9, IDLE))
    long, both = walked((0, 60, IDLE), (60, 120, IDLE))

    assert (short.idle_s, nothing) == (0, [])
    assert (long.idle_s, both) == (120, [(60, True), (60, True)])


def test_each_further_interval_of_a_run_counts_at_once() -> None:
    clock, classified = walked((0, 150, IDLE), (150, 160, IDLE))

    assert (clock.idle_s, classified) == (160, [(150, True), (10, True)])


def test_short_run_becomes_charging_when_the_car_draws_again() -> None:
    clock, classified = walked((0, 90, IDLE), (90, 100, CHARGING), (100, 190, IDLE))

    assert (clock.idle_s, classified) == (0, [(90, False), (10, False)])


def test_time_held_back_is_its_own_and_ends_an_idle_run() -> None:
    clock, classified = walked((0, 150, IDLE), (150, 180, HELD_BACK), (180, 270, IDLE), (270, 280, HELD_BACK))

    assert (clock.idle_s, clock.held_back_s) == (150, 40)
    assert classified == [(150, True), (30, False), (90, False), (10, False)]


def test_held_back_time_is_marked_and_kept() -> None:
    clock, (held,) = add_interval(IdleClock(), interval(0, 60), HELD_BACK)
    _, (charging,) = add_interval(clock, interval(60, 70), CHARGING)

    assert (held.is_held_back, charging.is_held_back) == (True, False)
    assert walked((60, 70, CHARGING), (70, 250, IDLE), (250, 260, IDLE), (260, 270, IDLE), clock=clock)[0].held_s == 60
    assert walked((60, 70, IDLE), clock=clock)[0].held_s == 60


def test_idle_time_of_two_runs_adds_up() -> None:
    clock, _ = walked((0, 120, IDLE), (120, 130, CHARGING), (130, 250, IDLE))

    assert clock.idle_s == 240


def test_seconds_are_whole_seconds_that_have_passed() -> None:
    assert walked((0, 120.9, IDLE))[0].idle_s == 120
    assert walked((0, 60.9, HELD_BACK))[0].held_back_s == 60


def test_many_pending_intervals_are_merged_without_loss() -> None:
    clock = IdleClock()
    for n in range(MAX_PENDING_INTERVALS + 6):
        clock, _ = add_interval(clock, interval(n, n + 1, "0.5"), IDLE)

    assert len(clock.pending) == 24
    assert sum(each.energy_wh for each in clock.pending) == 15
    assert sum(each.seconds for each in clock.pending) == 30


@pytest.mark.parametrize(
    ("rating_w", "minutes"),
    [(3_700, 120), (3_701, 60), (7_400, 60), (7_401, 30), (49_999, 30), (50_000, 15), (None, 30)],
)
def test_level_begins_at_the_minutes_of_the_rating(rating_w: float | None, minutes: int) -> None:
    levels = [inactivity_level(60 * minutes * times + less, rating_w) for times in (1, 2) for less in (-1, 0)]

    assert levels == ["", "warning", "warning", "high"]
