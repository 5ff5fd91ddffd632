"""Two stations at one site, and a page of sessions in progress that follows them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from sessions_app.models import Site
from tests.e2e.conftest import SignIn
from tests.support import builders
from tests.support.serving import Server
from tests.support.station_client import Station, connect_station

GRAPH = """
    document.addEventListener("graph-drawn", ({ target, detail: { graph } }) => {
        window.drawn = graph;
        window.plot = target.querySelector("[data-graph-plot]");
    });
"""

# Records each connection state on the page: it may reconnect before the test sees that it was gone.
CONNECTION_STATES = """() => {
    const word = document.querySelector("[data-live-word]");
    window.said = [];
    new MutationObserver(() => said.push(word.textContent)).observe(word, { childList: true });
}"""


class Watch(Protocol):
    """Open the sessions in progress; with `clock` the test controls the browser's time."""

    def __call__(self, query: str = "", *, clock: bool = False, **options: Any) -> Page: ...


def routed(page: Page) -> list[WebSocketRoute]:
    """Return the page's live connections, for a test to send over or to close."""
    sockets: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket(re.compile("/live/sessions/$"), through)
    return sockets


def settled(page: Page) -> None:
    """Wait for the summary and, in In Progress, for the list fetched on the first connection."""
    expect(page.locator(".summary")).to_be_visible()
    expect(page.locator("#live-state:not([data-state=live])")).to_have_count(0)


@pytest.fixture
def towers(server: Server, transactional_db: None) -> Site:
    return builders.site("Harbour Towers")


def _station(server: Server, site: Site, identity: str) -> Station:
    return connect_station(server.ws, builders.station(identity, at=site))


def begin(station: Station, *, minutes_ago: int) -> datetime:
    """Let a car charge for five minutes, and return its start."""
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=minutes_ago)
    station.start(began)
    for minute in range(1, 6):
        station.measure(began + timedelta(minutes=minute), meter_wh=120 * minute, power_w=7_200)
    return began


@pytest.fixture
def charging(server: Server, towers: Site) -> Iterator[Station]:
    """Give a station with a session in progress."""
    with _station(server, towers, "HT-B1-03") as station:
        begin(station, minutes_ago=6)
        yield station


@pytest.fixture
def other(server: Server, towers: Site) -> Iterator[Station]:
    """Give an idle station."""
    with _station(server, towers, "HT-B1-04") as station:
        yield station


@pytest.fixture
def watch(signed_in: SignIn) -> Watch:
    """Give a function that opens the sessions in progress as an operator, and returns once they are live."""

    def watch(query: str = "", *, clock: bool = False, **options: Any) -> Page:
        page = signed_in(builders.operator(), **options)
        if clock:
            page.clock.install()
        page.add_init_script(GRAPH)
        page.goto(f"/sessions/in-progress/{query}")
        expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
        return page

    return watch
