"""What browser tests look at in a session's page, and how they get to a moment of it."""

from playwright.sync_api import Locator, Page

# What the header says of the session of `conftest.session` as a whole.
WHOLE = {
    "peak_power": "7.20 kW",
    "consumption": "6.56 kWh",
    "duration": "1 h 40 m",
    "inactivity": "29 m 00 s",
    "price": "$2.29",
}


def cell(page: Page, name: str) -> Locator:
    """Return a figure of the header; the table under the dialog has cells of the same names."""
    return page.locator(f"[data-part=head] [data-cell={name}]")


def said(page: Page) -> dict[str, str]:
    """Return what the header says now."""
    return {name: cell(page, name).inner_text() for name in WHOLE}


def go_to(page: Page, minute: float) -> None:
    """Scrub to the moment so many minutes after the start."""
    page.locator("[data-scrubber]").evaluate(
        """(scrubber, minute) => {
            const payload = scrubber.closest("[data-graph]").querySelector("[data-payload]");
            const { started_ms: from, ended_ms: to } = JSON.parse(payload.textContent);
            scrubber.value = ((minute * 60000) / (to - from)) * 1000;
            scrubber.dispatchEvent(new Event("input"));
        }""",
        minute,
    )
