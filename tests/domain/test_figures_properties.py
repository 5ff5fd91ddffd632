"""Properties of figures: independent of batching, and changed only by relevant values."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain import figures
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.meter import Reading
from sessions_app.domain.pricing import Component
from sessions_app.domain.session_totals import SessionTotals
from tests.domain.product import Product
from tests.domain.test_figures import START, TERMS, session_state
from tests.domain.test_pricing_in_progress import terms

PRICED = terms(
    Component("ENERGY", Decimal("0.5"), kw_from=Decimal(5)),
    Component("ENERGY", Decimal("0.3")),
    Component("TIME", Decimal(6)),
    Component("PARKING_TIME", Decimal(60), grace_minutes=10),
)

MOMENTS = st.integers(0, 36_000).map(lambda second: START + timedelta(seconds=second))
VOLTS = st.sampled_from([None, 230.0])
AMPS = st.sampled_from([(None, None, None), (0.0, 0.0, 0.0), (0.6, None, None), (16.0, 16.0, 16.0)])
CHARGE = st.one_of(st.none(), st.floats(0, 100))


def in_order(one: st.SearchStrategy[Reading]) -> st.SearchStrategy[list[Reading]]:
    unique = st.lists(one, max_size=12, unique_by=lambda each: each.at)
    return unique.map(lambda result: sorted(result, key=lambda each: each.at))


def readings_strategy() -> st.SearchStrategy[list[Reading]]:
    return in_order(
        st.builds(
            Reading,
            at=MOMENTS,
            register_wh=st.one_of(st.none(), st.just(Decimal(0)), st.decimals(0, 90_000, places=3)),
            power_w=st.one_of(st.none(), st.sampled_from([0.0, 99.0, 100.0, 7_000.0, 60_000.0])),
            soc_percent=CHARGE,
            voltage_v=VOLTS,
            currents_a=AMPS,
        )
    )


def growing_strategy() -> st.SearchStrategy[list[Reading]]:
    """Return readings of a meter that never falls; some of them are empty."""

    def grown(result: list[Reading], steps: list[int]) -> list[Reading]:
        registers = [Decimal(1000) + sum(steps[: place + 1]) for place in range(len(result))]
        return [
            each if each.register_wh is None else msgspec.structs.replace(each, register_wh=registers[place])
            for place, each in enumerate(result)
        ]

    steps = st.lists(st.sampled_from([0, 0, 5, 700]), min_size=12, max_size=12)
    return st.builds(grown, readings_strategy(), steps)


def flow(running: SessionTotals) -> tuple[Any, ...]:
    """Return the figures that other values of the station must not change."""
    return running.energy_wh, running.clock.counted_s, running.peak_power_w, running.power_w


@given(readings_strategy(), st.one_of(st.none(), st.decimals(0, 90_000, places=3)), st.integers(0, 3600))
def test_incremental_figures_equal_figures_at_once(
    readings: list[Reading], stop_wh: Decimal | None, stood_s: int
) -> None:
    stopped_at = max([START, *(each.at for each in readings)])
    whole_life = SessionState(
        started_at=START,
        meter_start_wh=Decimal(1000),
        stopped_at=stopped_at,
        meter_stop_wh=stop_wh,
        unplugged_at=stopped_at + timedelta(seconds=stood_s),
    )

    given_input = Product(whole_life, readings, [], PRICED)
    running, points, _ = given_input.advanced()

    assert given_input.folded() == (running, points)


@given(readings_strategy())
def test_figures_never_shrink_and_stay_within_their_bounds(readings: list[Reading]) -> None:
    _, points = figures.fold(session_state(), readings, TERMS)

    energies = [each.energy_wh for each in points]
    assert energies == sorted(energies)
    for each, point in zip(readings, points, strict=True):
        assert 0 <= point.idle_s <= (each.at - START).total_seconds()
