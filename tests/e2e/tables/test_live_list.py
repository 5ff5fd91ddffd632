"""The list of sessions in progress is fetched anew: what the manager has open or in hand stays."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from sessions_app.models import Site
from tests import factories
from tests.e2e.conftest import Complaints
from tests.e2e.session.ocpp_station import Station
from tests.e2e.tables.conftest import SAID, begin, routed

CONNECTED = "() => import('/static/js/socket.js').then(({ state }) => state === 'live')"


def rows(page: Page) -> Locator:
    return page.locator("tr[data-session]")


def row(page: Page, station: Station) -> Locator:
    return page.locator(f"tr[data-session='{station.transaction}']")


def unfold(page: Page, station: Station) -> None:
    row(page, station).locator(".c-station").click()
    page.locator("tr.expansion [data-graph][data-count]").wait_for()


def test_the_list_stays_the_list_under_an_open_dialog(watch, charging: Station, other: Station) -> None:
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


def test_an_unfolded_graph_keeps_its_zoom_when_another_session_begins(
    watch, charging: Station, other: Station
) -> None:
    page = watch()
    unfold(page, charging)
    page.evaluate("() => { window.first = window.drawn; }")
    page.evaluate("() => first.zoomTo([60_000, 120_000].map((ms) => Math.round(first.range[0] + ms)))")
    zoom = page.evaluate("() => first.zoom")

    other.start(datetime.now(UTC))
    expect(rows(page)).to_have_count(2)

    expect(page.locator("tr.expansion [data-graph]")).to_be_visible()
    assert page.evaluate("() => document.querySelector('.expansion [data-graph]').graph === first")
    assert page.evaluate("() => first.frame.layout.xaxis.range") == zoom


def test_an_unfolded_graph_goes_with_its_row(watch, charging: Station) -> None:
    page = watch()
    unfold(page, charging)

    charging.stop(datetime.now(UTC), meter_wh=700)

    expect(rows(page)).to_have_count(0)
    expect(page.locator("tr.expansion")).to_have_count(0)


def test_the_focus_stays_where_it_was_when_the_list_comes_anew(
    watch, charging: Station, other: Station
) -> None:
    page = watch()
    unfold(page, charging)
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


def test_rows_clicked_one_after_the_other_all_unfold(watch) -> None:
    station = factories.station("HT-G-01", connectors=4)
    for connector in range(1, 5):
        factories.session(on=station, connector=connector, lasted=None)
    page = watch()

    page.evaluate(
        "() => document.querySelectorAll('tr[data-session] .c-station').forEach((cell) => cell.click())"
    )

    expect(page.locator("tr.expansion [data-graph]")).to_have_count(4)


def test_a_graph_that_is_being_fetched_arrives_in_the_new_list(
    watch, charging: Station, other: Station
) -> None:
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


def test_what_is_pressed_when_the_list_comes_anew_is_clicked_all_the_same(
    watch, charging: Station, other: Station
) -> None:
    page = watch()
    page.get_by_role("link", name=f"View session {charging.transaction}").hover()
    page.mouse.down()
    with page.expect_event("requestfinished", lambda request: "x-live" in request.headers):
        other.start(datetime.now(UTC))
    expect(rows(page)).to_have_count(1)

    page.mouse.up()

    page.locator("dialog [data-graph]").wait_for()
    expect(rows(page)).to_have_count(2)


def test_a_connection_that_has_gone_quiet_is_given_up_and_made_anew(watch, towers: Site) -> None:
    page = watch(clock=True)
    page.evaluate(SAID)
    factories.session(lasted=None)

    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=5))
    page.clock.fast_forward(20_000)
    assert page.evaluate("() => said") == []
    page.clock.fast_forward(30_000)
    page.clock.run_for(1_000)

    expect(rows(page)).to_have_count(1)
    expect(page.locator("[data-live-word]")).to_have_text("live")
    assert page.evaluate("() => said") == ["connection lost, reconnecting", "live"]


def test_a_browser_without_a_network_says_so_at_once(watch, towers: Site, complaints: Complaints) -> None:
    page = watch()
    page.evaluate(SAID)

    page.context.set_offline(True)
    page.wait_for_function("() => said.includes('you are offline')")
    factories.session(lasted=None)
    page.context.set_offline(False)

    expect(page.locator("[data-live-word]")).to_have_text("live")
    expect(rows(page)).to_have_count(1)
    complaints.expect("Failed to load resource", "htmx")  # of what was being fetched


def test_sums_table_and_navigation_count_the_same(watch, charging: Station, other: Station) -> None:
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


def test_the_first_session_brings_what_can_be_done_with_rows(watch, other: Station) -> None:
    page = watch()
    expect(page.get_by_role("button", name="Export")).to_be_disabled()

    other.start(datetime.now(UTC))

    expect(rows(page)).to_have_count(1)
    expect(page.locator("#export-menu summary")).to_be_visible()


def test_the_navigation_counts_on_every_page(signed_in, other: Station) -> None:
    page = signed_in(factories.operator())
    page.goto("/sessions/history/")
    count = page.locator("#nav-count")
    expect(count).to_have_text("0")
    page.wait_for_function(CONNECTED)

    other.start(datetime.now(UTC))
    expect(count).to_have_text("1")
    other.stop(datetime.now(UTC), meter_wh=10)
    expect(count).to_have_text("0")


@pytest.mark.parametrize("tab", ["in-progress", "history"])
def test_a_site_that_is_taken_away_leaves_rows_sums_and_the_choice_of_sites(
    signed_in, towers: Site, tab: str
) -> None:
    lasted = None if tab == "in-progress" else timedelta(hours=1)
    sites = [towers, factories.site()]
    for site in sites:
        factories.session(on=factories.station(at=site), lasted=lasted)
    dana = factories.manager(of=sites)
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


HEAR = """() => import("/static/js/socket.js").then(({ hear }) => {
    window.heard = 0;
    hear(["session.started"], () => { window.heard += 1; });
})"""


def test_a_burst_is_one_list_and_a_tab_that_nobody_sees_fetches_none(signed_in, towers: Site) -> None:
    factories.session(on=factories.station(at=towers), lasted=None)
    page = signed_in(factories.operator())
    sockets = routed(page)
    page.clock.install()
    page.goto("/sessions/in-progress/")
    # Live is said after the list of the first connection is in place: none is on its way when time stops.
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


def test_what_begins_before_the_page_hears_of_it_is_there(
    signed_in, charging: Station, other: Station
) -> None:
    page = signed_in(factories.operator())

    def begin_meanwhile(route: Route) -> None:
        begin(other, minutes_ago=6)
        route.continue_()

    page.route("**/js/socket.js", begin_meanwhile)

    page.goto("/sessions/in-progress/")

    expect(rows(page)).to_have_count(2)
