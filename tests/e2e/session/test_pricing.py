"""How a price is explained: the view Pricing & Consumption, and the receipt."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sessions_app.domain import events
from sessions_app.domain.meter import Reading
from sessions_app.domain.transactions import issued_id
from sessions_app.models import ChargingSession, PricingPolicy
from sessions_app.recording import record
from tests.e2e.session.conftest import Visit
from tests.support import builders
from tests.support.builders import NOON
from tests.support.serving import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def policy(server: Server, transactional_db: None) -> PricingPolicy:
    return builders.policy(
        {"dimension": "FLAT", "price": Decimal("0.50")},
        {"dimension": "ENERGY", "price": Decimal("0.35")},
        {"dimension": "PARKING_TIME", "price": Decimal("6.00"), "grace_minutes": 10},
        description="Residents",
        audience="tenant",
        tax_percent=Decimal(10),
    )


@pytest.fixture
def priced(policy: PricingPolicy) -> ChargingSession:
    """Give a tenant's session: 6 kWh in an hour, then half an hour idle."""
    station = builders.station("HT-B1-03", at=builders.site("Harbour Towers"))
    tag = builders.id_tag(of=builders.driver("Priya Raman", unit="1204", kind="tenant")).value
    start = events.Started(station_id=station.pk, at=NOON, connector=1, id_tag=tag, meter_start_wh=Decimal(0))
    [outcome], _ = record([start])
    ids: dict[str, Any] = {"station_id": station.pk, "transaction": issued_id(str(outcome.transaction_id))}
    readings = tuple(
        Reading(at=NOON + timedelta(minutes=minute), register_wh=Decimal(minute * 100), power_w=6_000.0)
        for minute in range(5, 60, 5)
    )
    hour, later = NOON + timedelta(hours=1), NOON + timedelta(minutes=90)
    record(
        [
            events.Measured(at=hour, connector=1, readings=readings, **ids),
            events.Stopped(at=hour, meter_stop_wh=Decimal(6_000), reason="Local", **ids),
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


def test_price_view_shows_driver_policy_and_lines(visit: Visit, priced: ChargingSession, policy: PricingPolicy) -> None:
    page = visit(f"/sessions/{priced.pk}/pricing/")
    assert priced.driver

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
        "Includes 10 % tax": ["$0.42"],
    }
    assert page.locator("[data-cell=price]").inner_text() == "$4.60"
    expect(page.locator(".price-note")).to_have_count(0)


def test_price_lines_add_up_to_the_total(visit: Visit, priced: ChargingSession) -> None:
    page = visit(f"/sessions/{priced.pk}/pricing/")

    amounts = page.locator(".bill-lines tbody td:last-child").all_inner_texts()
    total = page.locator(".bill-lines .total td").inner_text()
    assert sum(Decimal(amount.lstrip("$")) for amount in amounts) == Decimal(total.lstrip("$"))


def test_policy_changed_since_start_is_mentioned(visit: Visit, priced: ChargingSession, policy: PricingPolicy) -> None:
    policy.components.filter(dimension="ENERGY").update(price=Decimal("9.00"))
    policy.save()

    page = visit(f"/sessions/{priced.pk}/pricing/")

    expect(page.locator(".price-note")).to_contain_text("The earlier version still applies")
    assert _bill(page)["Energy"] == ["$0.35 per kWh", "6.000 kWh", "$2.10"]


def test_receipt_opens_from_row_menu_and_prints(visit: Visit, priced: ChargingSession) -> None:
    page = visit("/sessions/history/")
    page.add_init_script("window.print = () => { window.printed = true; };")
    page.get_by_role("link", name=f"More for session {priced.pk}").click()

    page.locator("#row-menu").get_by_role("link", name="Receipt").click()

    page.wait_for_url(f"**/sessions/{priced.pk}/receipt/")
    assert _bill(page)["Total"] == ["$4.60"]
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("() => window.printed")


def test_printed_receipt_is_dark_on_white_without_buttons(visit: Visit, priced: ChargingSession) -> None:
    page = visit(f"/sessions/{priced.pk}/receipt/", dark=True)
    lightness = "() => getComputedStyle(document.querySelector('h1')).color"
    assert page.evaluate(lightness) == "rgb(231, 234, 236)"

    page.emulate_media(media="print")

    assert page.evaluate(lightness) == "rgb(22, 25, 27)"
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()


def test_receipt_keeps_the_chosen_theme(visit: Visit, priced: ChargingSession) -> None:
    page = visit(f"/sessions/{priced.pk}/")
    page.get_by_role("button", name="Switch between light and dark").click()

    page.get_by_role("link", name="Receipt").click()

    expect(page.locator(":root")).to_have_attribute("data-theme", "dark")
