"""What an operator enters for insights: limits, costs of electricity, planned downtime."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from sessions_app.models import ElectricityCost, PlannedDowntime, Site
from tests.admin.forms import rows, station_form
from tests.support import builders

pytestmark = pytest.mark.django_db

DAY_RATE = {"valid_from": "2026-07-01", "days": list("12345"), "time_from": "07:00", "time_to": "22:00"}
NIGHT_RATE = {"valid_from": "2026-07-01", "days": list("12345"), "time_from": "22:00", "time_to": "07:00"}
WEEKEND_RATE = {"valid_from": "2026-07-01", "days": list("67")}


def address(thing: Model) -> str:
    return reverse(f"admin:sessions_app_{thing._meta.model_name}_change", args=[thing.pk])


def site_form(site: Site, *costs: Mapping[str, object], **changed: object) -> dict[str, object]:
    return {
        "company": site.company_id,
        "name": site.name,
        "time_zone": site.time_zone,
        **rows("areas"),
        **rows("memberships"),
        **rows("electricity_costs", *({"price_per_kwh": "0.22", **cost} for cost in costs)),
        **changed,
    }


def inline_errors(answer: Any) -> list[dict[str, list[str]]]:
    assert answer.status_code == 200
    return [error for formset in answer.context["inline_admin_formsets"] for error in formset.formset.errors if error]


def test_limit_is_entered_in_kw_and_kept_in_w(operator: Client) -> None:
    site = builders.site()

    operator.post(address(site), site_form(site, limit_w="150.5", demand_interval_min="15"))

    site.refresh_from_db()
    assert (site.limit_w, site.limit_a, site.demand_interval_min) == (150_500, None, 15)
    assert 'value="150.5"' in operator.get(address(site)).content.decode()


def test_limit_of_area_is_entered_in_amperes(operator: Client) -> None:
    area = builders.area()

    operator.post(address(area), {"site": area.site_id, "name": "B1", "limit_a": "63", **rows("stations")})

    area.refresh_from_db()
    assert (area.limit_a, area.limit_w, area.demand_interval_min) == (63, None, None)


@pytest.mark.parametrize("limits", [{"limit_w": "0"}, {"limit_w": "nan"}, {"limit_w": "1e9"}, {"limit_w": "x"}])
def test_impossible_limit_is_refused(operator: Client, limits: dict[str, str]) -> None:
    site = builders.site()

    answer = operator.post(address(site), site_form(site, **limits))

    assert list(answer.context["adminform"].form.errors) == ["limit_w"]


def test_limit_in_both_units_is_refused(operator: Client) -> None:
    site = builders.site()

    answer = operator.post(address(site), site_form(site, limit_w="100", limit_a="63"))

    assert answer.context["adminform"].form.errors == {"limit_w": ["Enter the limit in A or in kW, not both."]}


def test_costs_are_entered_in_the_companys_currency(operator: Client) -> None:
    site = builders.site(of=builders.company(currency="NZD"))

    answer = operator.post(address(site), site_form(site, DAY_RATE, NIGHT_RATE, WEEKEND_RATE))

    assert answer.status_code == 302
    assert ElectricityCost.objects.count() == 3
    cost = ElectricityCost.objects.get(time_from=time(7))
    assert (cost.days, cost.time_to, cost.valid_from) == ("12345", time(22), date(2026, 7, 1))
    assert (cost.price_per_kwh, cost.currency) == (Decimal("0.22"), "NZD")


@pytest.mark.parametrize(
    "other",
    [
        {"valid_from": "2026-07-01"},
        {**DAY_RATE, "days": ["5", "6"]},
        {**DAY_RATE, "time_from": "21:59", "time_to": "23:00"},
        {**DAY_RATE, "time_from": "", "time_to": "07:01"},
    ],
)
def test_costs_that_overlap_are_refused(operator: Client, other: dict[str, object]) -> None:
    site = builders.site()

    answer = operator.post(address(site), site_form(site, DAY_RATE, other))

    assert inline_errors(answer) == [{"time_from": ["Another cost from the same day applies at these times, too."]}]
    assert not ElectricityCost.objects.exists()


def test_costs_from_a_later_day_may_overlap(operator: Client) -> None:
    site = builders.site()

    operator.post(address(site), site_form(site, DAY_RATE, {**DAY_RATE, "valid_from": "2027-07-01"}))

    assert ElectricityCost.objects.count() == 2


def downtime(**changed: str) -> dict[str, object]:
    filled = {"from_at_0": "2026-07-01", "from_at_1": "08:00", "to_at_0": "", "to_at_1": "", "reason": "New cable"}
    return rows("planned_downtimes", filled | changed)


def test_downtime_of_station_is_in_site_time(operator: Client) -> None:
    station = builders.station(at=builders.site(time_zone="Australia/Lord_Howe"), connectors=0)
    form = station_form(station.site_area, **rows("connectors"))

    answer = operator.post(address(station), form | downtime(to_at_0="2026-07-01", to_at_1="12:00"))

    assert answer.status_code == 302
    planned = PlannedDowntime.objects.get()
    assert (planned.station, planned.connector, planned.reason) == (station, None, "New cable")
    assert planned.from_at == datetime(2026, 6, 30, 21, 30, tzinfo=UTC)
    assert planned.to_at == datetime(2026, 7, 1, 1, 30, tzinfo=UTC)
    page = operator.get(address(station)).content.decode()
    assert 'value="08:00"' in page
    assert "Time in Australia/Lord_Howe." in page


def test_downtime_of_connector_lasts_until_further_notice(operator: Client) -> None:
    connector = builders.station(connectors=1).connectors.get()

    operator.post(address(connector), {"max_power_w": 7400, "phases": 1} | downtime())

    planned = PlannedDowntime.objects.get()
    assert (planned.station, planned.connector, planned.to_at) == (None, connector, None)


def test_unchanged_downtime_is_kept(operator: Client) -> None:
    connector = builders.station(connectors=1).connectors.get()
    planned = PlannedDowntime.objects.create(connector=connector, from_at=builders.NOON, reason="Cable")
    page = operator.get(address(connector))
    shown = page.context["inline_admin_formsets"][0].formset.forms[0].initial["from_at"]
    row = {"id": planned.pk, "from_at_0": f"{shown:%Y-%m-%d}", "from_at_1": f"{shown:%H:%M}", "reason": "Plug"}
    form = rows("planned_downtimes", row | {"connector": connector.pk}, initial=1)

    operator.post(address(connector), {"max_power_w": 7400, "phases": 1} | form)

    planned.refresh_from_db()
    assert (planned.from_at, planned.reason) == (builders.NOON, "Plug")


def test_downtime_that_ends_before_it_begins_is_refused(operator: Client) -> None:
    connector = builders.station(connectors=1).connectors.get()
    form = {"max_power_w": 7400, "phases": 1} | downtime(to_at_0="2026-07-01", to_at_1="08:00")

    answer = operator.post(address(connector), form)

    assert inline_errors(answer) == [{"to_at": ["It ends before it begins."]}]
