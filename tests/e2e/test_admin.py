"""The admin works in a browser under the site's own content security policy."""

import re

import pytest
from playwright.sync_api import expect

from sessions_app import models
from tests.admin.test_pages import MODELS, address, create_one_of_each
from tests.e2e.conftest import AxeCheck, Complaints, SignIn
from tests.support import builders


def test_every_admin_page_respects_the_csp(signed_in: SignIn) -> None:
    create_one_of_each()
    page = signed_in(builders.operator())

    for model in MODELS:
        page.goto(address(model, "changelist"))
        page.goto(address(model, "change", model._default_manager.values_list("pk", flat=True)[0]))

    expect(page.locator("#content")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_session_page_is_accessible(signed_in: SignIn, axe: AxeCheck, complaints: Complaints, dark: bool) -> None:
    session = builders.session()
    builders.readings(session, [7_200.0] * 3)
    page = signed_in(builders.operator(), dark=dark, width=390)

    page.goto(address(models.ChargingSession, "change", session.pk))

    expect(page.get_by_role("region", name="Meter samples")).to_contain_text("7.20 kW")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert not complaints
    axe(page)
    complaints.clear()  # axe sets a style attribute on an element


def test_site_area_field_suggests_while_typing(signed_in: SignIn) -> None:
    builders.area(builders.site("Harbour Towers"), "Basement 1")
    page = signed_in(builders.operator())
    page.goto(address(models.ChargingStation, "add"))

    page.locator(".field-site_area .select2-selection").click()
    page.locator(".select2-search__field").fill("harb")
    page.get_by_role("option", name=re.compile("Harbour Towers · Basement 1")).click()
    page.get_by_label("Identity").fill("HT-B1-03")
    page.get_by_label("Password:").fill("long and random")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator(".messagelist")).to_contain_text("was added successfully")


def test_action_accepts_a_pending_station(signed_in: SignIn) -> None:
    area = builders.area(builders.site("Harbour Towers"), "Basement 1")
    models.PendingStation.objects.create(identity="CP-9", first_at=builders.NOON, last_at=builders.NOON)
    page = signed_in(builders.operator())
    page.goto(address(models.PendingStation, "changelist"))

    page.locator("#result_list tbody input[type=checkbox]").check()
    page.locator("select[name=action]").select_option("let_in")
    page.locator("select[name=site_area]").select_option(str(area.pk))
    page.get_by_role("button", name="Go", exact=True).click()

    expect(page.locator(".messagelist")).to_contain_text("CP-9 was registered at Harbour Towers · Basement 1")
    expect(page.locator("#result_list")).to_have_count(0)
