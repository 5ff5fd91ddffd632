"""A tariff made ready for counting: whole numbers in place of decimals, and the points to cut at.

Energy counts in thousandths of a Wh, time in microseconds: sums of whole numbers are the same in any
batching, and a reading costs a few microseconds.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from math import inf

import msgspec

from sessions_app.domain.pricing.tariff import ENERGY, FLAT, PARKING_TIME, TIME, Component, Tariff
from sessions_app.domain.wording import minor_digits

MINUTE_US = 60_000_000
MWH_IN_KWH = 1_000_000
NEVER = 1 << 62


class PricingMoment(msgspec.Struct, frozen=True):
    """What decides which component applies: the calendar's bits, energy and time so far, power."""

    bits: int
    energy_mwh: int
    elapsed_us: int
    idle_us: int
    power_w: float


class CompiledComponent(msgspec.Struct, frozen=True):
    """One component: its place in the tariff, and from where to where it applies."""

    place: int
    from_mwh: int
    to_mwh: int
    from_us: int
    to_us: int
    from_w: float
    to_w: float
    grace_us: int

    def fits(self, now: PricingMoment) -> bool:
        """Return whether it applies then."""
        return (
            bool(now.bits >> self.place & 1)
            and self.from_mwh <= now.energy_mwh < self.to_mwh
            and self.from_us <= now.elapsed_us < self.to_us
            and self.from_w <= now.power_w < self.to_w
            and self.grace_us <= now.idle_us
        )


class CompiledTariff(msgspec.Struct, frozen=True, eq=False):
    """The rules of each dimension in their order, and where stretches are cut."""

    components: tuple[Component, ...]
    flat: tuple[CompiledComponent, ...]
    energy: tuple[CompiledComponent, ...]
    time: tuple[CompiledComponent, ...]
    parking: tuple[CompiledComponent, ...]
    cuts_mwh: tuple[int, ...]
    cuts_us: tuple[int, ...]
    graces_us: tuple[int, ...]
    is_by_calendar: bool
    prices: tuple[tuple[int, int], ...]
    digits: int


@lru_cache(maxsize=4_096)
def compile_tariff(tariff: Tariff) -> CompiledTariff:
    """Return the plan of a tariff; tariffs that differ in their entity only share one."""
    return _compile(tariff.components, tariff.currency)


@lru_cache(maxsize=1_024)
def _compile(components: tuple[Component, ...], currency: str) -> CompiledTariff:
    rules = [(each.dimension, _rule(place, each)) for place, each in enumerate(components)]
    return CompiledTariff(
        components=components,
        flat=tuple(rule for dimension, rule in rules if dimension == FLAT),
        energy=tuple(rule for dimension, rule in rules if dimension == ENERGY),
        time=tuple(rule for dimension, rule in rules if dimension == TIME),
        parking=tuple(rule for dimension, rule in rules if dimension == PARKING_TIME),
        cuts_mwh=_cuts(bound for _, rule in rules for bound in (rule.from_mwh, rule.to_mwh)),
        cuts_us=_cuts(bound for _, rule in rules for bound in (rule.from_us, rule.to_us)),
        graces_us=_cuts(rule.grace_us for _, rule in rules),
        is_by_calendar=any(each.is_by_calendar for each in components),
        prices=tuple(each.price.as_integer_ratio() for each in components),
        digits=minor_digits(currency),
    )


def _rule(place: int, component: Component) -> CompiledComponent:
    return CompiledComponent(
        place=place,
        from_mwh=_scaled(component.kwh_from, MWH_IN_KWH, 0),
        to_mwh=_scaled(component.kwh_to, MWH_IN_KWH, NEVER),
        from_us=_scaled(component.minutes_from, MINUTE_US, 0),
        to_us=_scaled(component.minutes_to, MINUTE_US, NEVER),
        from_w=-inf if component.kw_from is None else float(component.kw_from * 1000),
        to_w=inf if component.kw_to is None else float(component.kw_to * 1000),
        grace_us=component.grace_minutes * MINUTE_US if component.dimension == PARKING_TIME else 0,
    )


def _scaled(value: Decimal | int | None, factor: int, otherwise: int) -> int:
    return otherwise if value is None else int(value * factor)


def _cuts(bounds: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted({bound for bound in bounds if 0 < bound < NEVER}))
