"""Energy between register values, spread by the power told in them."""

from datetime import UTC, datetime, timedelta

import pytest

from sessions_app.domain.energy import EnergyCurve, Flow
from sessions_app.domain.power import PowerLine

START = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def second(count: float) -> datetime:
    return START + timedelta(seconds=count)


def line(*points: tuple[float, float, float]) -> PowerLine:
    return [(second(at_s), before_w, after_w) for at_s, before_w, after_w in points]


def flow(start_s: float, end_s: float, along: PowerLine, mwh: float | None = None) -> Flow:
    return Flow(second(start_s), second(end_s), lambda: along, mwh)


STEADY = line((0, 3_600, 3_600), (100, 3_600, 3_600))
RISING = line((0, 0, 0), (100, 7_200, 7_200))
ENDING = line((0, 3_600, 3_600), (50, 3_600, 0), (100, 0, 0))


@pytest.mark.parametrize(
    ("along", "at_25", "at_50", "at_75"),
    [
        ([], 250, 500, 750),
        (line((0, 0, 0), (100, 0, 0)), 250, 500, 750),
        (STEADY, 250, 500, 750),
        (RISING, 62.5, 250, 562.5),
        (ENDING, 500, 1_000, 1_000),
    ],
)
def test_energy_of_a_step_follows_the_told_power(along: PowerLine, at_25: float, at_50: float, at_75: float) -> None:
    step = flow(0, 100, along, 1_000)

    delivered = [step.until(second(at_s)) for at_s in (0, 25, 50, 75, 100, 101)]

    assert delivered == pytest.approx([0, at_25, at_50, at_75, 1_000, 1_000])
    assert not step.is_estimate


def test_energy_without_a_register_is_power_over_time() -> None:
    for along in (STEADY, RISING):
        estimate = flow(0, 100, along)
        assert estimate.is_estimate
        assert estimate.mwh == pytest.approx(100_000)  # 3.6 kW for 100 s are 100 Wh


def test_flow_without_length_is_whole_at_once() -> None:
    assert flow(5, 5, [], 700).until(second(5)) == 700


CURVE = EnergyCurve([flow(0, 10, [], 100), flow(20, 30, [], 50)], settled_mwh=1_000)


@pytest.mark.parametrize(
    ("at_s", "mwh"),
    [(-1, 1_000), (0, 1_000), (5, 1_050), (10, 1_100), (20, 1_100), (22, 1_110), (30, 1_150), (99, 1_150)],
)
def test_energy_adds_up_over_the_steps(at_s: float, mwh: float) -> None:
    assert CURVE.at(second(at_s)) == pytest.approx(mwh)
    assert CURVE.total_mwh == 1_150


def test_energy_of_no_duration_counts_from_its_moment() -> None:
    curve = EnergyCurve([flow(10, 10, [], 80)], settled_mwh=0)

    assert (curve.at(second(9.9)), curve.at(second(10))) == (0, 80)


def test_only_energy_without_a_register_is_estimated() -> None:
    flows = [
        flow(0, 100, STEADY, 5_000),
        flow(100, 200, line((100, 36, 36), (200, 36, 36))),
    ]
    curve = EnergyCurve(flows, settled_mwh=0)

    estimated = [curve.estimated_mwh(second(at_s)) for at_s in (50, 100, 150, 200)]

    assert estimated == pytest.approx([0, 0, 500, 1_000])
