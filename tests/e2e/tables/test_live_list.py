"""Live updates of the list keep what the manager has open, focused or pressed."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from sessions_app.models import Site
from tests.e2e.conftest import Complaints, SignIn
from tests.e2e.tables.conftest import CONNECTION_STATES, Watch, begin, routed
from tests.support import builders
from tests.support.station_client import Station

CONNECTED = "() => import('/static/js/socket.js').then(({ state }) => state === 'live')"


def rows(page: Page) -> Locator:
    return page.locator("tr[data-session]")


def row(page: Page, station: Station) -> Locator:
    return page.locator(f"tr[data-session='{station.transaction}']")


def expand(page: Page, station: Station) -> None:
    row(page, station).locator(".c-station").click()
    page.locator("tr.expansion [data-graph][data-count]").wait_for()


def test_list_updates_under_an_open_dialog(watch: Watch, charging: Station, other: Station) -> None:
    page = watch("?sort=id")
    eye = page.get_by_role("link", name=f"View session {charging.transaction}")
    eye.click()
    page.locator("dialog [data-graph][data-count]").wait_for()

    other.start(datetime.now(UTC))
    expect(rows(page)).to_have_count(2)
    other.stop(datetime.now(UTC), meter_wh=10)
    expect(rows(page)).to_have_count(1)

    expect(page.locator("#list [data-session-detail]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    expect(eye).to_be_focused()
    page.wait_for_url("**/sessions/in-progress/?sort=id")


SAME_GRAPH = """() => import("/static/js/session/graph.js").then(
    ({ graphIn }) => graphIn(document.querySelector(".expansion")) === first
)"""


def test_expanded_graph_keeps_zoom_when_session_starts(watch: Watch, charging: Station, other: Station) -> None:
    page = watch()
    expand(page, charging)
    page.evaluate("() => { window.first = window.drawn; }")
    page.evaluate("() => first.zoomTo([60_000, 120_000].map((ms) => Math.round(first.range[0] + ms)))")
    zoom = page.evaluate("() => first.range")

    other.start(datetime.now(UTC))
    expect(rows(page)).to_have_count(2)

    expect(page.locator("tr.expansion [data-graph]")).to_be_visible()
    assert page.evaluate(SAME_GRAPH)
    assert page.evaluate("() => plot.layout.xaxis.range") == zoom


def test_expanded_graph_leaves_with_its_row(watch: Watch, charging: Station) -> None:
    page = watch()
    expand(page, charging)

    charging.stop(datetime.now(UTC), meter_wh=700)

    expect(rows(page)).to_have_count(0)
    expect(page.locator("tr.expansion")).to_have_count(0)


def test_focus_survives_a_list_update(watch: Watch, charging: Station, other: Station) -> None:
    page = watch()
    expand(page, charging)
    series = page.locator("tr.expansion").get_by_label("Energy Delivered")
    series.focus()

    other.start(datetime.now(UTC))
    expect(rows(page)).to_have_count(2)
    expect(series).to_be_focused()

    more = page.get_by_role("link", name=f"More for session {charging.transaction}")
    more.focus()
    other.stop(datetime.now(UTC), meter_wh=10)
    expect(rows(page)).to_have_count(1)
    expect(more).to_be_focused()


def test_rows_clicked_in_turn_all_expand(watch: Watch) -> None:
    station = builders.station("HT-G-01", connectors=4)
    for connector in range(1, 5):
        builders.session(on=station, connector=connector, lasted=None)
    page = watch()

    page.evaluate("() => document.querySelectorAll('tr[data-session] .c-station').forEach((cell) => cell.click())")

    expect(page.locator("tr.expansion [data-graph]")).to_have_count(4)


def test_pending_graph_appears_in_updated_list(watch: Watch, charging: Station, other: Station) -> None:
    page = watch()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/figure/", hold)
    row(page, charging).locator(".c-station").click()
    expect(page.get_by_text("Loading the graph …")).to_be_visible()

    other.start(datetime.now(UTC))
    expect(rows(page)).to_have_count(2)
    held[0].continue_()

    expect(page.locator("tr.expansion [data-graph]")).to_be_visible()


def test_click_during_list_update_is_not_lost(watch: Watch, charging: Station, other: Station) -> None:
    page = watch()
    page.get_by_role("link", name=f"View session {charging.transaction}").hover()
    page.mouse.down()
    with page.expect_event("requestfinished", lambda request: "x-live" in request.headers):
        other.start(datetime.now(UTC))
    expect(rows(page)).to_have_count(1)

    page.mouse.up()

    page.locator("dialog [data-graph]").wait_for()
    expect(rows(page)).to_have_count(2)


def test_quiet_connection_is_replaced(watch: Watch, towers: Site) -> None:
    page = watch(clock=True)
    page.evaluate(CONNECTION_STATES)
    builders.session(lasted=None)

    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=5))
    page.clock.fast_forward(20_000)
    assert page.evaluate("() => said") == []
    page.clock.fast_forward(30_000)
    page.clock.run_for(1_000)

    expect(rows(page)).to_have_count(1)
    expect(page.locator("[data-live-word]")).to_have_text("live")
    assert page.evaluate("() => said") == ["connection lost, reconnecting", "live"]


def test_offline_browser_says_so_at_once(watch: Watch, towers: Site, complaints: Complaints) -> None:
    page = watch()
    page.evaluate(CONNECTION_STATES)

    page.context.set_offline(True)
    page.wait_for_function("() => said.includes('you are offline')")
    builders.session(lasted=None)
    page.context.set_offline(False)

    expect(page.locator("[data-live-word]")).to_have_text("live")
    expect(rows(page)).to_have_count(1)
    # The requests in flight, and a connection tried before the browser knew.
    complaints.expect("Failed to load resource", "htmx", "ERR_INTERNET_DISCONNECTED")


def test_summary_table_and_navigation_count_the_same(watch: Watch, charging: Station, other: Station) -> None:
    page = watch()
    sums = page.locator(".summary dd").first
    expect(sums).to_have_text("1")

    other.start(datetime.now(UTC))

    expect(rows(page)).to_have_count(2)
    expect(sums).to_have_text("2")
    expect(page.locator("#nav-count")).to_have_text("2")
    other.stop(datetime.now(UTC), meter_wh=10)
    expect(rows(page)).to_have_count(1)
    expect(sums).to_have_text("1")
    expect(page.locator("#nav-count")).to_have_text("1")


def test_first_session_enables_the_export(watch: Watch, other: Station) -> None:
    page = watch()
    expect(page.get_by_role("button", name="Export")).to_be_disabled()

    other.start(datetime.now(UTC))

    expect(rows(page)).to_have_count(1)
    expect(page.locator("#export-menu summary")).to_be_visible()


def test_navigation_count_updates_on_every_page(signed_in: SignIn, other: Station) -> None:
    page = signed_in(builders.operator())
    page.goto("/sessions/history/")
    count = page.locator("#nav-count")
    expect(count).to_have_text("0")
    page.wait_for_function(CONNECTED)

    other.start(datetime.now(UTC))
    expect(count).to_have_text("1")
    other.stop(datetime.now(UTC), meter_wh=10)
    expect(count).to_have_text("0")


@pytest.mark.parametrize("tab", ["in-progress", "history"])
def test_lost_membership_removes_rows_sums_and_site(signed_in: SignIn, towers: Site, tab: str) -> None:
    lasted = None if tab == "in-progress" else timedelta(hours=1)
    sites = [towers, builders.site()]
    for site in sites:
        builders.session(on=builders.station(at=site), lasted=lasted)
    dana = builders.manager(of=sites)
    page = signed_in(dana)
    sockets = routed(page)
    page.goto(f"/sessions/{tab}/")
    page.wait_for_function(CONNECTED)
    expect(page.locator("#site-picker details")).to_have_count(1)

    dana.memberships.filter(site=sites[1]).delete()
    sockets[-1].send('{"type": "access.changed"}')

    expect(rows(page)).to_have_count(1)
    expect(page.locator(".summary dd").first).to_have_text("1")
    expect(page.locator("#site-picker details")).to_have_count(0)


HIDDEN = """(hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    Object.defineProperty(document, "visibilityState", {
        configurable: true, get: () => (hidden ? "hidden" : "visible"),
    });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


HEAR = """() => import("/static/js/socket.js").then(({ on }) => {
    window.heard = 0;
    on(["session.started"], () => { window.heard += 1; });
})"""


def test_burst_is_fetched_once_and_hidden_tab_fetches_none(signed_in: SignIn, towers: Site) -> None:
    builders.session(on=builders.station(at=towers), lasted=None)
    page = signed_in(builders.operator())
    sockets = routed(page)
    page.clock.install()
    page.goto("/sessions/in-progress/")
    # "live" is shown once the first list is in place: no request is in flight when time stops.
    expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=5))
    page.evaluate(HEAR)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "x-live" in request.headers else None)

    page.evaluate(HIDDEN, True)
    sockets[-1].send('{"type": "session.started", "session": 1}')
    page.wait_for_function("() => heard === 1")
    page.clock.run_for(1_200)
    assert fetched == []

    page.evaluate(HIDDEN, False)
    for session in range(30):
        sockets[-1].send(f'{{"type": "session.started", "session": {session}}}')
    page.wait_for_function("() => heard === 31")
    with page.expect_response(lambda response: "x-live" in response.request.headers):
        page.clock.run_for(1_000)
    page.clock.run_for(3_000)
    assert len(fetched) == 1


def test_session_started_before_first_push_is_listed(signed_in: SignIn, charging: Station, other: Station) -> None:
    page = signed_in(builders.operator())

    def begin_meanwhile(route: Route) -> None:
        begin(other, minutes_ago=6)
        route.continue_()

    page.route("**/js/socket.js", begin_meanwhile)

    page.goto("/sessions/in-progress/")

    expect(rows(page)).to_have_count(2)
