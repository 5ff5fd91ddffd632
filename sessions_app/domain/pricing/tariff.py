"""The tariff that a session stores, and the price lines that it produces."""

from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from sessions_app.domain.wording import minor_digits

FLAT = "FLAT"
ENERGY = "ENERGY"
TIME = "TIME"
PARKING_TIME = "PARKING_TIME"
# Corrections of the total to the minimum or maximum, as lines: so the lines still add up to it.
MIN_PRICE = "MIN_PRICE"
MAX_PRICE = "MAX_PRICE"


class Component(msgspec.Struct, frozen=True):
    """A price once, per kWh or per hour, and when it applies (OCPI 2.2.1, mod_tariffs).

    "From" is inclusive, "to" exclusive; None and "" mean always. Days and times are local to the site.
    """

    dimension: str
    price: Decimal
    step_size: int = 1
    grace_minutes: int = 0
    days: str = ""
    time_from: time | None = None
    time_to: time | None = None
    date_from: date | None = None
    date_to: date | None = None
    kwh_from: Decimal | None = None
    kwh_to: Decimal | None = None
    minutes_from: int | None = None
    minutes_to: int | None = None
    kw_from: Decimal | None = None
    kw_to: Decimal | None = None

    @property
    def is_by_calendar(self) -> bool:
        """Whether it depends on the date, weekday or time of day at the site."""
        return bool(self.days or self.time_from or self.time_to or self.date_from or self.date_to)

    def is_at(self, clock: time) -> bool:
        """Return whether it applies at that time of day; "to 00:00" is the end of the day."""
        start, end = self.time_from or time.min, self.time_to or time.min
        if end == time.min:
            return clock >= start
        if start < end:
            return start <= clock < end
        return clock >= start or clock < end


def overlap(one: Component, other: Component) -> bool:
    """Return whether there are a weekday and a time of day at which both apply, whatever the date."""
    if one.days and other.days and not set(one.days) & set(other.days):
        return False
    return one.is_at(other.time_from or time.min) or other.is_at(one.time_from or time.min)


class Tariff(msgspec.Struct, frozen=True, cache_hash=True):
    """The copy of a policy that a session stores at its start."""

    policy_id: int
    description: str
    entity_type: str
    entity_id: str
    currency: str
    valid_from: datetime
    tax_percent: Decimal
    components: tuple[Component, ...]
    min_price: Decimal | None = None
    max_price: Decimal | None = None


class PriceLine(msgspec.Struct, frozen=True):
    """One line of a price: `amount` is unit price × quantity, half up to the currency's minor unit.

    Quantities are kWh, hours (to 6 places) or pieces. `quantity` is billed, `measured` is before rounding up
    to whole blocks. `component` is the index in the tariff; a minimum or maximum line has -1.
    """

    dimension: str
    unit_price: Decimal
    quantity: Decimal
    amount: Decimal
    measured: Decimal = Decimal(0)
    component: int = -1


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Return the amount half up to the currency's minor unit."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_HALF_UP)
