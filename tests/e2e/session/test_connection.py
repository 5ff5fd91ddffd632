"""A graph's own connection: it detects silence, and fetches missed points once."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from sessions_app.models import ChargingSession, ChargingStation
from tests.e2e.conftest import SignIn
from tests.support import builders

pytestmark = pytest.mark.browser


@pytest.fixture
def page(signed_in: SignIn) -> Page:
    """Give a page with a clock that the test controls."""
    page = signed_in(builders.operator())
    page.clock.install()
    return page


def _watch(page: Page, station: ChargingStation) -> None:
    live = builders.session(on=station, connector=2, lasted=None)
    page.goto(f"/sessions/{live.pk}/")
    expect(page.locator("[data-feed=live]")).to_be_visible()


def test_quiet_connection_is_replaced(page: Page, session: ChargingSession) -> None:
    sockets: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket("**/live/sessions/*/", through)
    _watch(page, session.station)

    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=5))
    page.clock.fast_forward(20_000)  # the server sends a heartbeat every 20 s
    expect(page.locator("[data-feed=live]")).to_be_visible()
    page.clock.fast_forward(30_000)
    expect(page.locator("[data-feed=reconnecting]")).to_be_visible()
    page.clock.run_for(1_000)

    expect(page.locator("[data-feed=live]")).to_be_visible()
    assert len(sockets) == 2


def test_missed_points_are_fetched_once(page: Page, session: ChargingSession) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    _watch(page, session.station)

    page.clock.run_for(5_000)
    page.wait_for_load_state("networkidle")

    assert len([address for address in fetched if "/points/" in address]) == 1
