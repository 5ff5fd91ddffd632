"""The graph of a session in progress: it grows live and loses no point when the connection is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from time import monotonic

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from sessions_app.models import PriceComponent, PricingPolicy, Site
from tests.e2e.boxes import bounding_box
from tests.e2e.conftest import SignIn
from tests.e2e.session.conftest import GRAPH
from tests.support import builders
from tests.support.serving import Server
from tests.support.station_client import Station, connect_station

pytestmark = pytest.mark.browser

STARTED = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
# The minutes after the start whose readings are drawn.
DRAWN_MINUTES = """(start) => {
    const { x, y } = plot.data[0];
    return x.filter((ms, i) => ms > start && y[i] !== null).map((ms) => (ms - start) / 60000);
}"""


def _at(minute: float) -> datetime:
    return STARTED + timedelta(minutes=minute)


@pytest.fixture
def site(server: Server, transactional_db: None) -> Site:
    return builders.site("Harbour Towers")


@pytest.fixture
def site_policy(site: Site) -> None:
    policy = PricingPolicy.objects.create(
        description="Default Pricing", site=site, currency="AUD", valid_from=STARTED - timedelta(days=1)
    )
    PriceComponent.objects.create(policy=policy, dimension="ENERGY", price=Decimal("0.35"))


@pytest.fixture
def station(server: Server, site: Site) -> Iterator[Station]:
    with connect_station(server.ws, builders.station("HT-B1-03", at=site)) as connected:
        connected.start(STARTED)
        yield connected


@pytest.fixture
def watched(signed_in: SignIn, station: Station) -> Page:
    page = signed_in(builders.operator())
    page.add_init_script(GRAPH)
    return page


def _measure(station: Station, minutes: range) -> None:
    for minute in minutes:
        station.measure(_at(minute), meter_wh=minute * 120, power_w=7200 + minute)


def _open(page: Page, station: Station, count: int) -> None:
    page.goto(f"/sessions/{station.transaction}/")
    _drawn(page, count)


def _drawn(page: Page, count: int) -> None:
    page.locator(f"[data-graph][data-count='{count}']").wait_for()


def test_growing_graph_keeps_zoom_and_hidden_series(watched: Page, station: Station) -> None:
    _measure(station, range(1, 11))
    _open(watched, station, 10)
    watched.get_by_label("Energy Delivered").uncheck()
    watched.evaluate("([from, to]) => drawn.zoomTo([from, to])", [_ms(3), _ms(6)])

    for minute in range(11, 14):
        _measure(station, range(minute, minute + 1))
        _drawn(watched, minute)

    assert watched.evaluate(DRAWN_MINUTES, _ms(0)) == list(range(1, 14))
    assert watched.evaluate("() => plot.layout.xaxis.range") == [_ms(3), _ms(6)]
    assert watched.evaluate("() => plot.data.map((trace) => trace.visible)")[1] is False
    expect(watched.locator("[data-cell=consumption]")).to_have_text("1.56 kWh")


def test_growing_graph_keeps_the_hover_box(watched: Page, station: Station) -> None:
    _measure(station, range(1, 11))
    _open(watched, station, 10)
    plot = bounding_box(watched.locator("[data-graph-plot]"))
    watched.mouse.move(plot["x"] + plot["width"] / 2, plot["y"] + plot["height"] / 2)
    time = watched.locator("[data-graph-moment] .moment-time")
    time.wait_for()

    _measure(station, range(11, 13))
    _drawn(watched, 12)

    assert time.is_visible()


def test_graph_without_readings_says_so(watched: Page, station: Station) -> None:
    watched.goto(f"/sessions/{station.transaction}/")
    note = watched.locator("[data-graph-note]")
    note.get_by_text("No readings yet").wait_for()

    _measure(station, range(1, 2))
    note.get_by_text("One reading so far").wait_for()

    _measure(station, range(2, 3))
    note.wait_for(state="hidden")

    _measure(station, range(3, 10))
    _measure(station, range(15, 17))
    _drawn(watched, 11)
    assert watched.evaluate(DRAWN_MINUTES, _ms(0)) == [*range(1, 10), 15, 16]
    powers = watched.evaluate("() => plot.data[0].y")
    assert [place for place, power in enumerate(powers) if power is None] == [0, 10]  # the start and the gap


def _routed(page: Page) -> list[WebSocketRoute]:
    """Return the connections of the page's graph, for a test to close."""
    sockets: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket("**/live/sessions/*/", through)
    return sockets


# Records each state of the connection: it may reconnect before the test sees that it was gone.
FEED = """() => {
    window.feed = [];
    new MutationObserver((seen) => feed.push(...seen.map(({ target }) => target.dataset.feed)))
        .observe(document, { subtree: true, attributeFilter: ["data-feed"] });
}"""
STATE_SEEN = "([state, times]) => feed.filter((each) => each === state).length >= times"


def test_ten_lost_connections_lose_and_double_no_point(watched: Page, station: Station) -> None:
    sockets = _routed(watched)
    _measure(station, range(1, 4))
    _open(watched, station, 3)
    watched.locator("[data-feed=live]").wait_for()
    watched.evaluate(FEED)
    minute = 4
    for cut in range(1, 11):
        _measure(station, range(minute, minute + 3))
        sockets[-1].close()
        watched.wait_for_function(STATE_SEEN, arg=["reconnecting", cut])
        _measure(station, range(minute + 3, minute + 5))
        watched.wait_for_function(STATE_SEEN, arg=["live", cut])
        minute += 5

    _drawn(watched, minute - 1)
    assert watched.evaluate(DRAWN_MINUTES, _ms(0)) == list(range(1, minute))


