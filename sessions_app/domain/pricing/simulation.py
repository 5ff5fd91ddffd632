"""What an imagined session would cost: so much energy in so long, then idle for so long."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from sessions_app.domain.inactivity import ClassifiedInterval, Interval
from sessions_app.domain.pricing.price_lines import calculate_lines
from sessions_app.domain.pricing.tariff import ENERGY, PriceLine, Tariff
from sessions_app.domain.pricing.usage import Usage, add_intervals, start_usage


class Trial(msgspec.Struct, frozen=True):
    """A session to try a tariff with."""

    starts_at: datetime
    energy_wh: Decimal
    charging: timedelta
    idle: timedelta
    zone: str


def trial_lines(tariff: Tariff, trial: Trial) -> tuple[PriceLine, ...]:
    """Return the lines of the session's price; its energy flows evenly while it charges."""
    return calculate_lines(tariff, _tally(tariff, trial))


def unpriced_wh(tariff: Tariff, trial: Trial) -> Decimal:
    """Return how much of the session's energy no component has: it costs nothing, which may not be meant."""
    taken = sum(
        (
            Decimal(quantity)
            for component, quantity in zip(tariff.components, _tally(tariff, trial).quantities, strict=True)
            if component.dimension == ENERGY
        ),
        Decimal(0),
    )
    return trial.energy_wh - taken / 1000


def _tally(tariff: Tariff, trial: Trial) -> Usage:
    starts_at = trial.starts_at.astimezone(UTC)  # hours on the wall come twice or not at all some nights
    stops_at = starts_at + trial.charging
    stretches = (
        ClassifiedInterval(Interval(starts_at, stops_at, trial.energy_wh, None), is_idle=False),
        ClassifiedInterval(Interval(stops_at, stops_at + trial.idle, Decimal(0), 0.0), is_idle=True),
    )
    return add_intervals(tariff, start_usage(tariff), stretches, zone=trial.zone)
