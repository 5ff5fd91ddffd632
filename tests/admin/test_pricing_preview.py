"""The preview of an unsaved policy: its description and the price of a simulated session."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions_app.admin.pricing_preview import PolicyPreview
from sessions_app.models import PricingPolicy
from tests.admin.test_pricing import ENERGY, IDLE, NIGHT, filled
from tests.support import builders

pytestmark = pytest.mark.django_db
PREVIEW = "admin:sessions_app_pricingpolicy_preview"


def simulation(**fields: Any) -> dict[str, Any]:
    defaults = {"kwh": "12", "charging_minutes": 110, "idle_minutes": 47, "starts_at": "2026-03-03T09:30"}
    return {f"trial-{name}": value for name, value in (defaults | fields).items()}


def previewed(operator: Client, data: dict[str, Any], **headers: str) -> PolicyPreview:
    preview: PolicyPreview = operator.post(reverse(PREVIEW, args=[0]), data, headers=headers).context["preview"]
    return preview


def test_preview_shows_unsaved_form_and_saves_nothing(operator: Client) -> None:
    data = filled(NIGHT, ENERGY | {"position": 1}, IDLE) | simulation()
    preview = previewed(operator, data, **{"X-Requested-With": "fetch"})
    assert preview.in_words.startswith("$0.35 per kWh; 22:00 to 06:00 $0.22; idle: $4.00 per hour")
    assert [(line.label, line.quantity, line.amount) for line in preview.lines] == [
        ("Energy", "12.000 kWh", "$4.20"),
        ("Inactivity", "17 m 00 s", "$1.13"),
    ]
    assert (preview.total, preview.tax, preview.problems) == ("$5.33", "$0.48", ())
    assert not PricingPolicy.objects.exists()


def test_simulation_starts_in_site_time(operator: Client) -> None:
    perth = builders.site(time_zone="Australia/Perth")
    data = filled(NIGHT, ENERGY | {"position": 1}) | simulation(starts_at="2026-03-03T23:00", site=perth.pk)
    preview = previewed(operator, data)
    assert [line.when for line in preview.lines] == ["22:00 to 06:00"]


@pytest.mark.parametrize("starts_at", ["0001-01-01T00:00", "9999-12-31T23:00"])
def test_simulation_start_year_is_limited(operator: Client, starts_at: str) -> None:
    sydney = builders.site()
    preview = previewed(operator, filled() | simulation(starts_at=starts_at, site=sydney.pk))
    assert preview.problems == ("Start: Enter a year from 2000 to 2999.",)


def test_simulation_starts_at_nine_on_the_sites_day(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = builders.policy(site=builders.site())
    late_in_utc = datetime(2026, 3, 3, 22, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: late_in_utc)
    page = operator.get(reverse("admin:sessions_app_pricingpolicy_change", args=[policy.pk]))
    assert 'value="2026-03-04T09:00"' in page.text


def test_preview_reports_energy_without_a_price(operator: Client) -> None:
    data = filled(NIGHT) | simulation(starts_at="2026-03-03T21:00", charging_minutes=120)
    preview = previewed(operator, data)
    assert preview.free == "6.00 kWh would be free: no component applies."


def test_preview_lists_problems(operator: Client) -> None:
    data = filled(ENERGY, NIGHT | {"position": 1}) | simulation(kwh="")
    preview = previewed(operator, data)
    assert preview.problems == (
        "Component 2, Position: Never applies: component 1 already covers all energy.",
        "Energy, kWh: This field is required.",
    )


def test_preview_of_empty_form_has_no_problems(operator: Client) -> None:
    data = filled({}, description="", currency="", valid_from_0="", valid_from_1="") | simulation()
    preview = previewed(operator, data)
    assert (preview.is_begun, preview.problems) == (False, ())


def test_preview_uses_the_sites_time_zone(operator: Client) -> None:
    perth = builders.site(time_zone="Australia/Perth")
    previews = [previewed(operator, filled(**place) | simulation()) for place in ({}, {"site": perth.pk})]
    assert [preview.zone for preview in previews] == ["UTC", "Australia/Perth"]


def test_preview_of_copy_takes_components_as_new(operator: Client) -> None:
    data = filled(ENERGY | {"id": "", "policy": ""}, initial=1) | simulation()
    preview = previewed(operator, data)
    assert (preview.problems, preview.total) == ((), "$4.20")


def test_preview_lists_problems_of_the_policy(operator: Client) -> None:
    data = filled(currency="ZZZ", valid_to_0="2025-12-31", valid_to_1="00:00:00") | simulation()
    preview = previewed(operator, data)
    assert preview.problems == (
        "Valid to: The end must be after the start.",
        "Currency: ZZZ is not a currency code such as AUD.",
    )


def test_preview_is_for_operators_only(client: Client) -> None:
    client.force_login(builders.manager())
    assert client.post(reverse(PREVIEW, args=[0]), filled()).status_code == 302
