"""Pricing policies in the admin, with the data that its forms send."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sessions_app.models import PricingPolicy
from tests.admin.forms import rows
from tests.support import builders

pytestmark = pytest.mark.django_db
ADD = "admin:sessions_app_pricingpolicy_add"
CHANGE = "admin:sessions_app_pricingpolicy_change"
ENERGY = {"dimension": "ENERGY", "price": "0.35", "step_size": 1, "grace_minutes": 0, "position": 0}
NIGHT = ENERGY | {"price": "0.22", "time_from": "22:00", "time_to": "06:00"}
DAY = ENERGY | {"time_from": "06:00", "time_to": "22:00"}
IDLE = ENERGY | {"dimension": "PARKING_TIME", "price": "4", "grace_minutes": 30, "position": 5}


def filled(*components: dict[str, Any], initial: int = 0, **fields: Any) -> dict[str, Any]:
    defaults: dict[str, Any] = {
        "description": "Default Pricing",
        "audience": "",
        "currency": "AUD",
        "tax_percent": "10",
    }
    defaults |= {"valid_from_0": "2026-01-01", "valid_from_1": "00:00:00"}
    return defaults | fields | rows("components", *(components or (ENERGY,)), initial=initial)


def refused(operator: Client, data: dict[str, Any]) -> dict[str, list[str]]:
    """Return the errors of the form and of its components, by field."""
    answer = operator.post(reverse(ADD), data)
    assert answer.status_code == 200, "the form was saved"
    errors = dict(answer.context["adminform"].form.errors)
    formset = answer.context["inline_admin_formsets"][0].formset
    for number, form in enumerate(formset.forms):
        errors |= {f"{number}-{name}": texts for name, texts in form.errors.items()}
    if formset.non_form_errors():
        errors["components"] = formset.non_form_errors()
    return errors


def test_policy_is_saved_with_its_components(operator: Client) -> None:
    days = NIGHT | {"days": ["6", "7"]}
    answer = operator.post(reverse(ADD), filled(days, ENERGY | {"position": 1}, IDLE))
    assert answer.status_code == 302, answer.context["errors"]
    stored = PricingPolicy.objects.get().components.order_by("position")
    assert [(each.dimension, each.price, each.days) for each in stored] == [
        ("ENERGY", Decimal("0.22"), "67"),
        ("ENERGY", Decimal("0.35"), ""),
        ("PARKING_TIME", Decimal(4), ""),
    ]


def test_list_describes_a_policy(operator: Client) -> None:
    operator.post(reverse(ADD), filled(NIGHT, ENERGY | {"position": 1}, IDLE))
    page = operator.get(reverse("admin:sessions_app_pricingpolicy_changelist")).content.decode()
    assert "$0.35 per kWh; 22:00 to 06:00 $0.22; idle: $4.00 per hour after 30 min; 10 % tax included" in page


def test_overlapping_policy_of_same_scope_is_rejected(operator: Client) -> None:
    builders.policy(description="Old")
    later = filled(valid_from_0="2026-06-01")
    assert list(refused(operator, later)) == ["valid_from"]
    before = filled(valid_from_0="2025-06-01")
    assert list(refused(operator, before)) == ["valid_to"]
    ended = filled(valid_from_0="2025-06-01", valid_to_0="2026-01-01", valid_to_1="00:00:00")
    assert operator.post(reverse(ADD), ended).status_code == 302
    tenants = filled(audience="tenant")
    assert operator.post(reverse(ADD), tenants).status_code == 302


def test_policy_has_one_scope_only(operator: Client) -> None:
    site = builders.site()
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
        ({"currency": "CLF"}, "currency"),  # four decimals; prices are stored with three
        ({"currency": "ZZZ"}, "currency"),
    ],
)
def test_error_is_shown_at_the_policy_field(operator: Client, fields: dict[str, Any], field: str) -> None:
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
def test_error_is_shown_at_the_component_field(
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
def test_dates_at_the_ends_of_the_calendar_are_rejected(
    operator: Client, validity: dict[str, Any], dates: dict[str, str], field: str, zone: str
) -> None:
    place = builders.site(time_zone=zone)
    assert list(refused(operator, filled(ENERGY | dates, site=place.pk, **validity))) == [field]


def test_component_dates_after_policy_end_are_rejected(operator: Client) -> None:
    spring = ENERGY | {"date_from": "2026-09-01"}
    until_july: dict[str, Any] = {"valid_to_0": "2026-07-01", "valid_to_1": "00:00:00"}
    assert list(refused(operator, filled(spring, **until_july))) == ["0-date_from"]


def test_policy_needs_a_component(operator: Client) -> None:
    assert "components" in refused(operator, filled({}) | {"components-TOTAL_FORMS": 0})


def change(operator: Client, policy: PricingPolicy, **fields: Any) -> Any:
    component = policy.components.get()
    same = ENERGY | {"id": component.pk, "policy": policy.pk, "price": "0.3500"} | fields.pop("component", {})
    data = filled(same, initial=1, tax_percent="0.00") | fields
    return operator.post(reverse(CHANGE, args=[policy.pk]), data)


def test_saving_unchanged_policy_keeps_changed_at(operator: Client) -> None:
    policy = builders.policy()
    assert change(operator, policy).status_code == 302
    assert PricingPolicy.objects.get().changed_at == policy.changed_at


def test_changed_component_updates_changed_at(operator: Client) -> None:
    policy = builders.policy()
    assert change(operator, policy, component={"price": "0.50"}).status_code == 302
    assert PricingPolicy.objects.get().changed_at > policy.changed_at


def test_save_as_new_copies_the_policy(operator: Client) -> None:
    policy = builders.policy()
    answer = change(operator, policy, audience="visitor", _saveasnew="Save as new")
    assert answer.status_code == 302
    copy = PricingPolicy.objects.exclude(pk=policy.pk).get()
    assert (copy.audience, copy.components.get().price) == ("visitor", Decimal("0.35"))
    assert policy.components.count() == 1


def test_rejected_copy_is_shown_as_new_policy(operator: Client) -> None:
    policy = builders.policy()
    answer = change(operator, policy, _saveasnew="Save as new")
    page = answer.content.decode()
    assert "&rsaquo; Add pricing policy" in page
    assert "historylink" not in page
    assert 'name="components-INITIAL_FORMS" value="0"' in page
    assert "has no end for the same place" in answer.context["adminform"].form.errors["valid_from"][0]
    assert PricingPolicy.objects.count() == 1


def test_copy_starts_when_its_original_ends(operator: Client) -> None:
    begins, ends = (datetime(2026, month, 1, 2, 3, 4, 5, tzinfo=UTC) for month in (1, 7))
    policy = builders.policy(valid_from=begins, valid_to=ends)
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


def test_form_names_the_time_zone_of_its_times(operator: Client) -> None:
    policy = builders.policy(site=builders.site(time_zone="Australia/Perth"))
    page = operator.get(reverse(CHANGE, args=[policy.pk])).content.decode()
    assert page.count("Time in <span data-zone>Australia/Perth</span>") == 2
    assert "DateTimeShortcuts" not in page


def test_policy_in_use_cannot_be_deleted(operator: Client) -> None:
    policy = builders.policy()
    builders.session(policy=policy)
    address = reverse("admin:sessions_app_pricingpolicy_delete", args=[policy.pk])
    assert operator.post(address, {"post": "yes"}).status_code == 403
    assert PricingPolicy.objects.exists()


def test_unknown_policy_id_redirects(operator: Client) -> None:
    assert operator.get(reverse(CHANGE, args=["add/widgets.css"])).status_code == 302


def test_validity_is_in_site_time(operator: Client) -> None:
    sydney = builders.site()
    data = filled(site=sydney.pk, valid_from_0="2026-07-01")
    assert operator.post(reverse(ADD), data).status_code == 302
    policy = PricingPolicy.objects.get()
    assert policy.valid_from.isoformat() == "2026-06-30T14:00:00+00:00"
    page = operator.get(reverse(CHANGE, args=[policy.pk])).content.decode()
    assert 'value="2026-07-01"' in page
    assert change(operator, policy, site=sydney.pk, valid_from_0="2026-07-01", tax_percent="10.00").status_code == 302
    assert PricingPolicy.objects.get().changed_at == policy.changed_at


def test_component_without_position_comes_last(operator: Client) -> None:
    data = filled(IDLE | {"position": 3}, ENERGY | {"position": ""}, NIGHT | {"position": 1})
    operator.post(reverse(ADD), data)
    stored = PricingPolicy.objects.get().components.order_by("position")
    assert [(each.position, each.price) for each in stored] == [
        (1, Decimal("0.22")),
        (3, Decimal(4)),
        (4, Decimal("0.35")),
    ]
