"""The keys play a finished session, wherever the focus is."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.session.page_checks import WHOLE, cell, said

pytestmark = pytest.mark.browser


def playing(page: Page) -> Locator:
    return page.get_by_role("button", name="Pause")


def test_the_keys_play_as_soon_as_it_is_open(opened) -> None:
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
def test_arrows_step_wherever_the_focus_is(opened, role, name) -> None:
    opened.get_by_role(role, name=name).focus()

    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("ArrowRight")

    assert cell(opened, "duration").inner_text() == "2 m 00 s"


def test_after_a_click_on_play_space_pauses_once_and_arrows_step(opened) -> None:
    opened.get_by_role("button", name="Play").click()
    opened.keyboard.press("Space")
    expect(playing(opened)).to_be_hidden()
    opened.keyboard.press("Home")

    opened.keyboard.press("ArrowRight")

    assert cell(opened, "duration").inner_text() == "1 m 00 s"


def test_the_space_bar_ticks_a_series_and_the_speed_has_its_arrows(opened) -> None:
    limit, speed = opened.get_by_label("Grid Limit (A)"), opened.get_by_label("Speed")

    limit.press("Space")
    speed.press("ArrowDown")

    expect(limit).not_to_be_checked()
    expect(speed).to_have_value("600")
    assert said(opened) == WHOLE


def test_alone_on_a_page_the_keys_play_with_the_focus_nowhere(alone) -> None:
    page = alone()

    page.keyboard.press("ArrowRight")

    assert cell(page, "duration").inner_text() == "1 m 00 s"


def test_an_expanded_row_with_the_focus_has_the_keys(visit, session) -> None:
    page = visit("/sessions/history/")
    page.locator(f"tr[data-session='{session.pk}'] [data-cell=station]").click()
    row = page.locator("tr.expansion")
    row.locator("[data-graph][data-count]").wait_for()
    row.get_by_role("button", name="Play").focus()

    page.keyboard.press("ArrowRight")

    assert row.locator("[data-playback-moment]").inner_text().startswith("3 Mar 23:01:00 AEDT")
