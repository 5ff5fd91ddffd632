"""Pricing policies keep to the currency of their company."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.admin.forms import rows, station_form
from tests.admin.test_pricing import ADD, filled, refused
from tests.support import builders

pytestmark = pytest.mark.django_db


def test_currency_must_match_the_company(operator: Client) -> None:
    station = builders.station(at=builders.site(of=builders.company(currency="JPY")))
    area = station.site_area
    for place in ({"station": station.pk}, {"site_area": area.pk}, {"site": area.site_id}):
        assert list(refused(operator, filled(**place))) == ["currency"]
    assert list(refused(operator, filled(company=area.site.company_id))) == ["currency"]


def test_price_limits_allow_decimals_of_the_currency(operator: Client) -> None:
    exact = filled(currency="KWD", min_price="0.125", max_price="1.500")
    assert operator.post(reverse(ADD), exact).status_code == 302


def test_company_keeps_its_currency_while_policies_use_it(operator: Client) -> None:
    station = builders.station()
    company = station.site_area.site.company
    address = reverse("admin:sessions_app_company_change", args=[company.pk])
    data = {"name": company.name, "currency": "JPY"} | rows("sites")
    builders.policy(company=company, valid_to=timezone.now())
    ends_later = timezone.now() + timedelta(days=1)
    for place in ({"company": company}, {"station": station}, {"company": company, "valid_to": ends_later}):
        policy = builders.policy(**place)
        refusal = operator.post(address, data).context["adminform"].form.errors
        policy.delete()
        assert list(refusal) == ["currency"]
    assert operator.post(address, data).status_code == 302


def test_move_to_another_currency_needs_policies_ended(operator: Client) -> None:
    station = builders.station()
    area = station.site_area
    site = area.site
    tokyo = builders.area(at=builders.site(of=builders.company(currency="JPY")))
    site_rows = rows("areas") | rows("memberships") | rows("electricity_costs")
    moves = [
        (site, "company", {"company": tokyo.site.company_id, "name": "A", "time_zone": "UTC"} | site_rows),
        (area, "site", {"site": tokyo.site_id, "name": "B"} | rows("stations")),
        (station, "site_area", station_form(tokyo, identity=station.identity, **rows("connectors"))),
    ]
    for place, field, data in moves:
        address = reverse(f"admin:sessions_app_{place._meta.model_name}_change", args=[place.pk])
        policy = builders.policy(station=station)
        refusal = operator.post(address, data).context["adminform"].form.errors
        assert list(refusal) == [field]
        assert refusal[field] == [f"“{policy}” has prices in AUD. End it first."]
        policy.delete()
    for place, _, data in reversed(moves):
        address = reverse(f"admin:sessions_app_{place._meta.model_name}_change", args=[place.pk])
        assert operator.post(address, data).status_code == 302
