"""Stopping a session from its row: the question, the wait, and what the station answered."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sessions_app.models import ActionAudit
from tests.e2e.session.ocpp_station import Station


def ask_to_stop(page: Page, station: Station) -> None:
    page.get_by_role("link", name=f"More for session {station.transaction}").click()
    page.get_by_role("link", name="Stop charging").click()
    page.get_by_role("button", name="Stop charging").click()


@pytest.mark.parametrize(
    ("status", "said"),
    [("Accepted", "accepted. The session ends"), ("Rejected", "rejected. The station refused")],
)
def test_the_outcome_is_said_although_the_menu_has_closed(
    watch: Any, charging: Station, status: str, said: str
) -> None:
    page = watch()
    more = page.get_by_role("link", name=f"More for session {charging.transaction}")

    ask_to_stop(page, charging)

    expect(page.locator("#row-menu")).to_be_hidden()
    expect(more).to_be_focused()
    outcome = page.locator("#notices .outcome")
    expect(outcome).to_contain_text(f"Session {charging.transaction}, HT-B1-03: waiting.")
    assert charging.answer(status=status) == "RemoteStopTransaction"
    expect(outcome).to_contain_text(said)
    assert outcome.count() == 1


def test_that_a_session_will_end_is_said_until_it_has(watch: Any, charging: Station) -> None:
    page = watch()
    ask_to_stop(page, charging)
    charging.answer(status="Accepted")
    expect(page.locator("#notices")).to_contain_text("ends when the station confirms the stop")

    charging.stop(datetime.now(UTC), meter_wh=700)

    expect(page.locator("#notices")).to_contain_text("has ended")
    expect(page.locator("#notices")).not_to_contain_text("ends when the station confirms the stop")


def test_a_station_that_does_not_answer_is_said_to_have_not(watch: Any, charging: Station) -> None:
    page = watch()
    ask_to_stop(page, charging)
    expect(page.locator("#notices .outcome")).to_contain_text("waiting")

    ActionAudit.objects.update(at=datetime(2026, 3, 3, tzinfo=UTC))

    expect(page.locator("#notices .outcome")).to_contain_text("no answer")


def test_the_menu_of_a_session_closes_when_it_ends(watch: Any, charging: Station) -> None:
    page = watch()
    page.get_by_role("link", name=f"More for session {charging.transaction}").click()
    page.get_by_role("link", name="Stop charging").click()
    expect(page.get_by_role("button", name="Stop charging")).to_be_visible()

    charging.stop(datetime.now(UTC), meter_wh=700)

    expect(page.locator("#row-menu")).to_be_hidden()
    expect(page.locator("#notices")).to_contain_text(f"Session {charging.transaction}")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_everybody_can_use_the_question_and_read_the_outcome(
    watch: Any, charging: Station, axe: Any, dark: bool
) -> None:
    page = watch(dark=dark)
    page.get_by_role("link", name=f"More for session {charging.transaction}").click()
    page.get_by_role("link", name="Stop charging").click()
    expect(page.get_by_role("button", name="Stop charging")).to_be_visible()
    axe(page)

    page.get_by_role("button", name="Stop charging").click()
    charging.answer(status="Rejected")
    expect(page.locator("#notices .outcome")).to_contain_text("rejected")
    axe(page)
