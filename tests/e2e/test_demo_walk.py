"""A newcomer's first minutes with the demo: start, sign in with the printed account, look around."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import _complaint
from tests.support.demo_process import Demo, copy_checkout, free_port

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    # With three stations, one start in fourteen would have no car that charges.
    running = Demo(copy_checkout(tmp_path_factory.mktemp("demo")), free_port(), stations=14)
    running.until_it_says("Ctrl-C")
    yield running
    assert running.end() == 0


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    context = browser.new_context(base_url=demo.url, viewport={"width": 1440, "height": 900})
    complaints: list[str] = []
    context.on("console", lambda message: complaints.extend(_complaint(message)))
    context.on("weberror", lambda failed: complaints.append(f"uncaught: {failed.error}"))
    page = context.new_page()
    name, password = demo.manager
    page.goto("/")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions/in-progress/**")
    yield page
    context.close()
    assert not complaints


# Power and energy of each session in the table.
FIGURES = """() => {
    const figures = (row) => [...row.querySelectorAll("[data-cell=power], [data-cell=consumption]")];
    const rows = [...document.querySelectorAll("tr[data-session]")];
    return Object.fromEntries(rows.map((row) => [
        row.dataset.session, figures(row).map((cell) => cell.textContent).join(" "),
    ]));
}"""


def test_cars_charge_live_on_the_first_page(page: Page) -> None:
    expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    power = page.locator("[data-cell=power]", has_text=re.compile(r"^[1-9].* kW$"))
    expect(power.first).to_be_visible(timeout=20_000)

    before = page.evaluate(FIGURES)

    # A single car may keep its power for a minute or be full; among all cars something changes.
    now = f"Object.entries(({FIGURES})())"
    page.wait_for_function(
        f"(before) => {now}.some(([session, figures]) => (before[session] ?? figures) !== figures)",
        arg=before,
        timeout=30_000,
    )


def test_session_opens_with_graph_and_price(page: Page) -> None:
    page.goto("/sessions/history/")

    page.locator("tr[data-session] a[hx-target='#session-dialog']").first.click()
    dialog = page.locator("#session-dialog")
    expect(dialog.locator("[data-graph][data-count] .main-svg").first).to_be_visible(timeout=20_000)
    dialog.get_by_role("link", name="Pricing & Consumption").click()

    expect(dialog.get_by_text("Total", exact=True)).to_be_visible()
    expect(dialog).to_contain_text(re.compile(r"\$\d+\.\d\d"))
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page).to_have_url(re.compile("/sessions/history/$"))


def test_history_search_updates_the_summary(page: Page) -> None:
    page.goto("/sessions/history/")
    rows = page.locator("tr[data-session]")
    station = re.search(r"[A-Z]{2}-\w+-\d\d", rows.first.inner_text())
    assert station

    page.get_by_role("searchbox").fill(station[0])

    expect(page).to_have_url(re.compile(f"q={station[0]}"))
    expect(rows.filter(has_not_text=station[0])).to_have_count(0)
    expect(page.locator("#strip dd").first).to_have_text(str(rows.count()))  # two days fit on one page
