"""The session dialog in a browser: how it opens and closes, for whom it works."""

import pytest
from playwright.sync_api import Page, expect

from sessions_app.models import ChargingSession
from tests import factories

pytestmark = pytest.mark.browser


def _open(page: Page, session: ChargingSession) -> None:
    page.get_by_role("link", name=f"View session {session.pk}").click()
    page.locator("dialog [data-graph][data-count]").wait_for()


@pytest.mark.parametrize("how", ["Escape", "button", "outside", "back"])
def test_it_opens_over_the_table_and_closes_to_where_the_focus_was(visit, session, how):
    page = visit("/sessions/history/?sort=id")
    _open(page, session)
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


def test_the_tables_own_history_still_works_under_it(visit, session):
    page = visit("/sessions/history/")
    page.get_by_role("link", name="Charging Station").click()
    page.wait_for_url("**sort=station**")
    _open(page, session)
    page.keyboard.press("Escape")
    page.wait_for_url("**sort=station**")

    page.go_back()

    page.wait_for_url("**/sessions/history/")
    expect(page.locator("th", has_text="Charging Station")).to_have_attribute("aria-sort", "none")


def test_forward_opens_it_again(visit, session):
    page = visit("/sessions/history/")
    _open(page, session)
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


def test_back_and_forward_within_a_frame_leave_it_open_at_its_address(visit, session):
    page = visit("/sessions/history/")
    _open(page, session)

    page.evaluate(AT_ONCE, [-1, 1])

    page.locator("dialog [data-graph][data-count]").wait_for()
    assert page.evaluate("() => location.pathname") == f"/sessions/{session.pk}/"


def test_a_closing_that_is_told_late_does_not_put_away_what_is_open_again(visit, session):
    page = visit("/sessions/history/")
    _open(page, session)

    page.evaluate("() => { document.querySelector('#session-dialog').dispatchEvent(new Event('close')); }")

    expect(page.locator("dialog [data-graph]")).to_be_visible()
    assert page.evaluate("() => location.pathname") == f"/sessions/{session.pk}/"


ARRIVAL = """() => {
    const dialog = document.querySelector("#session-dialog");
    window.arrived = new Promise((resolve) => { dialog.addEventListener("htmx:afterSettle", resolve); });
}"""


def test_what_arrives_after_the_browser_has_gone_back_does_not_open(visit, session):
    page = visit("/sessions/history/")
    _open(page, session)

    page.evaluate(ARRIVAL)
    page.evaluate(AT_ONCE, [-1, 1, -1])

    page.evaluate("async () => { await arrived; }")
    expect(page.locator("dialog")).to_be_hidden()
    assert page.evaluate("() => location.pathname") == "/sessions/history/"


def test_back_after_a_reload_shows_the_table_again(visit, session):
    page = visit("/sessions/history/")
    _open(page, session)
    page.reload()
    page.locator("[data-session-alone]").wait_for()

    page.go_back()

    page.get_by_role("link", name=f"View session {session.pk}").wait_for()


@pytest.mark.parametrize(
    ("address", "heading"), [("", "Power & Energy"), ("pricing/", "Pricing & Consumption")]
)
def test_each_view_has_a_link_of_its_own(visit, session, address, heading):
    page = visit(f"/sessions/{session.pk}/{address}")

    expect(page.get_by_role("link", name=heading)).to_have_attribute("aria-current", "page")


def test_turning_to_the_other_view_changes_the_address_and_keeps_the_graph(visit, session):
    page = visit("/sessions/history/")
    _open(page, session)
    start = round(session.started_at.timestamp() * 1000)
    page.evaluate("(from) => window.drawn.zoomTo([from, from + 600000])", start)

    page.get_by_role("link", name="Pricing & Consumption").click()
    page.wait_for_url(f"**/sessions/{session.pk}/pricing/")
    page.get_by_role("heading", name="Pricing policy").wait_for()
    page.get_by_role("link", name="Power & Energy").click()

    assert page.evaluate("() => window.drawn.range") == [start, start + 600_000]


