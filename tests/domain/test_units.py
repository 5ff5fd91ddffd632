"""Conversions between units, and their exact halves."""

from decimal import Decimal

import pytest

from sessions_app.domain import units


@pytest.mark.parametrize(
    ("value", "unit", "wh"),
    [
        ("1.0005", "Wh", "1.001"),
        ("1.00049", "Wh", "1.000"),
        ("0.0025", "", "0.003"),
        ("0.0000005", "kWh", "0.001"),
        ("0.0000025", "KWH", "0.003"),
        ("1.5", "kWh", "1500.000"),
    ],
)
def test_energy_is_rounded_half_up_to_a_thousandth_wh(value: str, unit: str, wh: str) -> None:
    assert str(units.wh(Decimal(value), unit)) == wh


@pytest.mark.parametrize(("unit", "watts"), [("", "7.4"), ("W", "7.4"), ("kw", "7400")])
def test_power_is_in_watts(unit: str, watts: str) -> None:
    assert units.watts(Decimal("7.4"), unit) == Decimal(watts)


def test_unknown_units_are_refused() -> None:
    with pytest.raises(ValueError, match="energy: VAh"):
        units.wh(Decimal(1), "VAh")
    with pytest.raises(ValueError, match="power: VA"):
        units.watts(Decimal(1), "VA")


@pytest.mark.parametrize(
    ("phases", "voltage_v", "amps"),
    [(3, 230.0, 16), (1, 230.0, 48), (0, 400.0, 27.6), (1, 50.0, 220.8), (1, 49.9, 48), (1, None, 48), (2, None, 24)],
)
def test_current_is_power_by_volts_and_phases(phases: int, voltage_v: float | None, amps: float) -> None:
    assert units.amps(11_040.0, phases=phases, voltage_v=voltage_v) == pytest.approx(amps)
