"""Stopping a session from its row: confirmation, wait, and answer."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from sessions_app.models import ActionAudit
from tests.e2e.conftest import AxeCheck
from tests.e2e.tables.conftest import Watch
from tests.support.station_client import Station


def ask_to_stop(page: Page, station: Station) -> None:
    page.get_by_role("link", name=f"More for session {station.transaction}").click()
    page.get_by_role("link", name="Stop charging").click()
    page.get_by_role("button", name="Stop charging").click()


@pytest.mark.parametrize(
    ("status", "text"),
    [("Accepted", "accepted. The session ends"), ("Rejected", "rejected. The station refused")],
)
def test_outcome_is_shown_after_menu_closed(watch: Watch, charging: Station, status: str, text: str) -> None:
    page = watch()
    more = page.get_by_role("link", name=f"More for session {charging.transaction}")

    ask_to_stop(page, charging)

    expect(page.locator("#row-menu")).to_be_hidden()
    expect(more).to_be_focused()
    outcome = page.locator("#notices .outcome")
    expect(outcome).to_contain_text(f"Session {charging.transaction}, HT-B1-03: waiting.")
    assert charging.answer(status=status) == "RemoteStopTransaction"
    expect(outcome).to_contain_text(text)
    assert outcome.count() == 1


def test_pending_end_is_shown_until_session_ends(watch: Watch, charging: Station) -> None:
    page = watch()
    ask_to_stop(page, charging)
    charging.answer(status="Accepted")
    expect(page.locator("#notices")).to_contain_text("ends when the station confirms the stop")

    charging.stop(datetime.now(UTC), meter_wh=700)

    expect(page.locator("#notices")).to_contain_text("has ended")
    expect(page.locator("#notices")).not_to_contain_text("ends when the station confirms the stop")


def test_missing_answer_is_shown(watch: Watch, charging: Station) -> None:
    page = watch()
    ask_to_stop(page, charging)
    expect(page.locator("#notices .outcome")).to_contain_text("waiting")

    ActionAudit.objects.update(at=datetime(2026, 3, 3, tzinfo=UTC))

    expect(page.locator("#notices .outcome")).to_contain_text("no answer")


def test_row_menu_closes_when_its_session_ends(watch: Watch, charging: Station) -> None:
    page = watch()
    page.get_by_role("link", name=f"More for session {charging.transaction}").click()
    page.get_by_role("link", name="Stop charging").click()
    expect(page.get_by_role("button", name="Stop charging")).to_be_visible()

    charging.stop(datetime.now(UTC), meter_wh=700)

    expect(page.locator("#row-menu")).to_be_hidden()
    expect(page.locator("#notices")).to_contain_text(f"Session {charging.transaction}")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_confirmation_and_outcome_are_accessible(watch: Watch, charging: Station, axe: AxeCheck, dark: bool) -> None:
    page = watch(dark=dark)
    page.get_by_role("link", name=f"More for session {charging.transaction}").click()
    page.get_by_role("link", name="Stop charging").click()
    expect(page.get_by_role("button", name="Stop charging")).to_be_visible()
    axe(page)

    page.get_by_role("button", name="Stop charging").click()
    charging.answer(status="Rejected")
    expect(page.locator("#notices .outcome")).to_contain_text("rejected")
    axe(page)