def test_without_javascript_figures_and_prices_are_there(visit, session):
    page = visit(f"/sessions/{session.pk}/", javascript=False)

    assert page.locator("[data-cell=consumption]").inner_text() == "6.56 kWh"
    page.get_by_role("link", name="Pricing & Consumption").click()
    page.get_by_role("heading", name="Pricing policy").wait_for()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("address", ["", "pricing/", "receipt/"])
def test_it_has_no_serious_fault_of_accessibility(visit, session, axe, address, dark):
    page = visit(f"/sessions/{session.pk}/{address}", dark=dark)
    if not address:
        page.locator("[data-graph][data-count]").wait_for()

    axe(page)


def test_the_receipt_opens_from_the_dialog_over_a_table(visit, session):
    page = visit("/sessions/history/")
    _open(page, session)

    page.locator("dialog").get_by_role("link", name="Receipt").click()

    page.wait_for_url(f"**/sessions/{session.pk}/receipt/")


def test_it_fits_a_telephone(visit, session):
    page = visit("/sessions/history/", width=390, height=844)
    _open(page, session)

    assert page.evaluate("() => document.querySelector('dialog').scrollWidth") <= 390


def _in_its_price(page: Page) -> None:
    page.get_by_role("link", name="Pricing & Consumption").click()
    page.get_by_role("heading", name="Pricing policy").wait_for()


def _in_the_middle(page: Page) -> None:
    page.keyboard.press("Home")
    for _ in range(45):
        page.keyboard.press("ArrowRight")
    page.locator("[data-playing]").wait_for()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("look", [_open, _in_its_price, _in_the_middle])
def test_the_open_dialog_has_no_serious_fault_of_accessibility(visit, session, axe, look, width):
    page = visit("/sessions/history/", width=width, height=844)
    _open(page, session)

    if look is not _open:
        look(page)

    axe(page)
    expect(page.get_by_role("dialog", name=f"Session {session.pk}")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_open_dialog_of_a_live_session_has_none_either(visit, session, axe, width):
    live = factories.session(on=session.station, connector=2, lasted=None)
    factories.readings(live, [7200.0] * 5)
    page = visit("/sessions/in-progress/", width=width, height=844)
    _open(page, live)
    page.locator("[data-feed=live]").wait_for()

    axe(page)


def test_two_eyes_clicked_at_once_are_one_step_of_the_browser(visit, session):
    factories.session(on=session.connector.station)
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


def test_a_notice_lies_over_the_dialog_and_stays_when_it_closes(opened):
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


def test_a_graph_that_has_left_the_page_hears_no_more_of_the_theme(opened):
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


def test_there_is_no_picture_before_there_is_a_graph(visit, session, complaints):
    page = visit("/sessions/history/")
    page.route("**/plotly.min*.js", lambda route: route.abort())
    page.reload()
    page.get_by_role("link", name=f"View session {session.pk}").click()
    page.get_by_text("The graph could not be loaded").wait_for()

    page.get_by_role("button", name="Download the graph as PNG").click()

    complaints.expect("Failed to load resource")  # the library


def test_a_detail_that_could_not_be_fetched_stops_nothing(visit, session, complaints):
    session.samples.all().delete()
    factories.readings(session, [7200.0 + number % 11 for number in range(1_600)], every_s=3)
    page = visit("/sessions/history/")
    _open(page, session)
    start = round(session.started_at.timestamp() * 1000)
    page.route("**/figure/?from=*", lambda route: route.abort())

    page.evaluate("(from) => window.drawn.zoomTo([from, from + 600000])", start)
    page.evaluate("() => window.drawn.reload()")

    assert page.evaluate("() => window.plot.layout.xaxis.range") == [start, start + 600_000]
    complaints.expect("/figure/?from=")
