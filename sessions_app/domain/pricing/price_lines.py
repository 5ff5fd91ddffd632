"""The price lines of a usage: each is rounded half up, and they add up to the total."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from sessions_app.domain.pricing.compiled import (
    COUNTS_PER_UNIT,
    HOUR_US,
    MWH_IN_KWH,
    CompiledTariff,
    compile_tariff,
)
from sessions_app.domain.pricing.tariff import MAX_PRICE, MIN_PRICE, PriceLine, Tariff, rounded
from sessions_app.domain.pricing.usage import Usage

HOUR_PRECISION = Decimal("0.000001")


def calculate_lines(tariff: Tariff, usage: Usage) -> tuple[PriceLine, ...]:
    """Return the price lines: one for each component with a quantity, and a minimum or maximum correction."""
    compiled = compile_tariff(tariff)
    billed = _round_to_blocks(compiled, usage)
    lines = [
        _line(compiled, index, quantity, billed[index]) for index, quantity in enumerate(usage.quantities) if quantity
    ]
    correction = _correction(compiled, usage, lines)
    return (*lines, correction) if correction else tuple(lines)


def total(price_lines: Iterable[PriceLine]) -> Decimal:
    """Return the sum of the lines."""
    return sum([line.amount for line in price_lines], Decimal(0))


def tax(tariff: Tariff, amount: Decimal) -> Decimal:
    """Return the tax included in an amount, half up to the currency's minor unit."""
    percent = tariff.tax_percent
    return rounded(amount * percent / (100 + percent), tariff.currency)


def _round_to_blocks(compiled: CompiledTariff, usage: Usage) -> Sequence[int]:
    """Return the billed quantity of each component, in whole blocks of the step size.

    As in OCPI 2.2.1 (mod_cdrs, step_size): round a dimension's total up once, by the step size of its last
    component, and add the difference to that component. Do not round charging time if inactivity is billed.
    """
    billed = list(usage.quantities)
    is_parked = usage.last_parking >= 0
    timed, last_timed = (compiled.parking, usage.last_parking) if is_parked else (compiled.time, usage.last_time)
    for components, last in ((compiled.energy, usage.last_energy), (timed, last_timed)):
        if last >= 0:
            measured = sum([usage.quantities[component.index] for component in components])
            billed[last] += -measured % compiled.blocks[last]
    return billed


def _line(compiled: CompiledTariff, index: int, measured: int, billed: int) -> PriceLine:
    component = compiled.components[index]
    unit = COUNTS_PER_UNIT[component.dimension]
    numerator, denominator = compiled.prices[index]
    quantity = _quantity(billed, unit)
    return PriceLine(
        dimension=component.dimension,
        unit_price=component.price,
        quantity=quantity,
        amount=Decimal((2 * numerator * billed + denominator) // (2 * denominator)).scaleb(-compiled.digits),
        measured=quantity if measured == billed else _quantity(measured, unit),
        component=index,
    )


def _quantity(counted: int, unit: int) -> Decimal:
    """Return kWh exactly, hours to 6 places, or pieces."""
    if unit == HOUR_US:
        return (Decimal(counted) / unit).quantize(HOUR_PRECISION, ROUND_HALF_UP)
    return Decimal(counted).scaleb(-6) if unit == MWH_IN_KWH else Decimal(counted)


def _correction(compiled: CompiledTariff, usage: Usage, lines: list[PriceLine]) -> PriceLine | None:
    """Return the line that corrects the total to the minimum or the maximum, or None.

    The minimum applies once energy has flowed or a line has an amount: a car that never charged costs
    nothing.
    """
    amount = total(lines)
    lowest, highest = compiled.min_price, compiled.max_price
    if highest is not None and amount > highest:
        name, difference = MAX_PRICE, highest - amount
    elif lowest is not None and amount < lowest and (usage.energy_mwh or amount):
        name, difference = MIN_PRICE, lowest - amount
    else:
        return None
    return PriceLine(dimension=name, unit_price=difference, quantity=Decimal(1), amount=difference)
