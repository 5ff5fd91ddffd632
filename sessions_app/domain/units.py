"""Conversions between units, exact where money depends on them."""

from decimal import ROUND_HALF_UP, Decimal

MILLI = Decimal("0.001")
NOMINAL_VOLTAGE_V = 230.0
MIN_VOLTAGE_V = 50.0  # no car charges below it: a phase that is off reports next to nothing


def wh(value: Decimal, unit: str) -> Decimal:
    """Return an energy in Wh, to 0.001 Wh, half up; the unit is Wh or kWh, in any case.

    Raises ValueError for any other unit.
    """
    match unit.casefold():
        case "" | "wh":
            return value.quantize(MILLI, ROUND_HALF_UP)
        case "kwh":
            return (value * 1000).quantize(MILLI, ROUND_HALF_UP)
    raise ValueError(f"{unit} is no unit of energy")


def watts(value: float, unit: str) -> float:
    """Return a power in W; the unit is W or kW. Raises ValueError for any other unit."""
    match unit.casefold():
        case "" | "w":
            return value
        case "kw":
            return value * 1000
    raise ValueError(f"{unit} is no unit of power")


def amps(power_w: float, *, phases: int, voltage_v: float | None) -> float:
    """Return the current in A of each phase at that power; DC (0 phases) counts as one.

    A voltage that is unknown, or that none can charge at, is taken for the nominal one.
    """
    if voltage_v is None or voltage_v < MIN_VOLTAGE_V:
        voltage_v = NOMINAL_VOLTAGE_V
    return power_w / (voltage_v * max(phases, 1))
