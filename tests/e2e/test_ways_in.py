"""The pages at the edge: sign-in and errors, in both themes, on a desk and on a phone."""

import pytest
from playwright.sync_api import Page, expect

from tests import factories

LOOKS = [
    pytest.param({"dark": dark, "width": width}, id=f"{'dark' if dark else 'light'} {width}")
    for dark in (False, True)
    for width in (1440, 390)
]


@pytest.mark.parametrize("look", LOOKS)
def test_it_asks_for_sign_in_and_goes_on_to_the_page_asked_for(open_page, axe, look) -> None:
    factories.manager("dana", of=[factories.site()])
    page: Page = open_page(**look)

    page.goto("/sessions/history/")
    axe(page)
    page.get_by_label("User name").fill("dana")
    page.get_by_label("Password").fill("secret-of-the-tests")
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url("/sessions/history/")


def test_it_says_that_name_and_password_do_not_belong_together(page: Page) -> None:
    factories.manager("dana")
    page.goto("/sign-in/")

    page.get_by_label("User name").fill("dana")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_contain_text("is incorrect")
    expect(page.get_by_label("User name")).to_have_value("dana")


@pytest.mark.parametrize("look", LOOKS)
def test_it_shows_an_error_in_the_same_look(signed_in, axe, complaints, look) -> None:
    page: Page = signed_in(factories.manager(), **look)

    page.goto("/nowhere/")

    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    axe(page)
    assert all("404" in complaint for complaint in complaints)
    complaints.clear()
    page.get_by_role("link", name="Go to Charging Sessions").click()
    expect(page).to_have_url("/sessions/in-progress/")
