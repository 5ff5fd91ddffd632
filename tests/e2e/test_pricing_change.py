"""A policy change during charging: the session keeps its price, the next session has the new one."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from playwright.sync_api import Page, expect

from sessions_app.models import ChargingSession, PricingPolicy
from tests.e2e.conftest import Complaints, SignIn
from tests.support import builders
from tests.support.serving import Server
from tests.support.station_client import connect_station

HOUR = timedelta(hours=1)


def reprice_in_admin(page: Page, policy: PricingPolicy, price: str) -> None:
    page.goto(f"/admin/sessions_app/pricingpolicy/{policy.pk}/change/")
    page.locator("#id_components-0-price").fill(price)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".success")).to_contain_text("was changed successfully")


def test_session_keeps_its_price_when_policy_changes(signed_in: SignIn, server: Server, complaints: Complaints) -> None:
    site = builders.site("Harbour Towers")
    policy = builders.policy(site=site, tax_percent=Decimal(10))
    began = datetime.now(UTC).replace(microsecond=0) - 3 * HOUR
    office, manager = signed_in(builders.operator()), signed_in(builders.manager(of=[site]))
    with connect_station(server.ws, builders.station("HT-B1-03", at=site)) as station:
        first = station.start(began)
        station.measure(began + HOUR, meter_wh=6_000, power_w=6_000)

        reprice_in_admin(office, policy, "0.50")
        station.measure(began + 2 * HOUR, meter_wh=12_000, power_w=6_000)

        manager.goto(f"/sessions/{first}/pricing/")
        pricing = manager.locator(".pricing")
        expect(pricing).to_contain_text("$0.35 per kWh")
        expect(pricing).to_contain_text("$4.20")
        expect(pricing).to_contain_text("The earlier version still applies.")

        station.stop(began + 2 * HOUR, meter_wh=12_000)
        manager.reload()
        expect(pricing).to_contain_text("$4.20")

        second = station.start(began + 2 * HOUR + timedelta(minutes=5), meter_wh=12_000)
        station.measure(began + 3 * HOUR, meter_wh=18_000, power_w=6_000)
        manager.goto(f"/sessions/{second}/pricing/")
        expect(pricing).to_contain_text("$0.50 per kWh")
        expect(pricing).to_contain_text("$3.00")
        expect(pricing).not_to_contain_text("earlier version")
    prices = ChargingSession.objects.order_by("pk").values_list("price", flat=True)
    assert list(prices) == [Decimal("4.20"), Decimal("3.00")]
    # Django's own admin scripts set style attributes, which the CSP blocks without harm.
    complaints.expect("inline style")
