"""The session dialog in a browser: opening, closing, history, accessibility."""

import pytest
from playwright.sync_api import Page, expect

from sessions_app.models import ChargingSession
from tests.e2e.conftest import Complaints
from tests.e2e.session.conftest import Visit
from tests.e2e.session.page_checks import open_dialog
from tests.support import builders

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("how", ["Escape", "button", "outside", "back"])
def test_closed_dialog_returns_focus_to_its_link(visit: Visit, session: ChargingSession, how: str) -> None:
    page = visit("/sessions/history/?sort=id")
    open_dialog(page, session)
    assert page.url.endswith(f"/sessions/{session.pk}/")

    match how:
        case "Escape":
            page.keyboard.press("Escape")
        case "button":
            page.get_by_role("button", name="Close").click()
        case "outside":
            page.mouse.click(5, 5)
        case "back":
            page.go_back()

    expect(page.locator("dialog")).to_be_hidden()
    page.wait_for_url("**/sessions/history/?sort=id")
    expect(page.get_by_role("link", name=f"View session {session.pk}")).to_be_focused()


def test_back_button_of_table_works_after_dialog(visit: Visit, session: ChargingSession) -> None:
    page = visit("/sessions/history/")
    page.get_by_role("link", name="Charging Station").click()
    page.wait_for_url("**sort=station**")
    open_dialog(page, session)
    page.keyboard.press("Escape")
    page.wait_for_url("**sort=station**")

    page.go_back()

    page.wait_for_url("**/sessions/history/")
    expect(page.locator("th", has_text="Charging Station")).to_have_attribute("aria-sort", "none")


def test_forward_button_opens_dialog_again(visit: Visit, session: ChargingSession) -> None:
    page = visit("/sessions/history/")
    open_dialog(page, session)
    page.go_back()
    expect(page.locator("dialog")).to_be_hidden()

    page.go_forward()

    page.locator("dialog [data-graph][data-count]").wait_for()
    assert page.url.endswith(f"/sessions/{session.pk}/")


AT_ONCE = """async (steps) => {
    for (const step of steps) {
        const before = location.href;
        history.go(step);
        while (location.href === before) await new Promise((resolve) => { setTimeout(resolve); });
    }
}"""


def test_fast_back_and_forward_leaves_dialogopen_dialog(visit: Visit, session: ChargingSession) -> None:
    page = visit("/sessions/history/")
    open_dialog(page, session)

    page.evaluate(AT_ONCE, [-1, 1])

    page.locator("dialog [data-graph][data-count]").wait_for()
    assert page.evaluate("() => location.pathname") == f"/sessions/{session.pk}/"


def test_late_close_event_leaves_reopened_dialogopen_dialog(visit: Visit, session: ChargingSession) -> None:
    page = visit("/sessions/history/")
    open_dialog(page, session)

    page.evaluate("() => { document.querySelector('#session-dialog').dispatchEvent(new Event('close')); }")

    expect(page.locator("dialog [data-graph]")).to_be_visible()
    assert page.evaluate("() => location.pathname") == f"/sessions/{session.pk}/"


ARRIVAL = """() => {
    const dialog = document.querySelector("#session-dialog");
    window.arrived = new Promise((resolve) => { dialog.addEventListener("htmx:afterSettle", resolve); });
}"""


def test_late_response_does_not_open_dialog_after_back(visit: Visit, session: ChargingSession) -> None:
    page = visit("/sessions/history/")
    open_dialog(page, session)

    page.evaluate(ARRIVAL)
    page.evaluate(AT_ONCE, [-1, 1, -1])

    page.evaluate("async () => { await arrived; }")
    expect(page.locator("dialog")).to_be_hidden()
    assert page.evaluate("() => location.pathname") == "/sessions/history/"


def test_back_after_reload_shows_the_table(visit: Visit, session: ChargingSession) -> None:
    page = visit("/sessions/history/")
    open_dialog(page, session)
    page.reload()
    page.locator("[data-session-alone]").wait_for()

    page.go_back()

    page.get_by_role("link", name=f"View session {session.pk}").wait_for()


@pytest.mark.parametrize(("address", "heading"), [("", "Power & Energy"), ("pricing/", "Pricing & Consumption")])
def test_each_view_has_its_own_link(visit: Visit, session: ChargingSession, address: str, heading: str) -> None:
    page = visit(f"/sessions/{session.pk}/{address}")

    expect(page.get_by_role("link", name=heading)).to_have_attribute("aria-current", "page")


