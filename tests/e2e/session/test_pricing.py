"""Why a session cost what it did: the view Pricing & Consumption, and the receipt."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from sessions_app.domain import events
from sessions_app.domain.meter import Reading
from sessions_app.domain.transactions import issued_id
from sessions_app.models import ChargingSession, PricingPolicy
from sessions_app.recording import record
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.browser


@pytest.fixture
def policy(server, transactional_db) -> PricingPolicy:
    return factories.policy(
        {"dimension": "FLAT", "price": Decimal("0.50")},
        {"dimension": "ENERGY", "price": Decimal("0.35")},
        {"dimension": "PARKING_TIME", "price": Decimal("6.00"), "grace_minutes": 10},
        description="Residents",
        audience="tenant",
        tax_percent=Decimal(10),
    )


@pytest.fixture
def priced(policy) -> ChargingSession:
    """Give a tenant's session of 6 kWh in an hour, after which the car has stood for half an hour."""
    station = factories.station("HT-B1-03", at=factories.site("Harbour Towers"))
    tag = factories.id_tag(of=factories.driver("Priya Raman", unit="1204", kind="tenant")).value
    begun = events.Started(station_id=station.pk, at=NOON, connector=1, id_tag=tag, meter_start_wh=Decimal(0))
    [outcome], _ = record([begun])
    where = {"station_id": station.pk, "transaction": issued_id(str(outcome.transaction_id))}
    readings = tuple(
        Reading(at=NOON + timedelta(minutes=minute), register_wh=Decimal(minute * 100), power_w=6_000.0)
        for minute in range(5, 60, 5)
    )
    hour, later = NOON + timedelta(hours=1), NOON + timedelta(minutes=90)
    record(
        [
            events.Measured(at=hour, connector=1, readings=readings, **where),
            events.Stopped(at=hour, meter_stop_wh=Decimal(6_000), reason="Local", **where),
            events.StatusChanged(station_id=station.pk, at=later, received_at=later, connector=1, status="Available"),
        ]
    )
    return ChargingSession.objects.get(pk=outcome.transaction_id)


def _facts(page: Page) -> dict[str, str]:
    rows = page.locator("[data-part=pricing] .facts > div").all_inner_texts()
    return dict(re.split(r"\n+", row, maxsplit=1) for row in rows)


def _bill(page: Page) -> dict[str, list[str]]:
    rows = page.locator(".bill-lines :is(tbody, tfoot) tr").all()
    return {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in rows}


def test_it_says_who_charged_by_which_policy_and_what_each_dimension_cost(visit, priced, policy) -> None:
    page = visit(f"/sessions/{priced.pk}/pricing/")

    facts = _facts(page)
    assert (facts["User"], facts["User ID"], facts["Unit"]) == (
        "Priya Raman",
        priced.driver.reference,
        "1204",
    )
    assert facts["Description"].startswith("Residents")
    assert (facts["Entity type"], facts["Entity ID"]) == ("Tenant", priced.driver.reference)
    assert facts["Since"].startswith("2026-01-01")
    assert _bill(page) == {
        "Energy": ["$0.35 per kWh", "6.000 kWh", "$2.10"],
        "Flat fee": ["$0.50", "", "$0.50"],
        "Inactivity\nafter 10 min": ["$6.00 per hour", "20 m 00 s", "$2.00"],
        "Total": ["$4.60"],
        "of which tax, 10 %": ["$0.42"],
    }
    assert page.locator("[data-cell=price]").inner_text() == "$4.60"
    expect(page.locator(".kept")).to_have_count(0)


def test_its_lines_add_up_to_the_total(visit, priced) -> None:
    page = visit(f"/sessions/{priced.pk}/pricing/")

    amounts = page.locator(".bill-lines tbody td:last-child").all_inner_texts()
    total = page.locator(".bill-lines .total td").inner_text()
    assert sum(Decimal(amount.lstrip("$")) for amount in amounts) == Decimal(total.lstrip("$"))


def test_a_policy_that_was_changed_since_is_told_and_the_old_one_holds(visit, priced, policy) -> None:
    policy.components.filter(dimension="ENERGY").update(price=Decimal("9.00"))
    policy.save()

    page = visit(f"/sessions/{priced.pk}/pricing/")

    expect(page.locator(".kept")).to_contain_text("The policy as it was at the start holds")
    assert _bill(page)["Energy"] == ["$0.35 per kWh", "6.000 kWh", "$2.10"]


def test_the_receipt_opens_from_the_menu_of_a_row_and_prints(visit, priced) -> None:
    page = visit("/sessions/history/")
    page.add_init_script("window.print = () => { window.printed = true; };")
    page.get_by_role("link", name=f"More for session {priced.pk}").click()

    page.locator("#row-menu").get_by_role("link", name="Receipt").click()

    page.wait_for_url(f"**/sessions/{priced.pk}/receipt/")
    assert _bill(page)["Total"] == ["$4.60"]
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("() => window.printed")


def test_on_paper_the_receipt_is_dark_on_white_and_has_no_buttons(visit, priced) -> None:
    page = visit(f"/sessions/{priced.pk}/receipt/", dark=True)
    lightness = "() => getComputedStyle(document.querySelector('h1')).color"
    assert page.evaluate(lightness) == "rgb(231, 234, 236)"

    page.emulate_media(media="print")

    assert page.evaluate(lightness) == "rgb(22, 25, 27)"
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()


def test_the_receipt_has_the_theme_that_was_chosen(visit, priced) -> None:
    page = visit(f"/sessions/{priced.pk}/")
    page.get_by_role("button", name="Switch between light and dark").click()

    page.get_by_role("link", name="Receipt").click()

    expect(page.locator(":root")).to_have_attribute("data-theme", "dark")
