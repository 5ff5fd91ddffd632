"""What a tally comes to: lines, each rounded half up, that add up to the total."""

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
# How many counted pieces make one of the unit that has the price, and one of a block.
IN_UNIT = {FLAT: 1, ENERGY: MWH_IN_KWH, TIME: HOUR_US, PARKING_TIME: HOUR_US}
IN_BLOCK = {ENERGY: 1_000, TIME: SECOND_US, PARKING_TIME: SECOND_US}


def calculate_lines(tariff: Tariff, tally: Usage) -> tuple[PriceLine, ...]:
    """Return the lines of the price, for each component that had anything; they add up to the total."""
    plan = compile_tariff(tariff)
    billed = _round_to_blocks(plan, tally)
    found = [_line(plan, place, quantity, billed[place]) for place, quantity in enumerate(tally.quantities) if quantity]
    correction = _correction(tariff, tally, found)
    return (*found, correction) if correction else tuple(found)


def total(price_lines: Iterable[PriceLine]) -> Decimal:
    """Return the sum of the lines."""
    return sum((line.amount for line in price_lines), Decimal(0))


def tax(tariff: Tariff, amount: Decimal) -> Decimal:
    """Return the tax that an amount includes, half up to the currency's minor unit."""
    percent = tariff.tax_percent
    return rounded(amount * percent / (100 + percent), tariff.currency)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Return the amount half up to the currency's minor unit."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_HALF_UP)


def _round_to_blocks(plan: CompiledTariff, tally: Usage) -> Sequence[int]:
    """Return what is billed of each component: whole blocks of the step size.

    As OCPI 2.2.1 has it (mod_cdrs, step_size): a dimension's total is rounded up once, by the last
    of its components, which has what is added. Charging time is not, where inactivity is billed.
    """
    billed = list(tally.quantities)
    last_time = tally.last_parking if tally.last_parking >= 0 else tally.last_time
    for last in (tally.last_energy, last_time):
        if last >= 0:
            component = plan.components[last]
            block = component.step_size * IN_BLOCK[component.dimension]
            taken = sum(
                quantity
                for other, quantity in zip(plan.components, tally.quantities, strict=True)
                if other.dimension == component.dimension
            )
            billed[last] += -taken % block
    return billed


def _line(plan: CompiledTariff, place: int, measured: int, billed: int) -> PriceLine:
    component = plan.components[place]
    unit = IN_UNIT[component.dimension]
    numerator, denominator = plan.prices[place]
    above, below = numerator * billed * 10**plan.digits, denominator * unit
    return PriceLine(
        dimension=component.dimension,
        unit_price=component.price,
        quantity=_quantity(billed, unit),
        amount=Decimal((2 * above + below) // (2 * below)).scaleb(-plan.digits),
        measured=_quantity(measured, unit),
        component=place,
    )


def _quantity(counted: int, unit: int) -> Decimal:
    """Return kWh exactly, hours to 6 places, or pieces."""
    if unit == HOUR_US:
        return (Decimal(counted) / unit).quantize(HOUR_PRECISION, ROUND_HALF_UP)
    return Decimal(counted).scaleb(-6) if unit == MWH_IN_KWH else Decimal(counted)


def _correction(tariff: Tariff, tally: Usage, found: list[PriceLine]) -> PriceLine | None:
    """Return the line that brings the total to the minimum or the maximum, where it is beyond it.

    The minimum holds once energy has flowed or a line has an amount: a car that never charged is
    not charged for.
    """
    amount = total(found)
    for name, limit in ((MAX_PRICE, tariff.max_price), (MIN_PRICE, tariff.min_price)):
        if limit is None:
            continue
        missing = rounded(limit, tariff.currency) - amount
        is_beyond = missing < 0 if name == MAX_PRICE else missing > 0 and bool(tally.energy_mwh or amount)
        if is_beyond:
            return PriceLine(dimension=name, unit_price=missing, quantity=Decimal(1), amount=missing)
    return None
