"""The policy form previews its description and the price of a simulated session."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Route, expect

from sessions_app.models import PricingPolicy
from tests.e2e.conftest import AxeCheck, Complaints, SignIn
from tests.recording.test_repricing import charged, costs
from tests.support import builders

ADD = "/admin/sessions_app/pricingpolicy/add/"


def test_preview_follows_the_form_and_saves_nothing(signed_in: SignIn, complaints: Complaints) -> None:
    page = signed_in(builders.operator())
    page.goto(ADD)
    page.get_by_label("Currency").fill("AUD")
    page.locator("#id_components-0-dimension").select_option("ENERGY")
    page.locator("#id_components-0-price").fill("0.35")
    result = page.locator("[data-preview-result]")

    expect(result).to_contain_text("$0.35 per kWh")
    expect(result).to_contain_text("$4.20")
    page.locator("#id_trial-kwh").fill("20")
    expect(result).to_contain_text("$7.00")

    violations = Axe().run(page, ".policy-preview").response["violations"]
    assert not [each["id"] for each in violations if each["impact"] in {"serious", "critical"}]
    assert not PricingPolicy.objects.exists()
    # Django's own scripts set style attributes, which the CSP blocks without harm; axe fetches style
    # sheets again and resolves their imports against the page's address.
    complaints.expect("inline style", "widgets.css")


@pytest.mark.parametrize(
    "fail",
    [lambda route: route.fulfill(status=403), lambda route: route.abort()],
    ids=["signed out", "no server"],
)
def test_failed_preview_removes_the_old_price(
    signed_in: SignIn, complaints: Complaints, fail: Callable[[Route], None]
) -> None:
    page = signed_in(builders.operator())
    page.goto(f"/admin/sessions_app/pricingpolicy/{builders.policy().pk}/change/")
    result = page.locator("[data-preview-result]")
    expect(result).to_contain_text("$4.20")

    page.route("**/preview/", fail)
    page.locator("#id_trial-kwh").fill("20")
    expect(result).to_have_text("No preview: the server did not answer. Are you still signed in?")

    page.unroute("**/preview/")
    page.get_by_role("button", name="Preview without saving").click()
    expect(result).to_contain_text("$7.00")
    complaints.expect("inline style", "Failed to load resource")


def test_component_shows_fields_of_its_dimension(signed_in: SignIn, complaints: Complaints) -> None:
    page = signed_in(builders.operator())
    page.goto(ADD)
    result, dimension = page.locator("[data-preview-result]"), page.locator("#id_components-0-dimension")
    expect(result).to_contain_text("Add a currency and a component")
    expect(result.locator(".errorlist")).to_have_count(0)
    grace, blocks = (page.locator(f"#id_components-0-{name}") for name in ("grace_minutes", "step_size"))

    expect(grace).to_be_hidden()
    dimension.select_option("PARKING_TIME")
    grace.fill("30")
    expect(blocks.locator("xpath=../..")).to_contain_text("In seconds. 1 is exact.")
    dimension.select_option("ENERGY")
    expect(grace).to_be_hidden()
    expect(grace).to_have_value("0")
    expect(blocks.locator("xpath=../..")).to_contain_text("In Wh. 1 is exact.")
    dimension.select_option("FLAT")
    expect(blocks).to_be_hidden()
    page.get_by_text("Add another Price component").click()
    expect(page.locator("#id_components-1-grace_minutes")).to_be_hidden()
    complaints.expect("inline style")


def test_time_zone_label_follows_the_site(signed_in: SignIn, complaints: Complaints) -> None:
    builders.site("Rottnest Quay", time_zone="Australia/Perth")
    page = signed_in(builders.operator())
    page.goto(ADD)
    valid_from = page.locator(".fieldBox.field-valid_from").locator("xpath=..")
    expect(valid_from).to_contain_text("Time in UTC")

    page.locator(".fieldBox.field-site .select2-selection").click()
    page.locator("li[role=option]", has_text="Rottnest Quay").click()

    expect(valid_from).to_contain_text("Time in Australia/Perth")
    complaints.expect("inline style")


@pytest.mark.parametrize("width", [1300, 390])
def test_repricing_fits_window_and_previews_other_policy(signed_in: SignIn, axe: AxeCheck, width: int) -> None:
    site = builders.site("Harbour Towers, Tower 1 and Tower 2 with the car park under the gardens")
    residents = builders.policy(site=site, description="Residents of both towers and of the gardens")
    builders.policy({"dimension": "FLAT", "price": 3}, site=site, audience="staff", description="Goodwill")
    charged(builders.station(at=site))
    costs(residents, "0.50")
    page = signed_in(builders.operator(), width=width)
    page.goto("/admin/sessions_app/chargingsession/")
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("reprice")
    page.get_by_role("button", name="Go", exact=True).click()

    expect(page.locator(".breadcrumbs")).to_contain_text("Charging sessions › Reprice")
    page.wait_for_load_state()  # its width depends on its style sheets
    assert page.evaluate("document.documentElement.scrollWidth") == width
    axe(page)
    goodwill = page.locator("select[name=policy] option", has_text="Goodwill").get_attribute("value")
    page.locator("select[name=policy]").select_option(goodwill)
    page.get_by_role("button", name="Reprice 1 session").click()

    expect(page.locator(".messagelist")).to_contain_text("Prices have changed since the preview. Check them again.")
    expect(page.locator(".policy-preview tbody")).to_contain_text("Policy is for another audience")
    page.get_by_role("button", name="Reprice 1 session").click()
    expect(page.locator(".messagelist")).to_contain_text("Repriced 1 of 1 session.")
