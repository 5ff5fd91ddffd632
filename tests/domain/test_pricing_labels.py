"""The descriptions of a tariff and of the lines of a price."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions_app.domain import pricing
from sessions_app.domain.inactivity import ClassifiedInterval
from sessions_app.domain.pricing import Component, PriceLine, Tariff, labels
from tests.domain.test_pricing_properties import ZONES, sessions, tariffs


def tariff(*components: Component, currency: str = "AUD", **fields: Decimal) -> Tariff:
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    return Tariff(1, "Any", "Site", "SIT-0001", currency, begins, fields.pop("tax", Decimal(0)), components, **fields)


@pytest.mark.parametrize(
    ("component", "text"),
    [
        (Component("ENERGY", Decimal("0.35")), "$0.35 per kWh"),
        (Component("ENERGY", Decimal("0.0875")), "$0.0875 per kWh"),
        (Component("FLAT", Decimal(1)), "$1.00 flat fee"),
        (Component("TIME", Decimal("1.2")), "charging: $1.20 per hour"),
        (Component("PARKING_TIME", Decimal(4), grace_minutes=30), "idle: $4.00 per hour after 30 min"),
        (Component("TIME", Decimal(2), step_size=900), "charging: $2.00 per hour in blocks of 15 min"),
        (Component("ENERGY", Decimal(1), step_size=100), "$1.00 per kWh in blocks of 100 Wh"),
        (Component("ENERGY", Decimal(1), days="12345"), "$1.00 per kWh Mon to Fri"),
        (Component("ENERGY", Decimal(1), days="67"), "$1.00 per kWh Sat, Sun"),
        (Component("ENERGY", Decimal(1), time_from=time(22)), "$1.00 per kWh after 22:00"),
        (Component("ENERGY", Decimal(1), kwh_to=Decimal("5.500")), "$1.00 per kWh up to 5.5 kWh"),
        (Component("ENERGY", Decimal(1), minutes_to=30), "$1.00 per kWh in the first 30 min"),
        (Component("ENERGY", Decimal(1), kw_from=Decimal(11)), "$1.00 per kWh from 11 kW"),
        (Component("ENERGY", Decimal(1), date_to=date(2026, 9, 1)), "$1.00 per kWh until 31 Aug 2026"),
    ],
)
def test_component_is_described(component: Component, text: str) -> None:
    assert labels.describe_tariff(tariff(component)) == text


def test_tariff_states_the_default_price_before_exceptions() -> None:
    sentence = labels.describe_tariff(
        tariff(
            Component("ENERGY", Decimal("0.22"), time_from=time(22), time_to=time(6)),
            Component("ENERGY", Decimal("0.35")),
            Component("PARKING_TIME", Decimal(4), grace_minutes=30),
            tax=Decimal("10.00"),
            min_price=Decimal(2),
            max_price=Decimal(40),
        )
    )
    assert sentence == (
        "$0.35 per kWh; 22:00 to 06:00 $0.22; idle: $4.00 per hour after 30 min; "
        "at least $2.00; at most $40.00; 10 % tax included"
    )


def test_longer_grace_is_an_exception_to_the_shorter() -> None:
    sentence = labels.describe_tariff(
        tariff(
            Component("PARKING_TIME", Decimal(3), grace_minutes=180),
            Component("PARKING_TIME", Decimal(2), grace_minutes=60),
        )
    )
    assert sentence == "idle: $2.00 per hour after 60 min; after 180 min $3.00"


def test_covered_component_is_not_described() -> None:
    night = Component("ENERGY", Decimal("0.22"), time_from=time(22), time_to=time(6))
    sentence = labels.describe_tariff(tariff(Component("ENERGY", Decimal("0.35")), night))
    assert sentence == "$0.35 per kWh"


@given(tariffs(), sessions(), st.sampled_from(ZONES))
@settings(max_examples=100, deadline=None)
def test_sentence_contains_every_charged_price(
    any_tariff: Tariff, settled: list[ClassifiedInterval], zone: str
) -> None:
    told_apart = tuple(
        msgspec.structs.replace(each, price=Decimal(1_000 + place)) for place, each in enumerate(any_tariff.components)
    )
    priced = msgspec.structs.replace(any_tariff, components=told_apart)

    lines = pricing.calculate_lines(
        priced, pricing.add_intervals(priced, pricing.start_usage(priced), settled, zone=zone)
    )

    sentence = labels.describe_tariff(priced)
    charged = [each for each in lines if each.component >= 0]
    assert all(labels.price(each.unit_price, priced.currency) in sentence for each in charged), sentence


def test_tariff_without_components_is_free_of_charge() -> None:
    assert labels.describe_tariff(tariff()) == "free of charge"


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("31.5", "JPY", "JPY 31.5"),
        ("500", "JPY", "JPY 500"),
        ("0.0125", "KWD", "KWD 0.0125"),
        ("1", "KWD", "KWD 1.000"),
        ("0.0875", "AUD", "$0.0875"),
    ],
)
def test_unit_price_keeps_all_its_decimals(amount: str, currency: str, text: str) -> None:
    assert labels.price(Decimal(amount), currency) == text.replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    ("quantity", "measured", "text"),
    [
        ("12.412", "12.412", "12.412 kWh"),
        ("12.5", "12.412", "12.500 kWh (for 12.412 kWh)"),
        ("0.116", "0.1152", "0.116 kWh"),
    ],
)
def test_quantity_shows_the_measured_part_of_billed_blocks(quantity: str, measured: str, text: str) -> None:
    line = PriceLine("ENERGY", Decimal(1), Decimal(quantity), Decimal(1), Decimal(measured), 0)
    assert labels.quantity(line) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(45, "45 s"), (900, "15 m 00 s"), (3600, "1 h 00 m"), (3920, "1 h 05 m 20 s")]
)
def test_duration_shows_every_second(seconds: int, text: str) -> None:
    assert labels.exact_duration(seconds) == text
