"""What a table says when the server does not answer, or answers with an error."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests import factories
from tests.e2e.conftest import Complaints

FAILED = ("Failed to load resource", "htmx")  # what the console says of requests that fail
# The parts of the pager that the notice lies over; in one look, since the next one may take its place.
COVERED = """() => {
    const notice = document.querySelector("#notices p").getBoundingClientRect();
    return [...document.querySelectorAll(".pager > *")].filter((part) => {
        const { left, right, top, bottom } = part.getBoundingClientRect();
        return left < notice.right && notice.left < right && top < notice.bottom && notice.top < bottom;
    }).map((part) => part.className);
}"""


def fail(page: Page, what: str) -> None:
    """Let those requests of the page fail from now on."""

    def refuse(route: Route) -> None:
        route.fulfill(status=500, body="")

    page.route(what, refuse)


@pytest.fixture
def history(server: Any, signed_in: Any, complaints: Complaints) -> Any:
    """Give a page on History; what the console says of failing requests is wanted."""
    factories.session()
    page: Page = signed_in(factories.operator())
    complaints.expect(*FAILED)
    return page


def test_sums_that_fail_say_so_in_their_place_and_can_be_tried_again(history: Page) -> None:
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


def test_sums_that_were_there_are_called_old(watch: Any, towers: Any, complaints: Complaints) -> None:
    # With a row, a list that comes anew leaves the sums where they are.
    factories.session(on=factories.station(at=towers), lasted=None)
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
def test_the_same_failure_is_one_notice_and_covers_no_page_button(history: Page, rows: int) -> None:
    station = factories.station()
    for _ in range(rows):
        factories.session(on=station)
    history.goto("/sessions/history/")
    fail(history, "**/history/?sort=*")
    heading = history.get_by_role("link", name="Consumption")

    for _ in range(3):
        with history.expect_response("**/history/?sort=*"):
            heading.click()

    expect(history.locator("#notices p")).to_have_count(1)
    assert history.evaluate(COVERED) == []


def test_a_graph_that_fails_says_so_in_its_place(history: Page) -> None:
    fail(history, "**/figure/")
    history.goto("/sessions/history/")

    history.locator("tr[data-session] .c-station").first.click()

    expect(history.locator("tr.expansion")).to_have_text("The graph could not be loaded.")
