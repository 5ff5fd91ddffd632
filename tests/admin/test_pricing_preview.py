"""What a policy says and what a session would cost by it, before it is saved."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions_app.admin.pricing_preview import Preview
from sessions_app.models import PricingPolicy
from tests import factories
from tests.admin.test_pricing import ENERGY, IDLE, NIGHT, filled

pytestmark = pytest.mark.django_db
PREVIEW = "admin:sessions_app_pricingpolicy_preview"


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(factories.operator())
    return client


def trial(**fields: Any) -> dict[str, Any]:
    known = {"kwh": "12", "charging_minutes": 110, "idle_minutes": 47, "starts_at": "2026-03-03T09:30"}
    return {f"trial-{name}": value for name, value in (known | fields).items()}


def previewed(operator: Client, data: dict[str, Any], **headers: str) -> Preview:
    preview: Preview = operator.post(reverse(PREVIEW, args=[0]), data, headers=headers).context["preview"]
    return preview


def test_the_preview_says_what_is_on_the_form_and_saves_nothing(operator: Client) -> None:
    data = filled(NIGHT, ENERGY | {"position": 1}, IDLE) | trial()
    preview = previewed(operator, data, **{"X-Requested-With": "fetch"})
    assert preview.in_words.startswith("$0.35 per kWh; 22:00 to 06:00 $0.22; idle: $4.00 per hour")
    assert [(line.label, line.quantity, line.amount) for line in preview.lines] == [
        ("Energy", "12.000 kWh", "$4.20"),
        ("Inactivity", "17 m 00 s", "$1.13"),
    ]
    assert (preview.total, preview.tax, preview.problems) == ("$5.33", "$0.48", ())
    assert not PricingPolicy.objects.exists()


def test_the_trial_starts_in_site_time(operator: Client) -> None:
    perth = factories.site(time_zone="Australia/Perth")
    data = filled(NIGHT, ENERGY | {"position": 1}) | trial(starts_at="2026-03-03T23:00", site=perth.pk)
    preview = previewed(operator, data)
    assert [line.when for line in preview.lines] == ["22:00 to 06:00"]


@pytest.mark.parametrize("starts_at", ["0001-01-01T00:00", "9999-12-31T23:00"])
def test_no_trial_starts_at_an_end_of_the_calendar(operator: Client, starts_at: str) -> None:
    sydney = factories.site()
    preview = previewed(operator, filled() | trial(starts_at=starts_at, site=sydney.pk))
    assert preview.problems == ("Start: Enter a year from 2000 to 2999.",)


def test_the_trial_starts_at_nine_of_the_day_that_it_is_at_the_site(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = factories.policy(site=factories.site())
    late_in_utc = datetime(2026, 3, 3, 22, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: late_in_utc)
    page = operator.get(reverse("admin:sessions_app_pricingpolicy_change", args=[policy.pk]))
    assert 'value="2026-03-04T09:00"' in page.text


def test_the_preview_says_what_nothing_has_a_price_for(operator: Client) -> None:
    data = filled(NIGHT) | trial(starts_at="2026-03-03T21:00", charging_minutes=120)
    preview = previewed(operator, data)
    assert preview.free == "6.00 kWh would be free: no component applies."


def test_the_preview_says_what_is_wrong(operator: Client) -> None:
    data = filled(ENERGY, NIGHT | {"position": 1}) | trial(kwh="")
    preview = previewed(operator, data)
    assert preview.problems == (
        "Component 2, Position: Never applies: component 1 already covers all energy.",
        "Energy, kWh: This field is required.",
    )


def test_the_preview_has_nothing_to_complain_of_before_anything_is_filled_in(operator: Client) -> None:
    data = filled({}, description="", currency="", valid_from_0="", valid_from_1="") | trial()
    preview = previewed(operator, data)
    assert (preview.is_begun, preview.problems) == (False, ())


def test_the_preview_reads_and_names_the_zone_of_the_place(operator: Client) -> None:
    perth = factories.site(time_zone="Australia/Perth")
    previews = [previewed(operator, filled(**place) | trial()) for place in ({}, {"site": perth.pk})]
    assert [preview.zone for preview in previews] == ["UTC", "Australia/Perth"]


def test_the_preview_takes_stored_components_of_a_copy_for_new_ones(operator: Client) -> None:
    data = filled(ENERGY | {"id": "", "policy": ""}, initial=1) | trial()
    preview = previewed(operator, data)
    assert (preview.problems, preview.total) == ((), "$4.20")


def test_the_preview_says_what_is_wrong_with_the_policy_itself(operator: Client) -> None:
    data = filled(currency="ZZZ", valid_to_0="2025-12-31", valid_to_1="00:00:00") | trial()
    preview = previewed(operator, data)
    assert preview.problems == (
        "Valid to: The end must be after the start.",
        "Currency: ZZZ is not a currency code such as AUD.",
    )


def test_the_preview_is_for_operators_only(client: Client) -> None:
    client.force_login(factories.manager())
    assert client.post(reverse(PREVIEW, args=[0]), filled()).status_code == 302
