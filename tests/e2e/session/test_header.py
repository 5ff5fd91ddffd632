"""The header of a session keeps its layout when its figures change."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from sessions_app.models import ChargingSession
from tests.e2e.boxes import bounding_box
from tests.e2e.session.conftest import Visit
from tests.e2e.session.page_checks import cell, go_to
from tests.support import builders

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1440, 390])
def test_playback_does_not_shift_the_layout(visit: Visit, session: ChargingSession, width: int) -> None:
    ChargingSession.objects.filter(pk=session.pk).update(idle_s=3 * 3600)  # shown as "very long"
    page = visit(f"/sessions/{session.pk}/", width=width, height=844)
    page.locator("[data-graph][data-count]").wait_for()
    page.locator(".level.high").wait_for()
    before = vertical_positions(page)

    go_to(page, 45)

    assert vertical_positions(page) == before
    tops = {bounding_box(page.locator(f".stat-{name} dd"))["y"] for name in ("inactivity", "duration")}
    assert len(tops) == (1 if width == 1440 else 2)


@pytest.mark.parametrize("width", [1440, 390])
def test_silent_station_does_not_shift_the_layout(visit: Visit, session: ChargingSession, width: int) -> None:
    started_at = builders.NOON + timedelta(hours=3)
    live = builders.session(on=session.station, connector=2, lasted=None, started_at=started_at)
    page = visit(f"/sessions/{live.pk}/", width=width, height=844)
    power = cell(page, "power")
    expect(power).to_contain_text("silent since")
    before = vertical_positions(page)

    page.evaluate(
        """(cells) => document.querySelector("[data-graph]").dispatchEvent(
        new CustomEvent("session-cells", { bubbles: true, detail: { cells } }))""",
        {"power": "7.20 kW"},
    )
    expect(power).to_have_text("7.20 kW")

    assert vertical_positions(page) == before


def vertical_positions(page: Page) -> list[float]:
    tops: list[float] = page.evaluate(
        "() => ['.stats', '.session-views', '.graph-frame', '.playback']"
        ".map((each) => document.querySelector(each).getBoundingClientRect().top)"
    )
    return tops


def test_phone_has_close_button_in_the_corner(visit: Visit, session: ChargingSession) -> None:
    live = builders.session(on=session.station, connector=2, lasted=None)
    page = visit("/sessions/in-progress/", width=390, height=844)
    page.get_by_role("link", name=f"View session {live.pk}").click()
    page.locator("dialog .phase.live").wait_for()

    close = bounding_box(page.get_by_role("button", name="Close"))
    state = bounding_box(page.locator("dialog .phase.live"))

    assert 390 - (close["x"] + close["width"]) < 24
    assert state["y"] >= close["y"] + close["height"]
