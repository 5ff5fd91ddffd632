"""Sampled values of stations are combined into one reading."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions_app.domain.meter import (
    FIELDS,
    Reading,
    assign_phase,
    drop_fields,
    fields_told,
    merge_readings,
    parse_reading,
)
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


@pytest.mark.parametrize(("percent", "battery"), [("100", 100), ("0", 0), ("100.1", None), ("-0.1", None)])
def test_charge_is_from_0_to_100_percent(percent: str, battery: float | None) -> None:
    assert read(energy("1"), of("SoC", percent)).soc_percent == battery


@pytest.mark.parametrize(
    ("amps", "offered_a"),
    [
        ({"L1": "16", "L2": "10", "L3": "13"}, 10),
        ({"L1": "16", "L2": "0", "L3": "0"}, 16),  # 0 is a placeholder beside others
        ({"L1": "16", "L2": "0.5"}, 0.5),
        ({"L1": "0", "L2": "0", "L3": "0"}, 0),
        ({"L1": "16", "": "20"}, 20),
        ({"": "0", "L1": "16"}, 0),
    ],
)
def test_offered_current_is_that_of_the_lowest_phase(amps: dict[str, str], offered_a: float) -> None:
    assert read(*(of("Current.Offered", value, phase=phase) for phase, value in amps.items())).offered_a == offered_a


@pytest.mark.parametrize(
    ("volts", "voltage_v"),
    [
        ({"L1": "230", "L2": "240", "L3": "250"}, 240),
        ({"L1": "230", "L2": "115"}, 230),  # half of the highest is a free wire
        ({"L1": "230", "L2": "116"}, 173),
        ({"L1": "230", "": "225"}, 225),
        ({"L1-L2": "400", "L2-L3": "400"}, 400 / 3**0.5),
        ({"L1-L2": "400", "L2-L3": "430", "L3-L1": "400"}, 410 / 3**0.5),
        ({"L1": "230", "L1-L2": "400"}, 230),
        ({"L1": "0", "L1-L2": "400"}, 400 / 3**0.5),
    ],
)
def test_voltage_is_the_mean_of_connected_phases(volts: dict[str, str], voltage_v: float) -> None:
    values = [of("Voltage", value, phase=phase) for phase, value in volts.items()]

    assert read(*values).voltage_v == pytest.approx(voltage_v)


@pytest.mark.parametrize(("export_w", "told_w"), [(100.0, 0.0), (99.9, None), (None, None)])
def test_power_given_back_tells_a_power_of_zero(export_w: float | None, told_w: float | None) -> None:
    assert Reading(at=AT, export_w=export_w).told_w == told_w
    assert Reading(at=AT, export_w=export_w, power_w=50.0).told_w == 50
    assert Reading(at=AT, export_w=export_w, voltage_v=230.0, currents_a=(10.0, None, 0.5)).told_w == 2_415


@pytest.mark.parametrize(
    ("phases", "rating_w", "currents"),
    [
        (3, 11_040, (24.0, 24.0, 24.0)),  # 16.56 kW are exactly 1.5 times the rating
        (3, 11_039, (24.0, None, None)),
        (3, None, (24.0, 24.0, 24.0)),
        (2, None, (24.0, 24.0, None)),
        (1, 11_040, (24.0, None, None)),
        (0, None, (24.0, None, None)),
    ],
)
def test_current_beyond_the_rating_is_the_sum(
    phases: int, rating_w: float | None, currents: tuple[float | None, ...]
) -> None:
    lone = Reading(at=AT, voltage_v=230.0, current_a=24.0)

    assert assign_phase(lone, phases=phases, rating_w=rating_w) == Reading(
        at=AT,
        voltage_v=230.0,
        currents_a=currents,  # type: ignore[arg-type]
    )


def test_reading_of_start_and_stop_alone_is_empty() -> None:
    assert read(energy("5", context="Transaction.Begin")).is_empty
    assert Reading(at=AT, begin_wh=Decimal(5), end_wh=Decimal(6)).is_empty
    for name in (*FIELDS, "current_a"):
        assert not Reading(at=AT, **{name: (1.0, None, None) if name == "currents_a" else 1}).is_empty  # type: ignore[arg-type]


def test_values_at_the_grid_side_are_marked() -> None:
    parsed = read(energy("5", location="Inlet"), of("SoC", "64"), of("Current.Offered", "16", location="Inlet"))

    assert drop_fields(parsed, parsed.inlet) == Reading(at=AT, soc_percent=64.0, inlet=parsed.inlet)
    assert drop_fields(parsed, 0) is parsed
    assert read(energy("5"), of("SoC", "64")).inlet == 0


def test_told_fields_are_those_with_a_value() -> None:
    parsed = read(energy("5"), of("Voltage", "230", phase="L1"), of("Current.Import", "10", phase="L1"))

    assert drop_fields(parsed, fields_told(parsed)) == Reading(at=AT)
    assert fields_told(Reading(at=AT)) == 0
    assert fields_told(Reading(at=AT, register_wh=Decimal(0))) == 1


def test_merged_values_keep_their_side_and_name() -> None:
    outlet = Reading(at=AT, register_wh=Decimal(5), is_named=False)
    grid = read(energy("7", location="Inlet"), of("SoC", "64", location="Inlet"))

    merged = merge_readings(outlet, grid)

    assert drop_fields(merged, merged.inlet) == Reading(at=AT, register_wh=Decimal(5), inlet=merged.inlet)
    assert (merged.soc_percent, merged.is_named) == (64, True)
    assert merge_readings(merged, outlet) is merged
    assert merge_readings(outlet, replace(outlet, is_named=True)).is_named


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
