"""Sign-in and error pages, in both themes, on a desktop and on a phone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import AxeCheck, Complaints, OpenPage, SignIn
from tests.support import builders

LOOKS = [
    pytest.param({"dark": dark, "width": width}, id=f"{'dark' if dark else 'light'} {width}")
    for dark in (False, True)
    for width in (1440, 390)
]


@pytest.mark.parametrize("look", LOOKS)
def test_sign_in_continues_to_the_requested_page(open_page: OpenPage, axe: AxeCheck, look: dict[str, Any]) -> None:
    builders.manager(of=[builders.site()])
    page = open_page(**look)

    page.goto("/sessions/history/")
    axe(page)
    page.get_by_label("User name").fill("dana")
    page.get_by_label("Password").fill("secret-of-the-tests")
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url("/sessions/history/")


def test_wrong_password_is_reported(page: Page) -> None:
    builders.manager()
    page.goto("/sign-in/")

    page.get_by_label("User name").fill("dana")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_contain_text("is incorrect")
    expect(page.get_by_label("User name")).to_have_value("dana")


@pytest.mark.parametrize("look", LOOKS)
def test_error_page_has_the_site_look(
    signed_in: SignIn, axe: AxeCheck, complaints: Complaints, look: dict[str, Any]
) -> None:
    page = signed_in(builders.manager(), **look)

    page.goto("/nowhere/")

    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    axe(page)
    assert all("404" in complaint for complaint in complaints)
    complaints.clear()
    page.get_by_role("link", name="Go to Charging Sessions").click()
    expect(page).to_have_url("/sessions/in-progress/")