def test_lost_hints_are_fetched(watched: Page, station: Station) -> None:
    hints: list[str | bytes] = []

    def through(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            is_hint = "session.points" in str(message)
            if is_hint:
                hints.append(message)
            if not is_hint or len(hints) > 2:
                socket.send(message)

        server.on_message(pass_on)

    watched.route_web_socket("**/live/sessions/*/", through)
    _measure(station, range(1, 4))
    _open(watched, station, 3)
    watched.locator("[data-feed=live]").wait_for()
    for minute in range(4, 9):
        _measure(station, range(minute, minute + 1))
        deadline = monotonic() + 15
        while len(hints) < minute - 3:  # wait for the hint of each: two readings within a second share one
            assert monotonic() < deadline
            watched.wait_for_timeout(20)

    _drawn(watched, 8)
    assert watched.evaluate(DRAWN_MINUTES, _ms(0)) == list(range(1, 9))


def test_late_reading_is_sorted_in(watched: Page, station: Station) -> None:
    _measure(station, range(1, 4))
    _measure(station, range(6, 9))
    _open(watched, station, 6)

    _measure(station, range(4, 5))
    _drawn(watched, 7)

    assert watched.evaluate(DRAWN_MINUTES, _ms(0)) == [1, 2, 3, 4, 6, 7, 8]


def test_ended_session_turns_into_history_in_place(watched: Page, station: Station) -> None:
    _measure(station, range(1, 6))
    _open(watched, station, 5)
    watched.evaluate("([from, to]) => drawn.zoomTo([from, to])", [_ms(1), _ms(4)])

    station.stop(_at(6), meter_wh=720)

    watched.locator("[data-session-detail][data-phase=ended]").wait_for()
    assert watched.locator("[data-cell=peak_power]").inner_text() == "7.21 kW"
    assert watched.locator("[data-cell=consumption]").inner_text() == "0.72 kWh"
    assert watched.get_by_role("button", name="Play").is_visible()
    assert watched.evaluate("() => plot.layout.xaxis.range") == [_ms(1), _ms(4)]


def test_ended_session_shows_the_unplugging(site_policy: None, watched: Page, station: Station) -> None:
    _measure(station, range(1, 6))
    _open(watched, station, 5)
    station.stop(_at(6), meter_wh=720)
    station.status(_at(6), "Finishing")
    watched.locator("[data-session-detail][data-phase=ended]").wait_for()
    assert _marks(watched) == ["start", "stop"]

    station.status(_at(16), "Available")

    watched.locator("[data-cell=duration]", has_text="16 m 00 s").wait_for()
    assert watched.locator("[data-cell=inactivity]").inner_text() == "10 m 00 s"
    assert _marks(watched) == ["start", "stop", "unplugged"]


def test_messages_after_provisional_end_change_the_price(site_policy: None, watched: Page, station: Station) -> None:
    _measure(station, range(1, 6))
    _open(watched, station, 5)
    station.boot()
    station.status(datetime.now(UTC), "Available")  # so the server assumes that the session is lost
    watched.locator("[data-session-detail][data-phase=ended]").wait_for()
    assert watched.locator("[data-cell=price]").inner_text() == "$0.21"

    _measure(station, range(6, 11))
    station.stop(_at(11), meter_wh=1320)

    _drawn(watched, 10)
    watched.locator("[data-cell=price]", has_text="$0.46").wait_for()
    assert watched.locator(".phase.ended").inner_text() == "Stopped by user"
    watched.get_by_role("link", name="Pricing & Consumption").click()
    assert watched.locator(".bill-lines .total td").inner_text() == "$0.46"


def test_dialog_opened_after_end_follows_over_lost_connection(watched: Page, station: Station) -> None:
    sockets = _routed(watched)
    _measure(station, range(1, 6))
    station.stop(_at(6), meter_wh=720)
    _open(watched, station, 5)
    watched.wait_for_timeout(2_000)  # the requests after connecting are finished
    sockets[-1].close()

    station.status(_at(16), "Available")

    watched.locator("[data-cell=duration]", has_text="16 m 00 s").wait_for()
    assert _marks(watched) == ["start", "stop", "unplugged"]


def _marks(page: Page) -> list[str]:
    marks: list[str] = page.evaluate("() => plot.layout.shapes.map((shape) => shape.name)")
    return marks


def _ms(minute: float) -> int:
    return round(_at(minute).timestamp() * 1000)


def test_expanded_row_in_progress_grows(watched: Page, station: Station) -> None:
    _measure(station, range(1, 6))
    watched.goto("/sessions/in-progress/")
    expect(watched.locator("#live-state")).to_have_attribute("data-state", "live")
    watched.locator(f"tr[data-session='{station.transaction}'] [data-cell=station]").click()
    _drawn(watched, 5)

    _measure(station, range(6, 9))

    _drawn(watched, 8)


def test_price_view_updates_live(site_policy: None, watched: Page, station: Station) -> None:
    _measure(station, range(1, 3))
    watched.goto(f"/sessions/{station.transaction}/pricing/")
    total = watched.locator(".bill-lines .total td")
    assert total.inner_text() == "$0.08"

    _measure(station, range(3, 11))

    watched.wait_for_function("() => document.querySelector('.bill-lines .total td').innerText === '$0.42'")
