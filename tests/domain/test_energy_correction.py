"""Which energy an operator can set: what the connector could have delivered, and how it is stored."""

from decimal import Decimal

import pytest

from sessions_app.domain import figures
from sessions_app.domain.energy_correction import (
    EnergyCorrection,
    EnergySource,
    decode_correction,
    encode_correction,
)
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.meter import Reading
from sessions_app.domain.session_totals import BillingContext
from tests.domain.test_figures import START, TERMS, reading, session_state


def correction(source: EnergySource, energy_wh: str | None = None) -> EnergyCorrection:
    return EnergyCorrection(source, "Olga", START, "Why", None if energy_wh is None else Decimal(energy_wh))


@pytest.mark.parametrize(
    ("state", "readings", "billing", "most_wh"),
    [
        (session_state(stopped=119), [], TERMS, "66000.000"),
        (session_state(stopped=59, unplugged=600), [reading(5, power_w=7_000.0)], TERMS, "33000.000"),
        (session_state(), [reading(29), reading(59)], TERMS, "33000.000"),
        (session_state(), [], TERMS, "550.000"),
        (session_state(stopped=59), [reading(5, power_w=4_000.0)], BillingContext(zone="UTC"), "6000.000"),
        (session_state(stopped=59), [reading(70, power_w=4_000.0)], BillingContext(zone="UTC"), "500000.000"),
    ],
    ids=["to the stop", "not to the unplug", "to the last reading", "no reading", "by told power", "told later"],
)
def test_bound_is_power_over_time(
    state: SessionState, readings: list[Reading], billing: BillingContext, most_wh: str
) -> None:
    assert figures.deliverable_wh(state, readings, billing) == Decimal(most_wh)


def test_correction_is_stored_and_the_rules_are_none() -> None:
    by_hand = correction(EnergySource.BY_HAND, "12000.123")

    assert decode_correction(encode_correction(by_hand)) == by_hand
    assert encode_correction(correction(EnergySource.RULES)) == encode_correction(None) == ""
    assert decode_correction("") is None


def test_words_name_the_source_and_a_given_energy() -> None:
    assert correction(EnergySource.BY_HAND, "0").words == "by hand, 0.00 kWh"
    assert correction(EnergySource.STOP).words == "from the stop"


def test_energy_without_steps_is_spread_by_power() -> None:
    billing = BillingContext(zone="UTC", rating_w=22_000, correction=correction(EnergySource.BY_HAND, "6000"))
    readings = [reading(0, power_w=2_000.0), reading(30, power_w=2_000.0), reading(30.001, power_w=6_000.0)]

    totals, points = figures.fold(session_state(stopped=60), readings, billing)

    assert totals.energy_wh == 6_000
    assert abs(points[1].energy_wh - 1_500) < 1
    assert (totals.estimated_wh, points[1].is_estimated) == (0, False)


def test_stop_counts_after_a_reset_if_it_is_chosen() -> None:
    readings = [reading(10, 3_000), reading(20, 100), reading(30, 2_100)]
    state = session_state(stopped=31, stop_wh=2_200)
    billing = BillingContext(zone="UTC", rating_w=22_000, correction=correction(EnergySource.STOP))

    by_rules, _ = figures.fold(state, readings, TERMS)
    chosen, _ = figures.fold(state, readings, billing)

    assert (by_rules.energy_wh, by_rules.counts_stop) == (4_100, False)
    assert (chosen.energy_wh, chosen.counts_stop) == (1_200, True)
