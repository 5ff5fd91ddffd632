"""The tables without a mouse: the focus is never lost and moves as expected."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import SignIn
from tests.e2e.tables.conftest import Watch
from tests.support import builders
from tests.support.serving import Server
from tests.support.station_client import Station


@pytest.fixture
def history(server: Server, signed_in: SignIn) -> Page:
    """Give History with three sessions."""
    station = builders.station("HT-B1-03", at=builders.site("Harbour Towers"))
    for name in ("Ada Alpha", "Ben Beta", "Cleo Gamma"):
        builders.session(on=station, driver=builders.driver(name))
    page = signed_in(builders.operator())
    page.goto("/sessions/history/")
    expect(page.locator(".summary")).to_be_visible()
    return page


def rows(page: Page) -> Locator:
    return page.locator("tr[data-session]")


def test_heading_keeps_focus_when_it_sorts(history: Page) -> None:
    heading = history.get_by_role("link", name="Consumption")
    heading.focus()

    history.keyboard.press("Enter")

    expect(history.locator("th.c-consumption")).to_have_attribute("aria-sort", "ascending")
    expect(heading).to_be_focused()


def test_focus_moves_to_next_chip_then_to_table(history: Page) -> None:
    history.goto("/sessions/history/?kind=tenant&kind=visitor")
    history.get_by_role("link", name="Tenant , remove").focus()

    history.keyboard.press("Enter")
    expect(history.get_by_role("link", name="Visitor , remove")).to_be_focused()
    history.keyboard.press("Enter")

    expect(rows(history)).to_have_count(3)
    expect(history.locator(".table-frame")).to_be_focused()
    history.keyboard.press("ArrowDown")
    expect(rows(history).first).to_be_focused()


@pytest.mark.parametrize("control", ["View session", "More for session", "Graph of session"])
def test_arrows_move_between_rows_from_their_controls(history: Page, control: str) -> None:
    rows(history).nth(1).get_by_label(control).focus()

    history.keyboard.press("ArrowDown")
    expect(rows(history).nth(2)).to_be_focused()
    history.keyboard.press("Home")
    expect(rows(history).nth(0)).to_be_focused()


def test_escape_closes_the_focused_graph(history: Page) -> None:
    rows(history).nth(1).focus()
    history.keyboard.press("Space")
    history.locator("tr.expansion").get_by_label("Energy Delivered").focus()

    history.keyboard.press("Escape")

    expect(history.locator("tr.expansion")).to_have_count(0)
    expect(rows(history).nth(1)).to_be_focused()


def test_confirmation_takes_focus_and_escape_returns_it(watch: Watch, charging: Station, other: Station) -> None:
    page = watch()
    more = page.get_by_role("link", name=f"More for session {charging.transaction}")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Stop charging")).to_be_focused()

    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stop charging")).to_be_focused()
    other.start(datetime.now(UTC))
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("Escape")

    expect(page.locator("#row-menu")).to_be_hidden()
    expect(more).to_be_focused()


def test_focus_moves_to_next_row_when_its_row_leaves(watch: Watch, charging: Station, other: Station) -> None:
    other.start(datetime.now(UTC))
    page = watch("?sort=id")
    page.get_by_role("link", name=f"More for session {charging.transaction}").focus()

    charging.stop(datetime.now(UTC), meter_wh=700)

    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_be_focused()
