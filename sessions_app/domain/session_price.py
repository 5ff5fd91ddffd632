"""The price of a session so far, from its usage and its idle clock."""

from collections.abc import Sequence
from decimal import Decimal

from sessions_app.domain import pricing
from sessions_app.domain.inactivity import ClassifiedInterval, IdleClock
from sessions_app.domain.pricing import PriceLine, Usage
from sessions_app.domain.session_totals import BillingContext


def add_usage(usage: Usage, intervals: Sequence[ClassifiedInterval], billing: BillingContext) -> Usage:
    """Return the usage after further intervals."""
    if billing.tariff is None or not intervals:
        return usage
    return pricing.add_intervals(billing.tariff, usage, intervals, zone=billing.zone)


def price_lines_so_far(usage: Usage, clock: IdleClock, billing: BillingContext) -> tuple[PriceLine, ...]:
    """Return the price lines; a pending idle run is priced as charging."""
    if billing.tariff is None:
        return ()
    charging = tuple(ClassifiedInterval(interval, is_idle=False) for interval in clock.pending)
    return pricing.calculate_lines(billing.tariff, add_usage(usage, charging, billing))


def price_so_far(usage: Usage, clock: IdleClock, billing: BillingContext) -> Decimal | None:
    """Return the price; None without a tariff."""
    return None if billing.tariff is None else pricing.total(price_lines_so_far(usage, clock, billing))
