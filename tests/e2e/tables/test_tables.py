"""The two tables in a real browser: live rows, lost connections, keyboard, cards, accessibility."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from sessions_app.models import ChargingSession
from sessions_app.store.credentials import password_digest
from tests.e2e.conftest import AxeCheck, OpenPage, SignIn
from tests.e2e.tables.conftest import CONNECTION_STATES, routed, settled
from tests.support import builders
from tests.support.async_station_client import PASSWORD
from tests.support.serving import Server
from tests.support.station_client import Station

TABS = ("in-progress", "history")
LIBRARY = re.compile(r"/plotly\.min[^/]*\.js$")  # draws the graphs


def rows(page: Page) -> Locator:
    return page.locator("tr[data-session]")


def create_sessions(*, ended: int = 3, running: int = 2) -> None:
    """Create sessions at one of two sites, so that the site picker is shown."""
    where = builders.station("HT-B1-03", at=builders.site("Harbour Towers"), connectors=9)
    builders.site("Ultimo Place")
    for number in range(ended):
        builders.session(
            on=where,
            driver=builders.driver(("Ada Alpha", "Ben Beta", "Cleo Gamma")[number]),
            idle_s=number * 4_000,
        )
    for number in range(running):
        builders.session(on=where, connector=number + 1, lasted=None, driver=builders.driver("Priya Raman"))


def test_rows_appear_change_and_leave_live(server: Server, signed_in: SignIn) -> None:
    builders.station("HT-B1-03", password_digest=password_digest(PASSWORD), accepts_unknown_tags=True)
    page = signed_in(builders.operator())
    page.goto("/sessions/in-progress/")
    expect(page.locator("[data-live-word]")).to_have_text("live")
    expect(page.get_by_text("Nobody is charging right now.")).to_be_visible()

    with Station(server.ws, "HT-B1-03") as station:
        station.boot()
        pk = station.start(datetime.now(UTC) - timedelta(minutes=20), id_tag="GUEST")
        expect(rows(page)).to_have_count(1)
        expect(page.locator("#nav-count")).to_have_text("1")
        station.measure(datetime.now(UTC), meter_wh=500, power_w=7_200)
        expect(page.locator(f"#session-{pk} .c-consumption")).to_have_text("0.50 kWh")
        before = page.locator(f"#session-{pk} .c-duration").inner_text()
        expect(page.locator(f"#session-{pk} .c-duration")).not_to_have_text(before)
        station.stop(datetime.now(UTC) + timedelta(minutes=1), meter_wh=900, reason="EVDisconnected")

    expect(page.locator("#notices")).to_contain_text(f"Session {pk}")
    expect(rows(page)).to_have_count(0)


def test_lost_connection_recovers_and_catches_up(server: Server, signed_in: SignIn) -> None:
    create_sessions(ended=0, running=1)
    page = signed_in(builders.operator())
    sockets = routed(page)
    page.goto("/sessions/in-progress/")
    expect(page.locator("[data-live-word]")).to_have_text("live")
    page.evaluate(CONNECTION_STATES)

    builders.session(lasted=None)
    sockets[-1].close()

    expect(rows(page)).to_have_count(2)
    assert page.evaluate("() => said") == ["connection lost, reconnecting", "live"]


def test_keyboard_moves_opens_searches_and_closes(signed_in: SignIn) -> None:
    create_sessions()
    page = signed_in(builders.operator())
    page.goto("/sessions/history/")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("Escape")
    expect(rows(page).nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(rows(page).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#session-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#session-dialog")).to_be_hidden()
    expect(page).to_have_url(re.compile("/sessions/history/$"))


def test_search_filters_and_back_button_follow_the_url(signed_in: SignIn) -> None:
    create_sessions()
    page = signed_in(builders.operator())
    page.goto("/sessions/history/")
    expect(rows(page)).to_have_count(3)
    page.locator("#q").fill("cleo ga")
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=cleo(\+|%20)ga"))
    page.get_by_role("link", name=re.compile("Search .*remove")).click()
    expect(rows(page)).to_have_count(3)
    page.go_back()
    expect(rows(page)).to_have_count(1)
    page.goto("/sessions/history/?q=nobody")
    page.get_by_role("link", name="Clear filters").last.click()
    expect(rows(page)).to_have_count(3)


def test_filters_columns_and_row_menu_open_in_place(signed_in: SignIn) -> None:
    create_sessions()
    page = signed_in(builders.operator())
    page.goto("/sessions/history/")
    page.locator("summary", has_text="Filters").click()
    page.locator(".pill", has_text=re.compile(r"^\s*High\s*$")).click()
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("Escape")
    page.locator("summary", has_text="Columns").click()
    page.locator(".choice", has_text=re.compile(r"^\s*Pricing policy\s*$")).click()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("th.c-policy")).to_be_visible()
    page.wait_for_load_state()  # before that htmx does not handle a click on a link
    expect(rows(page)).to_have_count(2)
    page.get_by_role("link", name=re.compile("More for session")).first.click()
    expect(page.locator("#row-menu")).to_contain_text("Receipt")
    page.keyboard.press("Escape")
    expect(page.locator("#row-menu")).to_be_hidden()


def test_driver_found_by_name_becomes_a_filter(signed_in: SignIn) -> None:
    create_sessions()
    page = signed_in(builders.operator())
    page.goto("/sessions/history/")
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("Find a user").fill("cleo")
    expect(page.locator("#filters [name=driver]")).to_have_count(1)
    page.locator("#filters [name=driver]").check()
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/history/\?driver=\d+$"))


def test_named_range_and_dates_replace_each_other(signed_in: SignIn) -> None:
    create_sessions()
    page = signed_in(builders.operator())
    page.goto("/sessions/history/?started_after=2026-01-01")
    expect(rows(page)).to_have_count(3)
    page.locator("summary", has_text="Filters").click()
    expect(page.locator("#filters [name=range]:checked")).to_have_count(0)
    page.locator(".pill", has_text="Yesterday").click()
    expect(page).to_have_url(re.compile(r"/history/\?range=yesterday$"))
    expect(page.locator("#filters [name=started_after]")).to_have_value("")
    page.locator("#filters [name=started_before]").fill("2026-12-31")
    page.locator("#filters [name=started_before]").press("Tab")
    expect(page).to_have_url(re.compile(r"/history/\?started_before=2026-12-31$"))
    expect(page.locator("#filters [name=range]:checked")).to_have_count(0)


def test_click_on_row_expands_its_graph(signed_in: SignIn) -> None:
    create_sessions(ended=1)
    page = signed_in(builders.operator())
    page.goto("/sessions/history/")
    rows(page).first.locator(".c-station").click()
    expect(page.locator("tr.expansion [data-graph]")).to_be_visible()
    rows(page).first.locator(".c-station").click()
    expect(page.locator("tr.expansion")).to_have_count(0)


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("trigger", ["idle", "graph"])
def test_graph_library_loads_when_idle_or_needed(signed_in: SignIn, tab: str, trigger: str) -> None:
    create_sessions()
    page = signed_in(builders.operator())
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.add_init_script("window.requestIdleCallback = (rest) => { window.rest = rest; };")

    page.goto(f"/sessions/{tab}/")
    settled(page)
    page.wait_for_function("() => window.rest")

    assert not list(filter(LIBRARY.search, fetched))
    with page.expect_request(LIBRARY):
        if trigger == "idle":
            page.evaluate("() => { window.rest(); }")
        else:
            rows(page).first.locator(".c-station").click()


@pytest.mark.parametrize("tab", TABS)
def test_phone_does_not_scroll_sideways(signed_in: SignIn, tab: str) -> None:
    create_sessions()
    page = signed_in(builders.operator(), width=390, height=844)
    page.goto(f"/sessions/{tab}/")
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("tr[data-session]").first.evaluate("row => getComputedStyle(row).display") == "grid"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("tab", TABS)
def test_tables_are_accessible(signed_in: SignIn, axe: AxeCheck, tab: str, width: int, dark: bool) -> None:
    create_sessions()
    page = signed_in(builders.operator(), width=width, dark=dark)
    page.goto(f"/sessions/{tab}/?kind=tenant")
    settled(page)
    axe(page)
    page.locator("summary", has_text="Filters").click()
    expect(page.locator(".panel-form")).to_be_visible()
    axe(page)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("address", ["/sign-in/", "/sessions/history/?site=nowhere", "/sessions/history/columns/"])
def test_pages_around_the_tables_are_accessible(
    signed_in: SignIn, open_page: OpenPage, axe: AxeCheck, address: str, dark: bool
) -> None:
    page = open_page(dark=dark) if "sign-in" in address else signed_in(builders.operator(), dark=dark)
    page.goto(address)
    axe(page)


def test_tables_work_without_javascript(signed_in: SignIn) -> None:
    create_sessions()
    page = signed_in(builders.operator(), javascript=False)
    page.goto("/sessions/history/")
    page.locator("#q").fill("cleo")
    page.locator("#q").press("Enter")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("link", name=re.compile("Search .*remove")).click()
    page.get_by_role("link", name="Inactivity", exact=True).click()
    expect(page.locator("th.c-inactivity")).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("link", name=re.compile("More for session")).first.click()
    page.get_by_role("link", name="This station’s sessions").click()
    expect(rows(page)).to_have_count(3)
    assert ChargingSession.objects.count() == 5
    page.get_by_role("link", name="Filter by Inactivity").click()
    page.locator("[name=idle_min]").fill("60")
    page.get_by_role("button", name="Show").click()
    expect(rows(page)).to_have_count(2)


def test_changing_figures_do_not_shift_the_layout(server: Server, signed_in: SignIn) -> None:
    builders.station("HT-B1-03", password_digest=password_digest(PASSWORD), accepts_unknown_tags=True)
    page = signed_in(builders.operator())
    with Station(server.ws, "HT-B1-03") as station:
        station.boot()
        pk = station.start(datetime.now(UTC) - timedelta(minutes=20), id_tag="GUEST")
        page.goto("/sessions/in-progress/")
        expect(page.locator("[data-live-word]")).to_have_text("live")
        place = page.locator(f"#session-{pk} .c-price").bounding_box()
        station.measure(datetime.now(UTC), meter_wh=12_345, power_w=21_900)
        expect(page.locator(f"#session-{pk} .c-power")).to_have_text("21.90 kW")
        assert page.locator(f"#session-{pk} .c-price").bounding_box() == place
