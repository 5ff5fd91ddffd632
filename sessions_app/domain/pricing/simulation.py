"""The price of a simulated session that charges for a while and is then idle."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from sessions_app.domain.inactivity import ClassifiedInterval, Interval
from sessions_app.domain.pricing.price_lines import calculate_lines
from sessions_app.domain.pricing.tariff import ENERGY, PriceLine, Tariff
from sessions_app.domain.pricing.usage import Usage, add_intervals, start_usage


class Trial(msgspec.Struct, frozen=True):
    """A simulated session to try a tariff with."""

    starts_at: datetime
    energy_wh: Decimal
    charging: timedelta
    idle: timedelta
    zone: str


def trial_lines(tariff: Tariff, trial: Trial) -> tuple[PriceLine, ...]:
    """Return the price lines of the simulated session; its energy flows evenly while it charges."""
    return calculate_lines(tariff, _usage(tariff, trial))


def unpriced_wh(tariff: Tariff, trial: Trial) -> Decimal:
    """Return the energy that no component prices: it is free, perhaps by mistake."""
    priced = sum(
        (
            Decimal(quantity)
            for component, quantity in zip(tariff.components, _usage(tariff, trial).quantities, strict=True)
            if component.dimension == ENERGY
        ),
        Decimal(0),
    )
    return trial.energy_wh - priced / 1000


def _usage(tariff: Tariff, trial: Trial) -> Usage:
    starts_at = trial.starts_at.astimezone(UTC)  # local hours repeat or are skipped at clock changes
    stops_at = starts_at + trial.charging
    intervals = (
        ClassifiedInterval(Interval(starts_at, stops_at, trial.energy_wh, None), is_idle=False),
        ClassifiedInterval(Interval(stops_at, stops_at + trial.idle, Decimal(0), 0.0), is_idle=True),
    )
    return add_intervals(tariff, start_usage(tariff), intervals, zone=trial.zone)
