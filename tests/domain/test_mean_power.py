"""Energy over time as power, across a sample interval or more."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sessions_app.domain.mean_power import MeanGroup, MeanPowers
from sessions_app.domain.register import Step

START = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def second(count: float) -> datetime:
    return START + timedelta(seconds=count)


def means(*steps: tuple[float, float, int], idle_from_s: float = 1e6) -> list[tuple[float, float, float]]:
    powers = MeanPowers(MeanGroup(), interval_s=60)
    powers.follow(
        [Step(second(begin_s), second(end_s), Decimal(wh)) for begin_s, end_s, wh in steps],
        is_standing=lambda at: at >= second(idle_from_s),
    )
    powers.close()
    return [((a - START).total_seconds(), (b - START).total_seconds(), power_w) for a, b, power_w in powers.means]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([(0, 60, 50)], [(0, 60, 3_000)]),
        ([(0, 59, 59), (59, 60, 1)], [(0, 60, 3_600)]),  # not before a sample interval
        ([(0, 60, 0), (60, 120, 100)], [(0, 120, 3_000)]),  # not before there is energy
        ([(0, 60, 50), (60, 61, 1)], [(0, 60, 3_000), (60, 61, 3_000)]),  # a short rest has the power before
        ([(0, 30, 50)], [(0, 30, 6_000)]),  # a rest with nothing before has its own
        ([(0, 60, 50), (60, 120, 100)], [(0, 60, 3_000), (60, 120, 6_000)]),
        ([(0, 60, 50), (60, 90, 10), (90, 120, 40)], [(0, 60, 3_000), (60, 120, 3_000)]),
    ],
)
def test_mean_covers_a_sample_interval(
    steps: list[tuple[float, float, int]], expected: list[tuple[float, float, float]]
) -> None:
    assert means(*steps) == expected


def test_standing_register_has_no_power() -> None:
    assert means((0, 60, 50), (60, 200, 0), idle_from_s=60) == [(0, 60, 3_000), (60, 200, 0)]


def test_idle_time_closes_the_steps_before_it() -> None:
    steps = [(0, 60, 50), (60, 90, 10), (90, 300, 0), (300, 330, 20)]

    assert means(*steps[:3], idle_from_s=90) == [(0, 60, 3_000), (60, 90, 3_000), (90, 300, 0)]
    assert means(*steps, idle_from_s=90)[-1] == (300, 330, 2_400)


def test_steps_that_do_not_join_are_apart() -> None:
    assert means((0, 60, 50), (100, 130, 10)) == [(0, 60, 3_000), (100, 130, 1_200)]


def test_group_of_a_step_is_what_makes_no_mean_yet() -> None:
    powers = MeanPowers(MeanGroup(), interval_s=60)
    powers.follow(
        [Step(second(0), second(60), Decimal(50)), Step(second(60), second(90), Decimal(10))],
        is_standing=lambda _: False,
    )

    assert powers.groups[second(60)] == MeanGroup(None, second(60), 0.0, 3_000)
    assert powers.groups[second(90)] == MeanGroup(second(60), second(90), 10, 3_000)
