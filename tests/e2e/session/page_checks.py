"""Figures of a session's page, and how a test goes to a moment of its playback."""

from playwright.sync_api import Locator, Page

from sessions_app.models import ChargingSession

# The header of `conftest.session` without playback.
WHOLE = {
    "peak_power": "7.20 kW",
    "consumption": "6.56 kWh",
    "duration": "1 h 40 m",
    "inactivity": "29 m 00 s",
    "price": "$2.29",
}


def open_dialog(page: Page, session: ChargingSession) -> None:
    """Open the session's dialog over a table, and wait for its graph."""
    page.get_by_role("link", name=f"View session {session.pk}").click()
    page.locator("dialog [data-graph][data-count]").wait_for()


def cell(page: Page, name: str) -> Locator:
    """Return a figure of the header; the table under the dialog has cells of the same name."""
    return page.locator(f"[data-part=head] [data-cell={name}]")


def header_texts(page: Page) -> dict[str, str]:
    """Return the figures that the header shows now."""
    return {name: cell(page, name).inner_text() for name in WHOLE}


def go_to(page: Page, minute: float) -> None:
    """Scrub to the moment that many minutes after the start."""
    page.locator("[data-scrubber]").evaluate(
        """(scrubber, minute) => {
            const payload = scrubber.closest("[data-graph]").querySelector("[data-payload]");
            const { started_ms: from, ended_ms: to } = JSON.parse(payload.textContent);
            scrubber.value = ((minute * 60000) / (to - from)) * 1000;
            scrubber.dispatchEvent(new Event("input"));
        }""",
        minute,
    )
