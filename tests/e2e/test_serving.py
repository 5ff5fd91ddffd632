"""The server and the browser of the other tests do what those rely on."""

from playwright.sync_api import Page

from tests.support import builders


def test_it_opens_a_page_that_asks_for_sign_in(page: Page) -> None:
    page.goto("/admin/")

    assert "log in" in page.title().lower()


def test_it_signs_a_manager_in_without_the_form(signed_in, axe) -> None:
    page = signed_in(builders.operator(), dark=True, width=390)

    page.goto("/admin/")

    assert page.get_by_text("Sites, people and prices").is_visible()
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")


def test_it_reports_what_the_content_security_policy_refused(page: Page, complaints: list[str]) -> None:
    page.goto("/admin/")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")

    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in complaint for complaint in complaints)
    complaints.clear()
