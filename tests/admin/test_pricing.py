"""What a building's office does with pricing policies, done as the forms do it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions_app.models import PricingPolicy
from tests import factories
from tests.admin.forms import rows, station_form

pytestmark = pytest.mark.django_db
ADD = "admin:sessions_app_pricingpolicy_add"
CHANGE = "admin:sessions_app_pricingpolicy_change"
ENERGY = {"dimension": "ENERGY", "price": "0.35", "step_size": 1, "grace_minutes": 0, "position": 0}
NIGHT = ENERGY | {"price": "0.22", "time_from": "22:00", "time_to": "06:00"}
DAY = ENERGY | {"time_from": "06:00", "time_to": "22:00"}
IDLE = ENERGY | {"dimension": "PARKING_TIME", "price": "4", "grace_minutes": 30, "position": 5}


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(factories.operator())
    return client


def filled(*components: dict[str, Any], initial: int = 0, **fields: Any) -> dict[str, Any]:
    known = {"description": "Default Pricing", "audience": "", "currency": "AUD", "tax_percent": "10"}
    known |= {"valid_from_0": "2026-01-01", "valid_from_1": "00:00:00"}
    return known | fields | rows("components", *(components or (ENERGY,)), initial=initial)


def refused(operator: Client, data: dict[str, Any]) -> dict[str, list[str]]:
    """Return the errors of the form and of its components, by field."""
    answer = operator.post(reverse(ADD), data)
    assert answer.status_code == 200, "it was saved"
    errors = dict(answer.context["adminform"].form.errors)
    formset = answer.context["inline_admin_formsets"][0].formset
    for number, form in enumerate(formset.forms):
        errors |= {f"{number}-{name}": texts for name, texts in form.errors.items()}
    if formset.non_form_errors():
        errors["components"] = formset.non_form_errors()
    return errors


def test_it_saves_a_policy_with_its_components(operator: Client) -> None:
    days = NIGHT | {"days": ["6", "7"]}
    answer = operator.post(reverse(ADD), filled(days, ENERGY | {"position": 1}, IDLE))
    assert answer.status_code == 302, answer.context["errors"]
    stored = PricingPolicy.objects.get().components.order_by("position")
    assert [(each.dimension, each.price, each.days) for each in stored] == [
        ("ENERGY", Decimal("0.22"), "67"),
        ("ENERGY", Decimal("0.35"), ""),
        ("PARKING_TIME", Decimal(4), ""),
    ]


def test_the_list_says_a_policy_in_words(operator: Client) -> None:
    operator.post(reverse(ADD), filled(NIGHT, ENERGY | {"position": 1}, IDLE))
    page = operator.get(reverse("admin:sessions_app_pricingpolicy_changelist")).content.decode()
    assert "$0.35 per kWh; 22:00 to 06:00 $0.22; idle: $4.00 per hour after 30 min; 10 % tax included" in page


def test_it_refuses_a_second_policy_for_the_same_place_audience_and_time(operator: Client) -> None:
    factories.policy(description="Old")
    later = filled(valid_from_0="2026-06-01")
    assert list(refused(operator, later)) == ["valid_from"]
    before = filled(valid_from_0="2025-06-01")
    assert list(refused(operator, before)) == ["valid_to"]
    ended = filled(valid_from_0="2025-06-01", valid_to_0="2026-01-01", valid_to_1="00:00:00")
    assert operator.post(reverse(ADD), ended).status_code == 302
    tenants = filled(audience="tenant")
    assert operator.post(reverse(ADD), tenants).status_code == 302


def test_it_refuses_another_currency_than_the_company_s(operator: Client) -> None:
    station = factories.station(at=factories.site(of=factories.company(currency="JPY")))
    area = station.site_area
    for place in ({"station": station.pk}, {"site_area": area.pk}, {"site": area.site_id}):
        assert list(refused(operator, filled(**place))) == ["currency"]
    assert list(refused(operator, filled(company=area.site.company_id))) == ["currency"]


def test_a_limit_may_have_the_decimals_of_its_currency(operator: Client) -> None:
    exact = filled(currency="KWD", min_price="0.125", max_price="1.500")
    assert operator.post(reverse(ADD), exact).status_code == 302


def test_it_refuses_two_places(operator: Client) -> None:
    site = factories.site()
    assert list(refused(operator, filled(site=site.pk, company=site.company_id))) == ["site"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"valid_to_0": "2025-12-31", "valid_to_1": "00:00:00"}, "valid_to"),
        ({"tax_percent": "100"}, "tax_percent"),
        ({"min_price": "5", "max_price": "4"}, "max_price"),
        ({"min_price": "-1"}, "min_price"),
        ({"max_price": "10.005"}, "max_price"),
        ({"min_price": "0.5", "currency": "JPY"}, "min_price"),
        ({"currency": "aud"}, "currency"),
        ({"currency": "CLF"}, "currency"),  # of four decimals: prices are stored to three
        ({"currency": "ZZZ"}, "currency"),
    ],
)
def test_it_names_the_field_that_is_wrong(operator: Client, fields: dict[str, Any], field: str) -> None:
    assert list(refused(operator, filled(**fields))) == [field]


@pytest.mark.parametrize(
    ("components", "field"),
    [
        ((ENERGY, NIGHT | {"position": 1}), "1-position"),
        ((NIGHT, DAY | {"position": 1}, ENERGY | {"position": 2}), "2-position"),
        ((NIGHT | {"time_to": "22:00"},), "0-time_to"),
        ((ENERGY | {"kwh_from": "10", "kwh_to": "5"},), "0-kwh_to"),
        ((ENERGY | {"price": "-1"},), "0-price"),
        ((ENERGY | {"grace_minutes": 5},), "0-grace_minutes"),
        ((ENERGY | {"price": "35000000"},), "0-price"),
        ((ENERGY | {"step_size": 0},), "0-step_size"),
        ((ENERGY | {"step_size": 1_000_000_000},), "0-step_size"),
        ((NIGHT | {"position": 32_767}, ENERGY | {"position": ""}), "0-position"),
    ],
)
def test_it_names_the_field_of_the_component_that_is_wrong(
    operator: Client, components: tuple[dict[str, Any], ...], field: str
) -> None:
    assert field in refused(operator, filled(*components))


@pytest.mark.parametrize(
    ("validity", "dates", "field"),
    [
        ({"valid_from_0": "0001-01-01"}, {}, "valid_from"),
        ({"valid_to_0": "9999-12-31", "valid_to_1": "23:59"}, {"date_from": "2026-09-01"}, "valid_to"),
        ({}, {"date_to": "0001-01-01"}, "0-date_to"),
        ({}, {"date_from": "9999-12-31"}, "0-date_from"),
    ],
)
@pytest.mark.parametrize("zone", ["Australia/Sydney", "America/New_York"])
def test_it_refuses_days_at_the_ends_of_the_calendar(
    operator: Client, validity: dict[str, str], dates: dict[str, str], field: str, zone: str
) -> None:
    place = factories.site(time_zone=zone)
    assert list(refused(operator, filled(ENERGY | dates, site=place.pk, **validity))) == [field]


def test_it_refuses_dates_after_the_policy_s_end(operator: Client) -> None:
    spring = ENERGY | {"date_from": "2026-09-01"}
    until_july = {"valid_to_0": "2026-07-01", "valid_to_1": "00:00:00"}
    assert list(refused(operator, filled(spring, **until_july))) == ["0-date_from"]


def test_it_refuses_a_policy_without_a_component(operator: Client) -> None:
    assert "components" in refused(operator, filled({}) | {"components-TOTAL_FORMS": 0})


def change(operator: Client, policy: PricingPolicy, **fields: Any) -> Any:
    component = policy.components.get()
    same = ENERGY | {"id": component.pk, "policy": policy.pk, "price": "0.3500"} | fields.pop("component", {})
    data = filled(same, initial=1, tax_percent="0.00") | fields
    return operator.post(reverse(CHANGE, args=[policy.pk]), data)


def test_saving_without_a_change_leaves_the_time_of_the_last_change(operator: Client) -> None:
    policy = factories.policy()
    assert change(operator, policy).status_code == 302
    assert PricingPolicy.objects.get().changed_at == policy.changed_at


def test_a_changed_component_changes_the_policy(operator: Client) -> None:
    policy = factories.policy()
    assert change(operator, policy, component={"price": "0.50"}).status_code == 302
    assert PricingPolicy.objects.get().changed_at > policy.changed_at


def test_it_duplicates_a_policy_as_a_new_one(operator: Client) -> None:
    policy = factories.policy()
    answer = change(operator, policy, audience="visitor", _saveasnew="Save as new")
    assert answer.status_code == 302
    copy = PricingPolicy.objects.exclude(pk=policy.pk).get()
    assert (copy.audience, copy.components.get().price) == ("visitor", Decimal("0.35"))
    assert policy.components.count() == 1


def test_a_refused_copy_is_shown_as_a_policy_to_be_added(operator: Client) -> None:
    policy = factories.policy()
    answer = change(operator, policy, _saveasnew="Save as new")
    page = answer.content.decode()
    assert "&rsaquo; Add pricing policy" in page
    assert "historylink" not in page
    assert 'name="components-INITIAL_FORMS" value="0"' in page
    assert "holds until further notice" in answer.context["adminform"].form.errors["valid_from"][0]
    assert PricingPolicy.objects.count() == 1


def test_a_copy_that_begins_with_its_original_is_to_begin_when_that_ends(operator: Client) -> None:
    begins, ends = (datetime(2026, month, 1, 2, 3, 4, 5, tzinfo=UTC) for month in (1, 7))
    policy = factories.policy(valid_from=begins, valid_to=ends)
    dates = {"valid_from_0": "2026-01-01", "valid_from_1": "02:03:04"}
    dates |= {"valid_to_0": "2026-07-01", "valid_to_1": "02:03:04"}
    form = change(operator, policy, **dates, _saveasnew="Save as new").context["adminform"].form
    filled = {name: form.data[name] for name in dates}
    assert list(form.errors) == ["valid_from"]
    assert filled == {
        "valid_from_0": "2026-07-01",
        "valid_from_1": "02:03:05",
        "valid_to_0": "",
        "valid_to_1": "",
    }
    assert change(operator, policy, **filled, _saveasnew="Save as new").status_code == 302


def test_times_are_picked_in_the_zone_that_is_named_beside_them(operator: Client) -> None:
    policy = factories.policy(site=factories.site(time_zone="Australia/Perth"))
    page = operator.get(reverse(CHANGE, args=[policy.pk])).content.decode()
    assert page.count("Time in <span data-zone>Australia/Perth</span>") == 2
    assert "DateTimeShortcuts" not in page


def test_a_policy_in_use_cannot_be_deleted(operator: Client) -> None:
    policy = factories.policy()
    factories.session(policy=policy)
    address = reverse("admin:sessions_app_pricingpolicy_delete", args=[policy.pk])
    assert operator.post(address, {"post": "yes"}).status_code == 403
    assert PricingPolicy.objects.exists()


def test_an_address_that_names_no_policy_leads_back(operator: Client) -> None:
    assert operator.get(reverse(CHANGE, args=["add/widgets.css"])).status_code == 302


def test_validity_is_in_the_time_of_the_place(operator: Client) -> None:
    sydney = factories.site()
    data = filled(site=sydney.pk, valid_from_0="2026-07-01")
    assert operator.post(reverse(ADD), data).status_code == 302
    policy = PricingPolicy.objects.get()
    assert policy.valid_from.isoformat() == "2026-06-30T14:00:00+00:00"
    page = operator.get(reverse(CHANGE, args=[policy.pk])).content.decode()
    assert 'value="2026-07-01"' in page
    assert change(operator, policy, site=sydney.pk, valid_from_0="2026-07-01", tax_percent="10.00").status_code == 302
    assert PricingPolicy.objects.get().changed_at == policy.changed_at


def test_a_component_without_a_position_comes_last(operator: Client) -> None:
    data = filled(IDLE | {"position": 3}, ENERGY | {"position": ""}, NIGHT | {"position": 1})
    operator.post(reverse(ADD), data)
    stored = PricingPolicy.objects.get().components.order_by("position")
    assert [(each.position, each.price) for each in stored] == [
        (1, Decimal("0.22")),
        (3, Decimal(4)),
        (4, Decimal("0.35")),
    ]


def test_a_company_keeps_its_currency_while_policies_have_prices_in_it(operator: Client) -> None:
    station = factories.station()
    company = station.site_area.site.company
    address = reverse("admin:sessions_app_company_change", args=[company.pk])
    data = {"name": company.name, "currency": "JPY"} | rows("sites")
    factories.policy(company=company, valid_to=timezone.now())
    ends_later = timezone.now() + timedelta(days=1)
    for place in ({"company": company}, {"station": station}, {"company": company, "valid_to": ends_later}):
        policy = factories.policy(**place)
        refusal = operator.post(address, data).context["adminform"].form.errors
        policy.delete()
        assert list(refusal) == ["currency"]
    assert operator.post(address, data).status_code == 302


def test_a_place_moves_only_to_where_its_policies_have_the_currency(operator: Client) -> None:
    station = factories.station()
    area = station.site_area
    site = area.site
    tokyo = factories.area(at=factories.site(of=factories.company(currency="JPY")))
    site_rows = rows("areas") | rows("memberships") | rows("electricity_costs")
    moves = [
        (site, "company", {"company": tokyo.site.company_id, "name": "A", "time_zone": "UTC"} | site_rows),
        (area, "site", {"site": tokyo.site_id, "name": "B"} | rows("stations")),
        (station, "site_area", station_form(tokyo, identity=station.identity, **rows("connectors"))),
    ]
    for place, field, data in moves:
        address = reverse(f"admin:sessions_app_{place._meta.model_name}_change", args=[place.pk])
        policy = factories.policy(station=station)
        refusal = operator.post(address, data).context["adminform"].form.errors
        assert list(refusal) == [field]
        assert refusal[field] == [f"“{policy}” has prices in AUD: end it first."]
        policy.delete()
    for place, _, data in reversed(moves):
        address = reverse(f"admin:sessions_app_{place._meta.model_name}_change", args=[place.pk])
        assert operator.post(address, data).status_code == 302
