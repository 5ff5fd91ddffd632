"""What a table shows when requests fail."""

import pytest
from playwright.sync_api import Page, Route, expect

from sessions_app.models import Site
from tests.e2e.conftest import Complaints, SignIn
from tests.e2e.tables.conftest import Watch
from tests.support import builders
from tests.support.serving import Server

FAILED = ("Failed to load resource", "htmx")  # console messages of failing requests
# The parts of the pager under the notice; one evaluation, since another notice may replace it.
COVERED = """() => {
    const notice = document.querySelector("#notices p").getBoundingClientRect();
    return [...document.querySelectorAll(".pager > *")].filter((part) => {
        const { left, right, top, bottom } = part.getBoundingClientRect();
        return left < notice.right && notice.left < right && top < notice.bottom && notice.top < bottom;
    }).map((part) => part.className);
}"""


def fail(page: Page, pattern: str) -> None:
    """Let matching requests of the page fail from now on."""

    def refuse(route: Route) -> None:
        route.fulfill(status=500, body="")

    page.route(pattern, refuse)


@pytest.fixture
def history(server: Server, signed_in: SignIn, complaints: Complaints) -> Page:
    """Give a page for History; errors of failing requests are expected."""
    builders.session()
    page = signed_in(builders.operator())
    complaints.expect(*FAILED)
    return page


def test_failed_summary_says_so_and_can_be_retried(history: Page) -> None:
    fail(history, "**/summary/*")
    history.goto("/sessions/history/")
    strip = history.locator("#strip")
    expect(strip).to_contain_text("The totals cannot be shown right now.")
    expect(strip).not_to_contain_text("Calculating")
    expect(history.locator("#notices")).to_have_text("")

    history.unroute("**/summary/*")
    strip.get_by_role("button", name="Try again").click()

    expect(strip.locator(".summary")).to_be_visible()
    expect(strip).not_to_contain_text("cannot")


def test_outdated_summary_is_marked_old(watch: Watch, towers: Site, complaints: Complaints) -> None:
    # With a row, a list update leaves the summary in place.
    builders.session(on=builders.station(at=towers), lasted=None)
    page = watch(clock=True)
    expect(page.locator(".summary")).to_be_visible()

    fail(page, "**/summary/*")
    for _ in range(5):
        page.clock.fast_forward(15_000)

    expect(page.locator("#strip")).to_contain_text("These totals are out of date.")
    expect(page.locator(".strip-failed")).to_have_count(1)
    expect(page.locator(".summary")).to_be_visible()
    complaints.expect(*FAILED)


@pytest.mark.parametrize("rows", [16, 30], ids=["short", "long"])
def test_repeated_failure_is_one_notice_beside_the_pager(history: Page, rows: int) -> None:
    station = builders.station()
    for _ in range(rows):
        builders.session(on=station)
    history.goto("/sessions/history/")
    fail(history, "**/history/?sort=*")
    heading = history.get_by_role("link", name="Consumption")

    for _ in range(3):
        with history.expect_response("**/history/?sort=*"):
            heading.click()

    expect(history.locator("#notices p")).to_have_count(1)
    assert history.evaluate(COVERED) == []


def test_failed_graph_says_so_in_its_place(history: Page) -> None:
    fail(history, "**/figure/")
    history.goto("/sessions/history/")

    history.locator("tr[data-session] .c-station").first.click()

    expect(history.locator("tr.expansion")).to_have_text("The graph could not be loaded.")
