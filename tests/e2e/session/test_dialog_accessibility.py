"""The session dialog is accessible and fits a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from sessions_app.models import ChargingSession
from tests.e2e.conftest import AxeCheck
from tests.e2e.session.conftest import Visit
from tests.e2e.session.page_checks import open_dialog
from tests.support import builders

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("address", ["", "pricing/", "receipt/"])
def test_session_page_is_accessible(
    visit: Visit, session: ChargingSession, axe: AxeCheck, address: str, dark: bool
) -> None:
    page = visit(f"/sessions/{session.pk}/{address}", dark=dark)
    if not address:
        page.locator("[data-graph][data-count]").wait_for()

    axe(page)


def test_dialog_fits_a_phone(visit: Visit, session: ChargingSession) -> None:
    page = visit("/sessions/history/", width=390, height=844)
    open_dialog(page, session)

    assert page.evaluate("() => document.querySelector('dialog').scrollWidth") <= 390


def _in_its_price(page: Page) -> None:
    page.get_by_role("link", name="Pricing & Consumption").click()
    page.get_by_role("heading", name="Pricing policy").wait_for()


def _in_the_middle(page: Page) -> None:
    page.keyboard.press("Home")
    for _ in range(45):
        page.keyboard.press("ArrowRight")
    page.locator("[data-playing]").wait_for()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("look", [open_dialog, _in_its_price, _in_the_middle])
def test_open_dialog_is_accessible(
    visit: Visit, session: ChargingSession, axe: AxeCheck, look: Callable[..., None], width: int
) -> None:
    page = visit("/sessions/history/", width=width, height=844)
    open_dialog(page, session)

    if look is not open_dialog:
        look(page)

    axe(page)
    expect(page.get_by_role("dialog", name=f"Session {session.pk}")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_open_dialog_of_live_session_is_accessible(
    visit: Visit, session: ChargingSession, axe: AxeCheck, width: int
) -> None:
    live = builders.session(on=session.station, connector=2, lasted=None)
    builders.readings(live, [7200.0] * 5)
    page = visit("/sessions/in-progress/", width=width, height=844)
    open_dialog(page, live)
    page.locator("[data-feed=live]").wait_for()

    axe(page)
