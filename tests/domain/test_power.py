"""How told power ages, how it goes straight between readings, and the grid limit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sessions_app.domain.meter import Reading
from sessions_app.domain.power import ToldPower, in_force, next_told, offered_limit_a, power_line, usual_limit_a

START = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def second(count: float) -> datetime:
    return START + timedelta(seconds=count)


def reading(at_s: float, **values: Any) -> Reading:
    return Reading(at=second(at_s), **values)


def told(*powers: tuple[float, float | None]) -> list[ToldPower]:
    return [ToldPower(second(at_s), power_w) for at_s, power_w in powers]


def line(
    *powers: tuple[float, float | None], start_s: float = 0, end_s: float = 60
) -> list[tuple[float, float, float]]:
    points = power_line(told(*powers), second(start_s), second(end_s), cap_w=10_000)
    return [((at - START).total_seconds(), before_w, after_w) for at, before_w, after_w in points]


def followed(*readings: Reading, interval_s: float = 60) -> ToldPower | None:
    last = None
    for each in readings:
        last = next_told(last, each, interval_s=interval_s) or last
    return last


@pytest.mark.parametrize(
    ("power_w", "export_w", "gives_back"),
    [(0.0, 100.0, True), (0.0, 99.9, False), (-100.0, 0.0, True), (-99.9, 0.0, False), (None, 0.0, False)],
)
def test_car_gives_back_from_100_w_on(power_w: float | None, export_w: float, gives_back: bool) -> None:
    assert ToldPower(START, power_w, export_w).gives_back is gives_back


@pytest.mark.parametrize(("at_s", "power_w"), [(59.9, 7_000.0), (60, None)])
def test_power_ends_a_sample_interval_after_it_was_told(at_s: float, power_w: float | None) -> None:
    last = followed(reading(0, power_w=7_000.0), reading(at_s, offered_a=16.0))

    assert last is not None
    assert last.power_w == power_w


@pytest.mark.parametrize(("at_s", "power_w"), [(409.9, 7_000.0), (410, None)])
def test_power_told_less_often_ends_after_its_own_interval(at_s: float, power_w: float | None) -> None:
    powers = [reading(0, power_w=6_000.0), reading(300, power_w=6_500.0), reading(310, power_w=7_000.0)]
    sparse = [reading(0, power_w=6_000.0), reading(200, power_w=6_500.0), reading(310, power_w=7_000.0)]

    last = followed(*sparse, reading(at_s + 10, offered_a=16.0), interval_s=30)

    assert last is not None
    assert last.power_w == power_w
    assert followed(*powers).shortest_s == 10  # type: ignore[union-attr]


def test_power_ends_once() -> None:
    ended = followed(reading(0, power_w=7_000.0), reading(60, soc_percent=5.0))

    assert ended == ToldPower(second(60), None, 0.0, second(0), None)
    assert next_told(ended, reading(180, soc_percent=6.0), interval_s=60) is None
    assert next_told(None, reading(180, soc_percent=6.0), interval_s=60) is None


def test_power_given_back_is_told_with_the_power() -> None:
    assert followed(reading(0, export_w=5_000.0)) == ToldPower(START, 0.0, 5_000.0, START, None)
    assert followed(reading(0, power_w=10.0)) == ToldPower(START, 10.0, 0.0, START, None)


def test_power_is_in_force_from_its_moment_on() -> None:
    powers = told((10, 1_000.0), (20, 2_000.0))

    in_force_w = [each and each.power_w for each in (in_force(powers, second(at)) for at in (9.9, 10, 19.9, 20, 99))]

    assert in_force_w == [None, 1_000, 1_000, 2_000, 2_000]


def test_power_goes_straight_from_reading_to_reading() -> None:
    assert line((0, 1_000.0), (30, 4_000.0), (60, 2_000.0)) == [
        (0, 1_000, 1_000),
        (30, 4_000, 4_000),
        (60, 2_000, 2_000),
        (60, 2_000, 2_000),
    ]


def test_power_is_constant_before_the_first_and_after_the_last() -> None:
    assert line((20, 4_000.0)) == [(0, 4_000, 4_000), (20, 4_000, 4_000), (60, 4_000, 4_000)]
    assert line((-20, 3_000.0)) == [(0, 3_000, 3_000), (60, 3_000, 3_000)]
    assert line((-30, 1_000.0), (-20, 3_000.0)) == [(0, 3_000, 3_000), (60, 3_000, 3_000)]


def test_power_is_zero_from_the_reading_that_ends_it() -> None:
    assert line((0, 4_000.0), (20, None), (40, 2_000.0)) == [
        (0, 4_000, 4_000),
        (20, 4_000, 0),
        (40, 0, 2_000),
        (60, 2_000, 2_000),
    ]
    assert line((-20, None), (40, 2_000.0)) == [(0, 0, 0), (40, 0, 2_000), (60, 2_000, 2_000)]


def test_power_without_any_told_is_unknown() -> None:
    assert line() == []
    assert line((60.1, 4_000.0)) == []


def test_power_is_held_between_zero_and_the_cap() -> None:
    assert line((0, -500.0), (30, 12_000.0)) == [(0, 0, 0), (30, 10_000, 10_000), (60, 10_000, 10_000)]


def test_limit_is_the_offered_current_before_the_offered_power() -> None:
    assert offered_limit_a(reading(0, offered_a=0.0, offered_w=11_040.0), phases=3) == 0
    assert offered_limit_a(reading(0, offered_w=11_040.0), phases=3) == 16
    assert offered_limit_a(reading(0, offered_w=11_040.0), phases=1) == 48
    assert offered_limit_a(reading(0, power_w=1.0), phases=3) is None


def test_usual_limit_is_the_configured_one_before_the_rating() -> None:
    assert usual_limit_a(limit_a=0.0, rating_w=22_080, phases=3) == 0
    assert usual_limit_a(limit_a=None, rating_w=22_080, phases=3) == 32
    assert usual_limit_a(limit_a=None, rating_w=None, phases=3) is None
