"""A finished session to look at, and a function that opens a page on it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from sessions_app.models import ChargingSession
from tests import factories

GRAPH = """
    document.addEventListener("graph-drawn", ({ target, detail: { graph } }) => {
        window.drawn = graph;
        window.plot = target.querySelector("[data-graph-plot]");
    });
"""
POWERS = [7200.0] * 40 + [20.0] * 20 + [3500.0] * 30


@pytest.fixture
def session(server, transactional_db) -> ChargingSession:
    station = factories.station("HT-B1-03", at=factories.site("Harbour Towers"))
    made = factories.session(
        on=station,
        driver=factories.driver(unit="1204"),
        lasted=timedelta(minutes=100),
        end_reason="EVDisconnected",
    )
    factories.readings(made, POWERS)
    made.stopped_at = made.started_at + timedelta(minutes=91)
    made.unplugged_at = made.ended_at
    made.idle_s += 540
    made.save()
    return made


@pytest.fixture
def visit(signed_in):
    manager = factories.operator()

    def visit(address: str, **options) -> Page:
        page = signed_in(manager, **options)
        page.add_init_script(GRAPH)
        page.goto(address)
        # Where the table is live, its first connection brings it anew: a click in that moment would be lost.
        expect(page.locator("#live-state:not([data-state=live])")).to_have_count(0)
        return page

    return visit


@pytest.fixture
def alone(visit, session) -> Callable[[], Page]:
    """Give a function that opens the session on a page of its own, as it is by then."""

    def alone() -> Page:
        page = visit(f"/sessions/{session.pk}/")
        page.locator("[data-graph][data-count]").wait_for()
        return page

    return alone


@pytest.fixture
def opened(visit, session) -> Page:
    """Give a page on which the session has been opened over the table by a click, and nothing more."""
    page = visit("/sessions/history/")
    page.get_by_role("link", name=f"View session {session.pk}").click()
    page.locator("dialog [data-graph][data-count]").wait_for()
    return page
