"""The keys that play back a finished session, from any focus."""

from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from sessions_app.models import ChargingSession
from tests.e2e.session.conftest import OpenAlone, Visit
from tests.e2e.session.page_checks import WHOLE, cell, header_texts

pytestmark = pytest.mark.browser


def playing(page: Page) -> Locator:
    return page.get_by_role("button", name="Pause")


def test_keys_work_as_soon_as_dialog_opens(opened: Page) -> None:
    expect(opened.locator("dialog h1")).to_be_focused()

    for _ in range(50):
        opened.keyboard.press("ArrowRight")
    assert cell(opened, "duration").inner_text() == "50 m 00 s"
    opened.keyboard.press("ArrowLeft")
    assert cell(opened, "duration").inner_text() == "49 m 00 s"
    opened.keyboard.press("Space")
    playing(opened).wait_for()
    opened.keyboard.press("Space")
    expect(playing(opened)).to_be_hidden()


@pytest.mark.parametrize(("role", "name"), [("button", "Play"), ("link", "Receipt"), ("checkbox", "Grid Limit (A)")])
def test_arrows_step_from_any_focus(opened: Page, role: Literal["button", "link", "checkbox"], name: str) -> None:
    opened.get_by_role(role, name=name).focus()

    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("ArrowRight")

    assert cell(opened, "duration").inner_text() == "2 m 00 s"


def test_space_pauses_once_after_click_on_play(opened: Page) -> None:
    opened.get_by_role("button", name="Play").click()
    opened.keyboard.press("Space")
    expect(playing(opened)).to_be_hidden()
    opened.keyboard.press("Home")

    opened.keyboard.press("ArrowRight")

    assert cell(opened, "duration").inner_text() == "1 m 00 s"


def test_controls_keep_their_own_keys(opened: Page) -> None:
    limit, speed = opened.get_by_label("Grid Limit (A)"), opened.get_by_label("Speed")

    limit.press("Space")
    speed.press("ArrowDown")

    expect(limit).not_to_be_checked()
    expect(speed).to_have_value("600")
    assert header_texts(opened) == WHOLE


def test_keys_work_on_own_page_without_focus(alone: OpenAlone) -> None:
    page = alone()

    page.keyboard.press("ArrowRight")

    assert cell(page, "duration").inner_text() == "1 m 00 s"


def test_keys_work_in_focused_expanded_row(visit: Visit, session: ChargingSession) -> None:
    page = visit("/sessions/history/")
    page.locator(f"tr[data-session='{session.pk}'] [data-cell=station]").click()
    row = page.locator("tr.expansion")
    row.locator("[data-graph][data-count]").wait_for()
    row.get_by_role("button", name="Play").focus()

    page.keyboard.press("ArrowRight")

    assert row.locator("[data-playback-moment]").inner_text().startswith("3 Mar 23:01:00 AEDT")
