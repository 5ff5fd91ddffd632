"""Which policy applies: nearest scope, then audience, then latest start."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from sessions_app.domain.pricing import Tariff
from sessions_app.models import ChargingStation, Driver
from sessions_app.queries.policies import tariff_for
from tests.support.builders import NOON, area, begun, company, driver, policy, site, station

pytestmark = pytest.mark.django_db


@pytest.fixture
def garage() -> ChargingStation:
    return station("HT-B1-03")


def applied(at_station: ChargingStation, *, by: Driver | None = None, at: timedelta = timedelta()) -> Tariff | None:
    match = tariff_for(begun(at_station, by=by, at=NOON + at))
    return match[1] if match else None


def test_nearest_scope_wins(garage: ChargingStation) -> None:
    here = garage.site_area
    scopes: list[tuple[str, dict[str, Any]]] = [
        ("Everywhere", {}),
        ("Company", {"company": here.site.company}),
        ("Site", {"site": here.site}),
        ("Site Area", {"site_area": here}),
        ("Charging Station", {"station": garage}),
    ]
    types = []
    for name, scope in scopes:
        policy(description=name, **scope)
        tariff = applied(garage)
        assert tariff
        types.append((tariff.description, tariff.entity_type))
    assert types == [(name, name) for name, _ in scopes]


def test_policies_of_other_scopes_never_apply(garage: ChargingStation) -> None:
    elsewhere = station()
    policy(station=elsewhere)
    policy(site_area=area(garage.site_area.site, "Level 7"))
    policy(site=elsewhere.site_area.site)
    policy(company=company())
    assert applied(garage) is None


def test_named_audience_wins_within_a_scope(garage: ChargingStation) -> None:
    priya = driver("Priya Raman", kind=Driver.Kind.TENANT)
    policy(description="Tenants", site=garage.site_area.site, audience="tenant")
    policy(description="All", site=garage.site_area.site, valid_from=NOON)
    tenant, visitor = applied(garage, by=priya), applied(garage, by=driver("Vic", kind="visitor"))
    assert tenant
    assert visitor
    assert (tenant.description, tenant.entity_type, tenant.entity_id) == (
        "Tenants",
        "Tenant",
        priya.reference,
    )
    assert (visitor.description, visitor.entity_type, visitor.entity_id) == (
        "All",
        "Site",
        garage.site_area.site.reference,
    )


def test_nearer_scope_wins_over_named_audience(garage: ChargingStation) -> None:
    policy(description="Tenants", site=garage.site_area.site, audience="tenant")
    policy(description="This station", station=garage)
    tariff = applied(garage, by=driver())
    assert tariff
    assert tariff.description == "This station"


def test_unknown_driver_has_the_policy_for_everyone(garage: ChargingStation) -> None:
    policy(audience="tenant", site=garage.site_area.site)
    assert applied(garage) is None
    policy(description="All")
    tariff = applied(garage)
    assert tariff
    assert (tariff.entity_type, tariff.entity_id) == ("Everywhere", "–")


def test_latest_valid_from_wins(garage: ChargingStation) -> None:
    policy(description="March", valid_from=NOON - timedelta(days=2))
    policy(description="January", valid_from=NOON - timedelta(days=60))
    tariff = applied(garage)
    assert tariff
    assert tariff.description == "March"


def test_policy_applies_from_valid_from_until_valid_to(garage: ChargingStation) -> None:
    policy(valid_from=NOON, valid_to=NOON + timedelta(hours=1))
    moments = [timedelta(seconds=-1), timedelta(), timedelta(seconds=3599), timedelta(hours=1)]
    assert [applied(garage, at=at) is not None for at in moments] == [False, True, True, False]


def test_global_policy_applies_in_its_currency_only(garage: ChargingStation) -> None:
    policy(currency="AUD")
    tokyo = station(at=site(of=company(currency="JPY"), time_zone="Asia/Tokyo"))
    assert applied(tokyo) is None
    assert applied(garage) is not None


def test_tariff_has_components_in_order(garage: ChargingStation) -> None:
    policy(
        {"dimension": "ENERGY", "price": Decimal("0.22"), "days": "67"},
        {"dimension": "ENERGY", "price": Decimal("0.35"), "step_size": 100},
        {"dimension": "PARKING_TIME", "price": Decimal(4), "grace_minutes": 30},
    )
    tariff = applied(garage)
    assert tariff
    assert [(each.dimension, each.price, each.days) for each in tariff.components] == [
        ("ENERGY", Decimal("0.22"), "67"),
        ("ENERGY", Decimal("0.35"), ""),
        ("PARKING_TIME", Decimal(4), ""),
    ]
    assert (tariff.components[1].step_size, tariff.components[2].grace_minutes) == (100, 30)


def test_finding_a_policy_takes_two_queries(
    garage: ChargingStation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    scopes: tuple[dict[str, Any], ...] = ({}, {"site": garage.site_area.site}, {"station": garage})
    for scope in scopes:
        policy(**scope)
    context = begun(garage, by=driver())
    with django_assert_num_queries(2):
        tariff_for(context)
