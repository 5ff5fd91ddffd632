"""The price lines of a usage: each is rounded half up, and they add up to the total."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from sessions_app.domain.pricing.compiled import MWH_IN_KWH, CompiledTariff, compile_tariff
from sessions_app.domain.pricing.tariff import (
    ENERGY,
    FLAT,
    MAX_PRICE,
    MIN_PRICE,
    PARKING_TIME,
    TIME,
    PriceLine,
    Tariff,
)
from sessions_app.domain.pricing.usage import Usage
from sessions_app.domain.wording import minor_digits

SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US
HOUR_PRECISION = Decimal("0.000001")
# How many counted units (mWh, µs, pieces) are in one unit of the price, and in a block of step size 1.
COUNTS_PER_UNIT = {FLAT: 1, ENERGY: MWH_IN_KWH, TIME: HOUR_US, PARKING_TIME: HOUR_US}
COUNTS_PER_STEP = {ENERGY: 1_000, TIME: SECOND_US, PARKING_TIME: SECOND_US}


def calculate_lines(tariff: Tariff, usage: Usage) -> tuple[PriceLine, ...]:
    """Return the price lines: one for each component with a quantity, and a minimum or maximum correction."""
    compiled = compile_tariff(tariff)
    billed = _round_to_blocks(compiled, usage)
    lines = [
        _line(compiled, index, quantity, billed[index]) for index, quantity in enumerate(usage.quantities) if quantity
    ]
    correction = _correction(tariff, usage, lines)
    return (*lines, correction) if correction else tuple(lines)


def total(price_lines: Iterable[PriceLine]) -> Decimal:
    """Return the sum of the lines."""
    return sum((line.amount for line in price_lines), Decimal(0))


def tax(tariff: Tariff, amount: Decimal) -> Decimal:
    """Return the tax included in an amount, half up to the currency's minor unit."""
    percent = tariff.tax_percent
    return rounded(amount * percent / (100 + percent), tariff.currency)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Return the amount half up to the currency's minor unit."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_HALF_UP)


def _round_to_blocks(compiled: CompiledTariff, usage: Usage) -> Sequence[int]:
    """Return the billed quantity of each component, in whole blocks of the step size.

    As in OCPI 2.2.1 (mod_cdrs, step_size): round a dimension's total up once, by the step size of its last
    component, and add the difference to that component. Do not round charging time if inactivity is billed.
    """
    billed = list(usage.quantities)
    last_timed = usage.last_parking if usage.last_parking >= 0 else usage.last_time
    for last in (usage.last_energy, last_timed):
        if last >= 0:
            component = compiled.components[last]
            block = component.step_size * COUNTS_PER_STEP[component.dimension]
            measured = sum(
                quantity
                for c, quantity in zip(compiled.components, usage.quantities, strict=True)
                if c.dimension == component.dimension
            )
            billed[last] += -measured % block
    return billed


def _line(compiled: CompiledTariff, index: int, measured: int, billed: int) -> PriceLine:
    component = compiled.components[index]
    unit = COUNTS_PER_UNIT[component.dimension]
    numerator, denominator = compiled.prices[index]
    numerator, denominator = numerator * billed * 10**compiled.digits, denominator * unit
    return PriceLine(
        dimension=component.dimension,
        unit_price=component.price,
        quantity=_quantity(billed, unit),
        amount=Decimal((2 * numerator + denominator) // (2 * denominator)).scaleb(-compiled.digits),
        measured=_quantity(measured, unit),
        component=index,
    )


def _quantity(counted: int, unit: int) -> Decimal:
    """Return kWh exactly, hours to 6 places, or pieces."""
    if unit == HOUR_US:
        return (Decimal(counted) / unit).quantize(HOUR_PRECISION, ROUND_HALF_UP)
    return Decimal(counted).scaleb(-6) if unit == MWH_IN_KWH else Decimal(counted)


def _correction(tariff: Tariff, usage: Usage, lines: list[PriceLine]) -> PriceLine | None:
    """Return the line that corrects the total to the minimum or the maximum, or None.

    The minimum applies once energy has flowed or a line has an amount: a car that never charged costs
    nothing.
    """
    amount = total(lines)
    for name, limit in ((MAX_PRICE, tariff.max_price), (MIN_PRICE, tariff.min_price)):
        if limit is None:
            continue
        difference = rounded(limit, tariff.currency) - amount
        applies = difference < 0 if name == MAX_PRICE else difference > 0 and bool(usage.energy_mwh or amount)
        if applies:
            return PriceLine(dimension=name, unit_price=difference, quantity=Decimal(1), amount=difference)
    return None
