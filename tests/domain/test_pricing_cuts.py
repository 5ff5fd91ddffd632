"""Where an interval is split, to 0.001 Wh and the microsecond; and odd intervals."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from sessions_app.domain import pricing
from sessions_app.domain.inactivity import ClassifiedInterval, Interval
from sessions_app.domain.pricing import Component, Tariff

START = datetime(2026, 3, 3, 9, 59, 59, tzinfo=UTC)


def taken(*components: Component, lasted: timedelta, energy_wh: str, power_w: float | None = None) -> list[int]:
    """Return each component's part of one interval, in thousandths of a Wh, microseconds or pieces."""
    tariff = Tariff(
        1,
        "Any",
        entity_type="Site",
        entity_id="SIT-0001",
        currency="AUD",
        valid_from=START,
        tax_percent=Decimal(0),
        components=components,
    )
    interval = Interval(START, START + lasted, Decimal(energy_wh), power_w)
    usage = pricing.add_intervals(
        tariff, pricing.start_usage(tariff), (ClassifiedInterval(interval, is_idle=False),), zone="UTC"
    )
    return list(usage.quantities)


def test_energy_split_rounds_half_up_and_keeps_the_rest() -> None:
    before, after = Component("ENERGY", Decimal(1), time_to=time(10)), Component("ENERGY", Decimal(1))
    assert taken(before, after, lasted=timedelta(seconds=2), energy_wh="0.001") == [1, 0]
    assert taken(before, after, lasted=timedelta(seconds=2), energy_wh="0.005") == [3, 2]


def test_energy_amount_is_reached_at_its_exact_microsecond() -> None:
    before, after = Component("TIME", Decimal(1), kwh_to=Decimal("0.001")), Component("TIME", Decimal(1))
    assert taken(before, after, lasted=timedelta(seconds=1), energy_wh="3") == [333_334, 666_666]


def test_instant_energy_is_split() -> None:
    cheap, usual = Component("ENERGY", Decimal(1), kwh_to=Decimal(1)), Component("ENERGY", Decimal(2))
    assert taken(cheap, usual, lasted=timedelta(0), energy_wh="2500") == [1_000_000, 1_500_000]


def test_instant_energy_has_no_power() -> None:
    strong, weak = Component("ENERGY", Decimal(1), kw_from=Decimal(11)), Component("ENERGY", Decimal(2))
    assert taken(strong, weak, lasted=timedelta(0), energy_wh="500") == [0, 500_000]
    assert taken(strong, weak, lasted=timedelta(0), energy_wh="500", power_w=22_000.0) == [500_000, 0]


def test_interval_of_a_thousand_years_is_priced_quickly() -> None:
    night, day = Component("ENERGY", Decimal(1), time_to=time(6)), Component("ENERGY", Decimal(2))
    assert taken(night, day, lasted=timedelta(days=365_000), energy_wh="1000") == [0, 1_000_000]


def test_interval_with_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        taken(Component("TIME", Decimal(1)), lasted=timedelta(seconds=-1), energy_wh="0")
