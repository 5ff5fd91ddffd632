"""Conversions between units, exact where money depends on them."""

from decimal import ROUND_HALF_UP, Decimal

MILLI = Decimal("0.001")
LEAST_POWER_W = 100.0  # a car that draws less does not charge
NOMINAL_VOLTAGE_V = 230.0
MIN_VOLTAGE_V = 50.0  # no car charges below it: a phase that is off reports almost 0 V


def wh(value: Decimal, unit: str) -> Decimal:
    """Return an energy in Wh, rounded half up to 0.001 Wh; the unit is Wh (the default) or kWh in any case.

    Raise ValueError for any other unit.
    """
    match unit.casefold():
        case "" | "wh":
            return value.quantize(MILLI, ROUND_HALF_UP)
        case "kwh":
            return (value * 1000).quantize(MILLI, ROUND_HALF_UP)
    raise ValueError(f"Not a unit of energy: {unit}")


def watts(value: Decimal, unit: str) -> Decimal:
    """Return a power in W; the unit is W (the default) or kW. Raise ValueError for any other unit."""
    match unit.casefold():
        case "" | "w":
            return value
        case "kw":
            return value * 1000
    raise ValueError(f"Not a unit of power: {unit}")


def amps(power_w: float, *, phases: int, voltage_v: float | None) -> float:
    """Return the current per phase in A; DC (0 phases) counts as one phase.

    Use the nominal voltage if the voltage is unknown or too low to charge at.
    """
    if voltage_v is None or voltage_v < MIN_VOLTAGE_V:
        voltage_v = NOMINAL_VOLTAGE_V
    return power_w / (voltage_v * max(phases, 1))
