"""Two stations at one site, and a page on the sessions in progress that hears of them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from sessions_app.models import Site
from tests import factories
from tests.e2e.session.ocpp_station import Station

GRAPH = """
    document.addEventListener("graph-drawn", ({ target, detail: { graph } }) => {
        window.drawn = graph;
        window.plot = target.querySelector("[data-graph-plot]");
    });
"""

# Notes what the page says of its connection: it may be back before a test has looked whether it was gone.
SAID = """() => {
    const word = document.querySelector("[data-live-word]");
    window.said = [];
    new MutationObserver(() => said.push(word.textContent)).observe(word, { childList: true });
}"""


def routed(page: Page) -> list[WebSocketRoute]:
    """Return the page's connections to what is announced, for a test to say something over, or to cut."""
    sockets: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket(re.compile("/live/sessions/$"), through)
    return sockets


def settled(page: Page) -> None:
    """Wait for the sums and, in In Progress, for the list that the first connection brings."""
    expect(page.locator(".summary")).to_be_visible()
    expect(page.locator("#live-state:not([data-state=live])")).to_have_count(0)


@pytest.fixture
def towers(server: Any, transactional_db: None) -> Site:
    return factories.site("Harbour Towers")


def _station(server: Any, site: Site, identity: str) -> Station:
    return Station(server.ws, factories.station(identity, at=site))


def begin(station: Station, *, minutes_ago: int) -> datetime:
    """Let a car charge for five minutes, and return when it began."""
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=minutes_ago)
    station.start(began)
    for minute in range(1, 6):
        station.measure(began + timedelta(minutes=minute), meter_wh=120 * minute, power_w=7_200)
    return began


@pytest.fixture
def charging(server: Any, towers: Site) -> Iterator[Station]:
    """Give a station where somebody charges."""
    with _station(server, towers, "HT-B1-03") as station:
        begin(station, minutes_ago=6)
        yield station


@pytest.fixture
def other(server: Any, towers: Site) -> Iterator[Station]:
    """Give a station where nobody charges so far."""
    with _station(server, towers, "HT-B1-04") as station:
        yield station


@pytest.fixture
def watch(signed_in: Any) -> Any:
    """Give a function that opens a table as an operator, and returns once it is live.

    With `clock` time passes in the browser when the test says so.
    """

    def watch(query: str = "", *, clock: bool = False, **options: Any) -> Page:
        page: Page = signed_in(factories.operator(), **options)
        if clock:
            page.clock.install()
        page.add_init_script(GRAPH)
        page.goto(f"/sessions/in-progress/{query}")
        expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
        return page

    return watch
