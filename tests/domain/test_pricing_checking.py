"""A component that can never apply is reported before it is saved, with the field at fault."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions_app.domain import pricing
from sessions_app.domain.inactivity import ClassifiedInterval
from sessions_app.domain.pricing import Component, Tariff
from sessions_app.domain.pricing.checking import Validity, find_problems
from tests.domain.test_pricing_properties import ZONES, sessions, tariffs


def energy(**restricted: Any) -> Component:
    return Component("ENERGY", Decimal("0.35"), **restricted)


def result(*components: Component, **validity: date) -> list[tuple[int, str]]:
    return [(each.index, each.field) for each in find_problems(components, Validity(**validity))]


@pytest.mark.parametrize(
    ("component", "field"),
    [
        (energy(kwh_from=Decimal(5), kwh_to=Decimal(5)), "kwh_to"),
        (energy(kwh_to=Decimal(0)), "kwh_to"),
        (energy(minutes_from=30, minutes_to=10), "minutes_to"),
        (energy(kw_to=Decimal(0)), "kw_to"),
        (energy(date_from=date(2026, 6, 1), date_to=date(2026, 6, 1)), "date_to"),
        (energy(time_from=time(6), time_to=time(6)), "time_to"),
        (energy(grace_minutes=30), "grace_minutes"),
        (energy(days="67", date_from=date(2026, 3, 2), date_to=date(2026, 3, 6)), "days"),
        (Component("FLAT", Decimal(1), kwh_from=Decimal(1)), "kwh_from"),
        (Component("PARKING_TIME", Decimal(4), kw_from=Decimal("0.1")), "kw_from"),
        (Component("PARKING_TIME", Decimal(4), grace_minutes=30, minutes_to=30), "grace_minutes"),
    ],
)
def test_error_names_the_field_of_a_useless_component(component: Component, field: str) -> None:
    assert result(component) == [(0, field)]


def test_dates_before_the_policy_begins_never_apply() -> None:
    summer = energy(date_to=date(2026, 3, 1))
    assert result(summer, start=date(2026, 3, 2)) == [(0, "date_to")]
    assert result(summer, start=date(2026, 3, 1)) == []


def test_dates_after_the_policy_has_ended_never_apply() -> None:
    winter = energy(date_from=date(2026, 6, 3))
    assert result(winter, end=date(2026, 6, 1)) == [(0, "date_from")]
    assert result(winter, end=date(2026, 6, 2)) == []


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (energy(), energy(time_from=time(22), time_to=time(6))),
        (energy(days="12345"), energy(days="13")),
        (energy(time_from=time(20), time_to=time(8)), energy(time_from=time(22), time_to=time(6))),
        (energy(kwh_to=Decimal(10)), energy(kwh_from=Decimal(2), kwh_to=Decimal(5))),
        (
            Component("PARKING_TIME", Decimal(4), grace_minutes=30),
            Component("PARKING_TIME", Decimal(8), grace_minutes=60),
        ),
    ],
)
def test_component_covered_by_an_earlier_one_never_applies(earlier: Component, later: Component) -> None:
    assert result(earlier, later) == [(1, "position")]
    assert result(later, earlier) == []


@pytest.mark.parametrize(
    "earlier",
    [
        (energy(time_from=time(8), time_to=time(20)), energy(time_from=time(20), time_to=time(8))),
        (energy(days="12345"), energy(days="67")),
        (energy(kwh_to=Decimal(5)), energy(kwh_from=Decimal(5))),
        (energy(kw_to=Decimal(11)), energy(kw_from=Decimal(11))),
        (energy(minutes_to=30), energy(minutes_from=30, minutes_to=60), energy(minutes_from=60)),
        (energy(date_to=date(2026, 6, 1)), energy(date_from=date(2026, 6, 1))),
        (
            energy(days="67"),
            energy(days="12345", time_from=time(22), time_to=time(6)),
            energy(days="12345", time_from=time(6), time_to=time(22)),
        ),
    ],
)
def test_component_covered_by_several_never_applies(earlier: tuple[Component, ...]) -> None:
    place = len(earlier)
    assert result(*earlier, energy()) == [(place, "position")]
    assert result(*earlier, energy(days="3")) == [(place, "position")]
    assert result(*earlier[1:], energy()) == []


def test_time_before_the_policy_needs_no_cover() -> None:
    of_this_year = energy(date_from=date(2026, 1, 1))
    assert result(of_this_year, energy(), start=date(2026, 3, 1)) == [(1, "position")]
    assert result(of_this_year, energy()) == []


def test_impossible_values_of_a_dimension_need_no_cover() -> None:
    at_first = Component("FLAT", Decimal(1), kwh_to=Decimal(5))
    idle, much_later = (
        Component("PARKING_TIME", Decimal(1), **restricted)
        for restricted in ({"kw_to": Decimal(1), "minutes_from": 60}, {"grace_minutes": 60})
    )
    assert result(at_first, Component("FLAT", Decimal(2))) == [(1, "position")]
    assert result(idle, much_later) == [(1, "position")]


@given(tariffs(), sessions(), st.sampled_from(ZONES))
@settings(max_examples=100, deadline=None)
def test_component_reported_useless_never_prices_anything(
    any_tariff: Tariff, settled: list[ClassifiedInterval], zone: str
) -> None:
    never = {each.index for each in find_problems(any_tariff.components)}
    real = [ClassifiedInterval(replace(each.interval, power_w=0.0), True) if each.is_idle else each for each in settled]

    usage = pricing.add_intervals(any_tariff, pricing.start_usage(any_tariff), real, zone=zone)

    assert not never & {place for place, quantity in enumerate(usage.quantities) if quantity}


def test_component_reported_useful_applies_at_some_time() -> None:
    assert not result(
        Component("FLAT", Decimal(1)),
        energy(time_from=time(22), time_to=time(6)),
        energy(days="67"),
        energy(kw_from=Decimal(11)),
        energy(kwh_from=Decimal(10), minutes_from=60),
        energy(),
        Component("TIME", Decimal(1), minutes_from=120),
        Component("PARKING_TIME", Decimal(8), grace_minutes=60, time_from=time(7), time_to=time(22)),
        Component("PARKING_TIME", Decimal(4), grace_minutes=30),
    )
