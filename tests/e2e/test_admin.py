"""The admin works in a browser under the site's own content security policy."""

import re

import pytest
from playwright.sync_api import expect

from sessions_app import models
from tests import factories
from tests.admin.test_pages import OURS, address, one_of_everything


def test_it_opens_every_page_with_nothing_refused_by_the_policy(signed_in) -> None:
    one_of_everything()
    page = signed_in(factories.operator())

    for model in OURS:
        page.goto(address(model, "changelist"))
        page.goto(address(model, "change", model.objects.first().pk))

    expect(page.locator("#content")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_a_session_is_readable_for_everyone(signed_in, axe, complaints: list[str], dark: bool) -> None:
    session = factories.session()
    factories.readings(session, [7_200.0] * 3)
    page = signed_in(factories.operator(), dark=dark, width=390)

    page.goto(address(models.ChargingSession, "change", session.pk))

    expect(page.get_by_role("region", name="Meter samples")).to_contain_text("7.20 kW")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert not complaints
    axe(page)
    complaints.clear()  # axe gives an element a style to look at it


def test_it_offers_site_areas_as_they_are_typed(signed_in) -> None:
    factories.area(factories.site("Harbour Towers"), "Basement 1")
    page = signed_in(factories.operator())
    page.goto(address(models.ChargingStation, "add"))

    page.locator(".field-site_area .select2-selection").click()
    page.locator(".select2-search__field").fill("harb")
    page.get_by_role("option", name=re.compile("Harbour Towers · Basement 1")).click()
    page.get_by_label("Identity").fill("HT-B1-03")
    page.get_by_label("Password:").fill("long and random")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator(".messagelist")).to_contain_text("was added successfully")


def test_it_lets_a_knocking_station_in(signed_in) -> None:
    area = factories.area(factories.site("Harbour Towers"), "Basement 1")
    models.KnockingStation.objects.create(identity="CP-9", first_at=factories.NOON, last_at=factories.NOON)
    page = signed_in(factories.operator())
    page.goto(address(models.KnockingStation, "changelist"))

    page.locator("#result_list tbody input[type=checkbox]").check()
    page.locator("select[name=action]").select_option("let_in")
    page.locator("select[name=site_area]").select_option(str(area.pk))
    page.get_by_role("button", name="Go", exact=True).click()

    expect(page.locator(".messagelist")).to_contain_text("CP-9 was registered at Harbour Towers · Basement 1")
    expect(page.locator("#result_list")).to_have_count(0)
