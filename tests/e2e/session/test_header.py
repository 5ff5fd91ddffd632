"""The header of a session keeps its shape, whatever its figures say."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from sessions_app.models import ChargingSession
from tests import factories
from tests.e2e.session.page_checks import cell, go_to

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1440, 390])
def test_playback_does_not_shift_the_layout(visit, session, width) -> None:
    ChargingSession.objects.filter(pk=session.pk).update(idle_s=3 * 3600)  # which is "very long"
    page = visit(f"/sessions/{session.pk}/", width=width, height=844)
    page.locator("[data-graph][data-count]").wait_for()
    page.locator(".level.high").wait_for()
    before = places(page)

    go_to(page, 45)

    assert places(page) == before
    tops = {page.locator(f".stat-{name} dd").bounding_box()["y"] for name in ("inactivity", "duration")}
    assert len(tops) == (1 if width == 1440 else 2)


@pytest.mark.parametrize("width", [1440, 390])
def test_silent_station_does_not_shift_the_layout(visit, session, width) -> None:
    now = {"on": session.station, "connector": 2, "lasted": None}
    live = factories.session(**now, started_at=factories.NOON + timedelta(hours=3))
    page = visit(f"/sessions/{live.pk}/", width=width, height=844)
    power = cell(page, "power")
    expect(power).to_contain_text("silent since")
    before = places(page)

    page.evaluate(
        """(cells) => document.querySelector("[data-graph]").dispatchEvent(
        new CustomEvent("session-cells", { bubbles: true, detail: { cells } }))""",
        {"power": "7.20 kW"},
    )
    expect(power).to_have_text("7.20 kW")

    assert places(page) == before


def places(page: Page) -> list[float]:
    return page.evaluate(
        "() => ['.stats', '.session-views', '.graph-frame', '.playback']"
        ".map((each) => document.querySelector(each).getBoundingClientRect().top)"
    )


def test_phone_has_close_button_in_the_corner(visit, session) -> None:
    live = factories.session(on=session.station, connector=2, lasted=None)
    page = visit("/sessions/in-progress/", width=390, height=844)
    page.get_by_role("link", name=f"View session {live.pk}").click()
    page.locator("dialog .phase.live").wait_for()

    close = page.get_by_role("button", name="Close").bounding_box()
    state = page.locator("dialog .phase.live").bounding_box()

    assert 390 - (close["x"] + close["width"]) < 24
    assert state["y"] >= close["y"] + close["height"]
