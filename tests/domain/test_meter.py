"""Sampled values, as stations send them, become one reading."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.meter import Reading, SampledValue, assign_phase, merge_readings, parse_reading

AT = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def read(*values: SampledValue) -> Reading:
    found = parse_reading(AT, values)
    assert found is not None
    return found


def energy(value: Any, **fields: Any) -> SampledValue:
    return SampledValue(value=value, **fields)


def of(measurand: str, value: Any, **fields: Any) -> SampledValue:
    return SampledValue(value=value, measurand=measurand, **fields)


@pytest.mark.parametrize(
    ("sampled", "register_wh"),
    [
        (energy("1000"), "1000"),
        (energy(1000), "1000"),
        (energy(" 9.6 "), "9.6"),
        (energy("0.10006999999999999", unit="kWh"), "100.070"),
        (energy("12.34567", unit="kWh"), "12345.67"),
        (energy("5", unit="KWH"), "5000"),
        (energy("0"), "0"),
    ],
)
def test_a_missing_measurand_is_the_register_and_a_missing_unit_is_wh(sampled: SampledValue, register_wh: str) -> None:
    assert read(sampled).register_wh == Decimal(register_wh)


@pytest.mark.parametrize("value", ["", "-", "NaN", "1e309", "inf", "-5", "x" * 1_200, "1e999999999", None, "1,5", "٣x"])
def test_a_value_that_cannot_be_read_is_dropped_alone(value: Any) -> None:
    assert parse_reading(AT, [energy(value)]) is None
    assert read(energy(value), of("SoC", "64")) == Reading(at=AT, soc_percent=64.0)


def test_signed_data_is_no_number() -> None:
    assert parse_reading(AT, [energy("123", is_signed=True)]) is None


def test_energy_is_the_register_without_a_phase_else_the_sum_of_the_phases() -> None:
    phases = [energy(str(n), phase=f"L{n}") for n in (1, 2, 3)]

    assert read(*phases).register_wh == 6
    assert read(*phases, energy("100")).register_wh == 100


def test_units_and_phases_may_be_mixed_in_one_message() -> None:
    found = read(
        of("Power.Active.Import", "1.5", unit="kW", phase="L1"),
        of("Power.Active.Import", "500", unit="W", phase="L2-N"),
        energy("2", unit="kWh"),
    )

    assert (found.power_w, found.register_wh) == (2000, 2000)


def test_volts_times_amps_over_the_phases_are_told_apart_from_a_power_that_is_reported() -> None:
    volts = [of("Voltage", "230", phase=f"L{n}-N") for n in (1, 2, 3)]
    amps = [of("Current.Import", "10", phase=f"L{n}") for n in (1, 2, 3)]

    found = read(*volts, *amps)

    assert (found.power_w, found.phases_w) == (None, pytest.approx(6900))


def test_a_wire_that_carries_nothing_does_not_lower_the_voltage() -> None:
    volts = [of("Voltage", value, phase=phase) for value, phase in (("230", "L1"), ("9", "L2"), ("0", "L3"))]
    amps = [of("Current.Import", value, phase=phase) for value, phase in (("16", "L1"), ("0", "L2"))]

    found = read(*volts, *amps)

    assert (found.voltage_v, found.phases_w) == (230, 3680)


@pytest.mark.parametrize(("phases", "phases_w"), [(0, 40_000), (1, 40_000), (3, 120_000)])
def test_current_without_a_phase_is_that_of_each_phase(phases: int, phases_w: float) -> None:
    found = read(of("Voltage", "400"), of("Current.Import", "100"))

    kept = assign_phase(found, phases=phases)

    assert (kept.phases_w, kept.current_a) == (phases_w, None)


@pytest.mark.parametrize(
    "better",
    [of("Power.Active.Import", "11000"), of("Current.Import", "16", phase="L1")],
    ids=["power", "phase"],
)
def test_a_current_without_a_phase_is_of_no_use_beside_a_better_word_on_the_power(
    better: SampledValue,
) -> None:
    lone = [of("Voltage", "230"), of("Current.Import", "48")]

    assert assign_phase(read(*lone, better), phases=1) == assign_phase(read(lone[0], better), phases=1)


def test_current_without_a_phase_takes_the_mean_voltage() -> None:
    volts = [of("Voltage", "230", phase=f"L{n}") for n in (1, 2, 3)]

    assert assign_phase(read(*volts, of("Current.Import", "10")), phases=1).phases_w == 2300


def test_a_current_without_phase_and_voltage_says_nothing() -> None:
    assert parse_reading(AT, [of("Current.Import", "10")]) is None


def test_an_unknown_unit_and_an_impossible_charge_are_dropped() -> None:
    assert (
        parse_reading(AT, [energy("5", unit="Celsius"), of("SoC", "140"), of("Power.Offered", "1", unit="Hz")]) is None
    )


def test_of_two_readings_for_one_moment_the_first_holds_and_the_second_adds() -> None:
    first = Reading(at=AT, register_wh=Decimal(5))
    second = Reading(at=AT, register_wh=Decimal(7), power_w=3.0)

    assert merge_readings(first, second) == Reading(at=AT, register_wh=Decimal(5), power_w=3.0)


@given(
    st.lists(
        st.builds(
            SampledValue,
            value=st.one_of(st.text(max_size=12), st.floats(), st.integers(), st.none()),
            measurand=st.sampled_from(["Energy.Active.Import.Register", "Voltage", "SoC", "Power.Offered", "x"]),
            unit=st.sampled_from(["", "Wh", "kWh", "W", "kW", "V", "?"]),
            phase=st.sampled_from(["", "L1", "L2-N", "L1-L2", "N"]),
        ),
        max_size=6,
    )
)
def test_nothing_that_a_station_sends_raises(values: list[SampledValue]) -> None:
    found = parse_reading(AT, values)

    assert found is None or found.at == AT
