"""The server and browser fixtures work as the other tests expect."""

from playwright.sync_api import Page

from tests.e2e.conftest import AxeCheck, Complaints, SignIn
from tests.support import builders


def test_admin_asks_for_sign_in(page: Page) -> None:
    page.goto("/admin/")

    assert "log in" in page.title().lower()


def test_signed_in_fixture_skips_the_form(signed_in: SignIn, axe: AxeCheck) -> None:
    page = signed_in(builders.operator(), dark=True, width=390)

    page.goto("/admin/")

    assert page.get_by_text("Sites, people and prices").is_visible()
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")


def test_csp_violation_is_reported_as_complaint(page: Page, complaints: Complaints) -> None:
    page.goto("/admin/")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")

    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in complaint for complaint in complaints)
    complaints.clear()
