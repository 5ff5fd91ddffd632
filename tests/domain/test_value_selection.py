"""Which of the sampled values of a message count, up to their bounds."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from sessions_app.domain.value_selection import SampledValue, select_values


def register(value: str, **fields: Any) -> SampledValue:
    return SampledValue(value=value, **fields)


def selected(*values: SampledValue) -> dict[str, Decimal]:
    """Return the phases of the only measurand."""
    ((_, counted),) = select_values(values)[0].items()
    return counted.phases


def accepts(value: str, **fields: Any) -> bool:
    return bool(select_values([SampledValue(value=value, **fields)])[0])


CONTEXTS = ["Sample.Periodic", "Sample.Clock", "Trigger", "Other"]


@pytest.mark.parametrize(("better", "worse"), list(pairwise(CONTEXTS)))
@pytest.mark.parametrize("is_first", [True, False])
def test_context_decides_at_one_location(better: str, worse: str, is_first: bool) -> None:
    values = [register("5", context=better), register("7", context=worse)]

    assert selected(*(values if is_first else values[::-1])) == {"": 5}


@pytest.mark.parametrize("other", ["Inlet", "Body", "Cable", "EV"])
def test_outlet_counts_before_any_other_location(other: str) -> None:
    values = [register("7", location=other), register("5", context="Trigger")]

    assert selected(*values) == selected(*values[::-1]) == {"": 5}


def test_first_of_two_equal_kinds_counts() -> None:
    assert selected(register("5"), register("7")) == {"": 5}
    assert selected(register("5", phase="L1"), register("7", phase="L1-N"), register("9", phase="L2")) == {
        "L1": 5,
        "L2": 9,
    }


def test_begin_and_end_are_no_reading_of_the_moment() -> None:
    values = [
        register("1000", context="Transaction.Begin"),
        register("2000", context="Transaction.End"),
        SampledValue(value="5", measurand="SoC", context="Transaction.Begin"),
    ]

    readings, boundaries = select_values(values)

    assert readings == {}
    assert {context: each.phases[""] for context, each in boundaries.items()} == {
        "Transaction.Begin": 1000,
        "Transaction.End": 2000,
    }


@pytest.mark.parametrize(
    ("value", "unit", "is_accepted"),
    [
        ("99999999999.999", "Wh", True),
        ("100000000000", "Wh", False),
        ("99999999.999", "kWh", True),
        ("100000000", "kWh", False),
        ("99999999999.9999", "Wh", False),  # rounded, it is 100 GWh
        ("0", "Wh", True),
        ("-0.001", "Wh", False),
    ],
)
def test_energy_is_from_zero_to_below_100_gwh(value: str, unit: str, is_accepted: bool) -> None:
    assert accepts(value, unit=unit) is is_accepted


@pytest.mark.parametrize("sign", ["", "-"])
def test_other_values_are_below_a_billion(sign: str) -> None:
    assert accepts(f"{sign}999999999", measurand="Power.Active.Import")
    assert not accepts(f"{sign}1000000000", measurand="Power.Active.Import")
    assert not accepts(f"{sign}1000000", measurand="Power.Active.Import", unit="kW")
    assert not accepts(f"{sign}1e11", measurand="Voltage")


def test_text_of_forty_characters_is_a_number() -> None:
    assert accepts("1" + "." + "0" * 38)
    assert not accepts("1" + "." + "0" * 39)


def test_unit_of_another_measurand_does_not_count() -> None:
    assert accepts("5", measurand="Energy.Active.Import.Interval", unit="kWh")
    assert accepts("5", measurand="Energy.Active.Export.Register", unit="Wh")
    assert not accepts("5", measurand="Power.Active.Export", unit="kWh")
    assert accepts("5", measurand="SoC", unit="Percent")
