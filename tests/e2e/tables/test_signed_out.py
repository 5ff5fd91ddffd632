"""A sign-in that expires while the page is open: the browser goes to sign-in and returns."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Complaints, SignIn
from tests.support import builders


def search(page: Page) -> None:
    page.locator("#q").press_sequentially("priya")


def sort(page: Page) -> None:
    page.get_by_role("link", name="Price", exact=True).click()


def open_filters(page: Page) -> None:
    page.locator("summary", has_text="Filters").click()


def open_session(page: Page) -> None:
    page.get_by_role("link", name=re.compile("View session")).first.click()


def expand(page: Page) -> None:
    page.locator("tr[data-session] .c-station").first.click()


@pytest.mark.parametrize("act", [search, sort, open_filters, open_session, expand])
def test_expired_session_leads_to_sign_in_and_back(
    signed_in: SignIn, complaints: Complaints, act: Callable[[Page], None]
) -> None:
    builders.session(driver=builders.driver("Priya Raman"))
    page = signed_in(builders.operator())
    page.goto("/sessions/history/?kind=tenant")
    expect(page.locator(".summary")).to_be_visible()
    page.context.clear_cookies(name="sessionid")

    act(page)

    expect(page).to_have_url(re.compile(r"/sign-in/\?next=/sessions/history/%3Fkind%3Dtenant$"))
    expect(page.locator(".sign-in")).to_have_count(1)
    expect(page.locator("#list")).to_have_count(0)
    page.fill("[name=username]", "olga")
    page.fill("[name=password]", "secret-of-the-tests")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-session]")).to_have_count(1)
    complaints.expect("401")