def test_switching_views_changes_url_and_keeps_graph(visit: Visit, session: ChargingSession) -> None:
    page = visit("/sessions/history/")
    open_dialog(page, session)
    start = round(session.started_at.timestamp() * 1000)
    page.evaluate("(from) => window.drawn.zoomTo([from, from + 600000])", start)

    page.get_by_role("link", name="Pricing & Consumption").click()
    page.wait_for_url(f"**/sessions/{session.pk}/pricing/")
    page.get_by_role("heading", name="Pricing policy").wait_for()
    page.get_by_role("link", name="Power & Energy").click()

    assert page.evaluate("() => window.drawn.range") == [start, start + 600_000]


def test_figures_and_prices_work_without_javascript(visit: Visit, session: ChargingSession) -> None:
    page = visit(f"/sessions/{session.pk}/", javascript=False)

    assert page.locator("[data-cell=consumption]").inner_text() == "6.56 kWh"
    page.get_by_role("link", name="Pricing & Consumption").click()
    page.get_by_role("heading", name="Pricing policy").wait_for()


def test_receipt_opens_from_the_dialog(visit: Visit, session: ChargingSession) -> None:
    page = visit("/sessions/history/")
    open_dialog(page, session)

    page.locator("dialog").get_by_role("link", name="Receipt").click()

    page.wait_for_url(f"**/sessions/{session.pk}/receipt/")


def test_two_fast_clicks_make_one_history_entry(visit: Visit, session: ChargingSession) -> None:
    builders.session(on=session.station)
    page = visit("/sessions/history/")
    table = page.url
    expect(page.locator("[data-view]")).to_have_count(2)

    page.evaluate("""() => {
        let settled = 0;
        document.addEventListener("htmx:afterSettle", ({ target }) => {
            if (target.matches("#session-dialog")) window.bothSettled = ++settled === 2;
        });
        document.querySelectorAll("[data-view]").forEach((eye) => eye.click());
    }""")
    page.wait_for_function("() => window.bothSettled")
    page.keyboard.press("Escape")

    expect(page).to_have_url(table)
    expect(page.locator("#session-dialog")).not_to_have_attribute("open", "")
    assert page.evaluate("() => history.state?.session ?? null") is None


def test_notice_covers_dialog_and_outlives_it(opened: Page) -> None:
    say = "(text) => import('/static/js/shell.js').then(({ notice }) => { notice(text); })"
    opened.evaluate(say, "A file is ready")
    notice = opened.locator("#notices p")
    is_reached = """(line) => {
        const box = line.getBoundingClientRect();
        line.style.pointerEvents = "auto";
        return line.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
    }"""
    assert notice.evaluate(is_reached)

    opened.keyboard.press("Escape")

    expect(opened.locator("#session-dialog")).not_to_have_attribute("open", "")
    expect(notice).to_be_visible()


def test_removed_graph_ignores_theme_changes(opened: Page) -> None:
    opened.evaluate("""() => {
        window.drawings = 0;
        window.drawn.draw = () => { window.drawings += 1; };
    }""")
    opened.emulate_media(color_scheme="dark")
    opened.wait_for_function("() => window.drawings === 1")
    opened.keyboard.press("Escape")
    opened.locator("dialog [data-graph]").wait_for(state="detached")

    opened.emulate_media(color_scheme="light")
    opened.wait_for_function("() => matchMedia('(prefers-color-scheme: light)').matches")
    opened.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    assert opened.evaluate("() => window.drawings") == 1


def test_png_download_without_graph_does_nothing(
    visit: Visit, session: ChargingSession, complaints: Complaints
) -> None:
    page = visit("/sessions/history/")
    page.route("**/plotly.min*.js", lambda route: route.abort())
    page.reload()
    page.get_by_role("link", name=f"View session {session.pk}").click()
    page.get_by_text("The graph could not be loaded").wait_for()

    page.get_by_role("button", name="Download the graph as PNG").click()

    complaints.expect("Failed to load resource")  # the library


def test_failed_detail_request_keeps_the_zoom(visit: Visit, session: ChargingSession, complaints: Complaints) -> None:
    session.samples.all().delete()
    builders.readings(session, [7200.0 + number % 11 for number in range(1_600)], every_s=3)
    page = visit("/sessions/history/")
    open_dialog(page, session)
    start = round(session.started_at.timestamp() * 1000)
    page.route("**/figure/?from=*", lambda route: route.abort())

    page.evaluate("(from) => window.drawn.zoomTo([from, from + 600000])", start)
    page.evaluate("() => window.drawn.reload()")

    assert page.evaluate("() => window.plot.layout.xaxis.range") == [start, start + 600_000]
    complaints.expect("/figure/?from=")
