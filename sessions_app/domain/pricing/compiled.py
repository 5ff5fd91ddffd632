"""A tariff compiled for fast counting: integers instead of decimals, and the bounds to cut intervals at.

Energy is in thousandths of a Wh (mWh), time in microseconds. Integer sums do not depend on the batching, and
pricing a reading takes a few microseconds.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from math import inf

import msgspec

from sessions_app.domain.pricing.tariff import ENERGY, FLAT, PARKING_TIME, TIME, Component, Tariff, rounded
from sessions_app.domain.wording import minor_digits

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
MWH_IN_KWH = 1_000_000
NEVER = 1 << 62
# How many counted units (mWh, µs, pieces) are in one unit of the price, and in a block of step size 1.
COUNTS_PER_UNIT = {FLAT: 1, ENERGY: MWH_IN_KWH, TIME: HOUR_US, PARKING_TIME: HOUR_US}
COUNTS_PER_STEP = {FLAT: 1, ENERGY: 1_000, TIME: SECOND_US, PARKING_TIME: SECOND_US}


class PricingMoment(msgspec.Struct, frozen=True):
    """What decides which component applies: the calendar bits, energy and time so far, power."""

    calendar_bits: int
    energy_mwh: int
    elapsed_us: int
    idle_us: int
    power_w: float


class CompiledComponent(msgspec.Struct, frozen=True):
    """One component: its index in the tariff and the ranges in which it applies."""

    index: int
    from_mwh: int
    to_mwh: int
    from_us: int
    to_us: int
    from_w: float
    to_w: float
    grace_us: int

    def applies(self, now: PricingMoment) -> bool:
        return (
            bool(now.calendar_bits >> self.index & 1)
            and self.from_mwh <= now.energy_mwh < self.to_mwh
            and self.from_us <= now.elapsed_us < self.to_us
            and self.from_w <= now.power_w < self.to_w
            and self.grace_us <= now.idle_us
        )


class CompiledTariff(msgspec.Struct, frozen=True, eq=False):
    """The components of each dimension in their order, and the bounds at which intervals are cut.

    By index of the component: `blocks` are counted units in a block, `prices` are fractions of the currency's
    minor unit for one counted unit. `digits` are the currency's decimals; minimum and maximum are rounded.
    """

    components: tuple[Component, ...]
    flat: tuple[CompiledComponent, ...]
    energy: tuple[CompiledComponent, ...]
    time: tuple[CompiledComponent, ...]
    parking: tuple[CompiledComponent, ...]
    cuts_mwh: tuple[int, ...]
    cuts_us: tuple[int, ...]
    graces_us: tuple[int, ...]
    is_by_calendar: bool
    is_by_power: bool
    blocks: tuple[int, ...]
    prices: tuple[tuple[int, int], ...]
    digits: int
    min_price: Decimal | None
    max_price: Decimal | None


@lru_cache(maxsize=4_096)
def compile_tariff(tariff: Tariff) -> CompiledTariff:
    """Compile a tariff. Tariffs with equal components, currency, minimum and maximum share one result."""
    return _compile(tariff.components, tariff.currency, tariff.min_price, tariff.max_price)


def depends_on_power(tariff: Tariff) -> bool:
    """Return whether a component is restricted to a range of power."""
    return compile_tariff(tariff).is_by_power


@lru_cache(maxsize=1_024)
def _compile(
    components: tuple[Component, ...], currency: str, min_price: Decimal | None, max_price: Decimal | None
) -> CompiledTariff:
    digits = minor_digits(currency)
    compiled = [(c.dimension, _compile_component(index, c)) for index, c in enumerate(components)]
    return CompiledTariff(
        components=components,
        flat=tuple(c for dimension, c in compiled if dimension == FLAT),
        energy=tuple(c for dimension, c in compiled if dimension == ENERGY),
        time=tuple(c for dimension, c in compiled if dimension == TIME),
        parking=tuple(c for dimension, c in compiled if dimension == PARKING_TIME),
        cuts_mwh=_cuts(bound for _, c in compiled for bound in (c.from_mwh, c.to_mwh)),
        cuts_us=_cuts(bound for _, c in compiled for bound in (c.from_us, c.to_us)),
        graces_us=_cuts(c.grace_us for _, c in compiled),
        is_by_calendar=any(c.is_by_calendar for c in components),
        is_by_power=any(c.kw_from is not None or c.kw_to is not None for c in components),
        blocks=tuple(c.step_size * COUNTS_PER_STEP[c.dimension] for c in components),
        prices=tuple(_price_per_count(c, digits) for c in components),
        digits=digits,
        min_price=None if min_price is None else rounded(min_price, currency),
        max_price=None if max_price is None else rounded(max_price, currency),
    )


def _compile_component(index: int, component: Component) -> CompiledComponent:
    return CompiledComponent(
        index=index,
        from_mwh=_scaled(component.kwh_from, MWH_IN_KWH, 0),
        to_mwh=_scaled(component.kwh_to, MWH_IN_KWH, NEVER),
        from_us=_scaled(component.minutes_from, MINUTE_US, 0),
        to_us=_scaled(component.minutes_to, MINUTE_US, NEVER),
        from_w=-inf if component.kw_from is None else float(component.kw_from * 1000),
        to_w=inf if component.kw_to is None else float(component.kw_to * 1000),
        grace_us=component.grace_minutes * MINUTE_US if component.dimension == PARKING_TIME else 0,
    )


def _price_per_count(component: Component, digits: int) -> tuple[int, int]:
    numerator, denominator = component.price.as_integer_ratio()
    return numerator * 10**digits, denominator * COUNTS_PER_UNIT[component.dimension]


def _scaled(value: Decimal | int | None, factor: int, default: int) -> int:
    return default if value is None else int(value * factor)


def _cuts(bounds: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted({bound for bound in bounds if 0 < bound < NEVER}))
