"""The price of a simulated session that charges for a while and is then idle."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from sessions_app.domain.inactivity import ClassifiedInterval, Interval
from sessions_app.domain.pricing.price_lines import calculate_lines
from sessions_app.domain.pricing.tariff import ENERGY, PriceLine, Tariff
from sessions_app.domain.pricing.usage import Usage, add_intervals, start_usage


class SimulatedSession(msgspec.Struct, frozen=True):
    """A simulated session to try a tariff with."""

    starts_at: datetime
    energy_wh: Decimal
    charging: timedelta
    idle: timedelta
    zone: str


def simulate_lines(tariff: Tariff, session: SimulatedSession) -> tuple[PriceLine, ...]:
    """Return the price lines of the simulated session; its energy flows evenly while it charges."""
    return calculate_lines(tariff, _usage(tariff, session))


def unpriced_wh(tariff: Tariff, session: SimulatedSession) -> Decimal:
    """Return the energy that no component prices: it is free, perhaps by mistake."""
    priced = sum(
        (
            Decimal(quantity)
            for component, quantity in zip(tariff.components, _usage(tariff, session).quantities, strict=True)
            if component.dimension == ENERGY
        ),
        Decimal(0),
    )
    return session.energy_wh - priced / 1000


def _usage(tariff: Tariff, session: SimulatedSession) -> Usage:
    starts_at = session.starts_at.astimezone(UTC)  # local hours repeat or are skipped at clock changes
    stops_at = starts_at + session.charging
    intervals = (
        ClassifiedInterval(Interval(starts_at, stops_at, session.energy_wh, None), is_idle=False),
        ClassifiedInterval(Interval(stops_at, stops_at + session.idle, Decimal(0), 0.0), is_idle=True),
    )
    return add_intervals(tariff, start_usage(tariff), intervals, zone=session.zone)
