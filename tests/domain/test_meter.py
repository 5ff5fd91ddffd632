"""Sampled values of stations are combined into one reading."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.meter import Reading, assign_phase, merge_readings, parse_reading
from sessions_app.domain.value_selection import SampledValue

AT = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def read(*values: SampledValue) -> Reading:
    parsed = parse_reading(AT, values)
    assert parsed is not None
    return parsed


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
def test_default_measurand_is_the_register_in_wh(sampled: SampledValue, register_wh: str) -> None:
    assert read(sampled).register_wh == Decimal(register_wh)


@pytest.mark.parametrize("value", ["", "-", "NaN", "1e309", "inf", "-5", "x" * 1_200, "1e999999999", None, "1,5", "٣x"])
def test_unreadable_value_is_dropped_alone(value: Any) -> None:
    assert parse_reading(AT, [energy(value)]) is None
    assert read(energy(value), of("SoC", "64")) == Reading(at=AT, soc_percent=64.0)


def test_signed_data_is_not_a_number() -> None:
    assert parse_reading(AT, [energy("123", is_signed=True)]) is None


def test_energy_prefers_the_register_over_the_phase_sum() -> None:
    phases = [energy(str(n), phase=f"L{n}") for n in (1, 2, 3)]

    assert read(*phases).register_wh == 6
    assert read(*phases, energy("100")).register_wh == 100


def test_one_message_may_mix_units_and_phases() -> None:
    parsed = read(
        of("Power.Active.Import", "1.5", unit="kW", phase="L1"),
        of("Power.Active.Import", "500", unit="W", phase="L2-N"),
        energy("2", unit="kWh"),
    )

    assert (parsed.power_w, parsed.register_wh) == (2000, 2000)


def test_calculated_power_is_distinct_from_reported_power() -> None:
    volts = [of("Voltage", "230", phase=f"L{n}-N") for n in (1, 2, 3)]
    amps = [of("Current.Import", "10", phase=f"L{n}") for n in (1, 2, 3)]

    parsed = read(*volts, *amps)

    assert (parsed.power_w, parsed.phases_w) == (None, pytest.approx(6900))


def test_unused_phase_does_not_lower_the_voltage() -> None:
    volts = [of("Voltage", value, phase=phase) for value, phase in (("230", "L1"), ("9", "L2"), ("0", "L3"))]
    amps = [of("Current.Import", value, phase=phase) for value, phase in (("16", "L1"), ("0", "L2"))]

    parsed = read(*volts, *amps)

    assert (parsed.voltage_v, parsed.phases_w) == (230, 3680)


@pytest.mark.parametrize(("phases", "phases_w"), [(0, 40_000), (1, 40_000), (3, 120_000)])
def test_current_without_phase_is_that_of_each_phase(phases: int, phases_w: float) -> None:
    parsed = read(of("Voltage", "400"), of("Current.Import", "100"))

    assigned = assign_phase(parsed, phases=phases)

    assert (assigned.phases_w, assigned.current_a) == (phases_w, None)


@pytest.mark.parametrize(
    "better",
    [of("Power.Active.Import", "11000"), of("Current.Import", "16", phase="L1")],
    ids=["power", "phase"],
)
def test_current_without_phase_yields_to_better_power_data(
    better: SampledValue,
) -> None:
    lone = [of("Voltage", "230"), of("Current.Import", "48")]

    assert assign_phase(read(*lone, better), phases=1) == assign_phase(read(lone[0], better), phases=1)


def test_current_without_phase_takes_the_mean_voltage() -> None:
    volts = [of("Voltage", "230", phase=f"L{n}") for n in (1, 2, 3)]

    assert assign_phase(read(*volts, of("Current.Import", "10")), phases=1).phases_w == 2300


def test_current_without_phase_and_voltage_is_ignored() -> None:
    assert parse_reading(AT, [of("Current.Import", "10")]) is None


def test_unknown_unit_and_impossible_charge_are_dropped() -> None:
    assert (
        parse_reading(AT, [energy("5", unit="Celsius"), of("SoC", "140"), of("Power.Offered", "1", unit="Hz")]) is None
    )


def test_second_reading_of_a_moment_only_adds_values() -> None:
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
def test_no_station_input_raises(values: list[SampledValue]) -> None:
    parsed = parse_reading(AT, values)

    assert parsed is None or parsed.at == AT
