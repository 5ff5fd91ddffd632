"""A finished session, and fixtures that open a page on it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

import pytest
from playwright.sync_api import Page, expect

from sessions_app.models import ChargingSession
from tests.e2e.conftest import SignIn
from tests.support import builders
from tests.support.serving import Server

GRAPH = """
    document.addEventListener("graph-drawn", ({ target, detail: { graph } }) => {
        window.drawn = graph;
        window.plot = target.querySelector("[data-graph-plot]");
    });
"""
POWERS: list[float | None] = [*[7200.0] * 40, *[20.0] * 20, *[3500.0] * 30]
OpenAlone = Callable[[], Page]


class Visit(Protocol):
    """Open an address as an operator, with the options of `OpenPage`."""

    def __call__(self, address: str, **options: Any) -> Page: ...


@pytest.fixture
def session(server: Server, transactional_db: None) -> ChargingSession:
    station = builders.station("HT-B1-03", at=builders.site("Harbour Towers"))
    charged = builders.session(
        on=station,
        driver=builders.driver(unit="1204"),
        lasted=timedelta(minutes=100),
        end_reason="EVDisconnected",
    )
    builders.readings(charged, POWERS)
    charged.stopped_at = charged.started_at + timedelta(minutes=91)
    charged.unplugged_at = charged.ended_at
    charged.idle_s += 540
    charged.save()
    return charged


@pytest.fixture
def visit(signed_in: SignIn) -> Visit:
    manager = builders.operator()

    def visit(address: str, **options: Any) -> Page:
        page = signed_in(manager, **options)
        page.add_init_script(GRAPH)
        page.goto(address)
        # A live table is fetched again on its first connection: a click at that moment would be lost.
        expect(page.locator("#live-state:not([data-state=live])")).to_have_count(0)
        return page

    return visit


@pytest.fixture
def alone(visit: Visit, session: ChargingSession) -> OpenAlone:
    """Give a function that opens the session on its own page, with the changes until then."""

    def alone() -> Page:
        page = visit(f"/sessions/{session.pk}/")
        page.locator("[data-graph][data-count]").wait_for()
        return page

    return alone


@pytest.fixture
def opened(visit: Visit, session: ChargingSession) -> Page:
    """Give a page with the session opened over the table by a click."""
    page = visit("/sessions/history/")
    page.get_by_role("link", name=f"View session {session.pk}").click()
    page.locator("dialog [data-graph][data-count]").wait_for()
    return page
