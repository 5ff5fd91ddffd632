"""A finished session played back: the figures of a moment, and the way back to the whole session."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.session.looking import WHOLE, cell, go_to, said

pytestmark = pytest.mark.browser


# -- to a moment


def test_it_plays_back_and_the_header_shows_the_moment(visit, session):
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()

    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => document.querySelector('[data-scrubber]').value > 20")  # 2 of 100 minutes
    page.get_by_role("button", name="Pause").click()

    moment_s = float(page.get_by_role("slider").input_value()) * 6
    assert page.locator("[data-cell=peak_power]").inner_text() == "7.20 kW"
    assert page.locator("[data-cell=consumption]").inner_text() == f"{int(moment_s // 60) * 0.12:.2f} kWh"
    assert page.locator("[data-graph-cursor]").is_visible()


def test_a_charge_that_not_every_reading_tells_stays_what_it_was(visit, session):
    session.samples.filter(number=1).update(soc_percent=40)
    session.samples.filter(number=60).update(soc_percent=90)
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()
    page.get_by_role("slider").focus()

    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")

    expect(page.locator("[data-cell=battery]")).to_have_text("90 %")


def test_the_scrubber_and_the_keys_go_to_a_moment(visit, session):
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()
    page.get_by_role("slider").focus()

    page.keyboard.press("End")
    assert page.locator("[data-cell=duration]").inner_text() == "1 h 40 m"
    assert page.locator("[data-cell=inactivity]").inner_text() == "29 m 00 s"
    page.keyboard.press("Home")
    for _ in range(50):
        page.keyboard.press("ArrowRight")
    assert page.locator("[data-cell=duration]").inner_text() == "50 m 00 s"
    assert page.locator("[data-cell=inactivity]").inner_text() == "10 m 00 s"
    assert page.locator("[data-cell=consumption]").inner_text() == "4.80 kWh"
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").wait_for()


# -- back to the whole session


def test_while_a_moment_is_shown_the_header_says_which_and_marks_what_is_of_it(opened):
    go_to(opened, 45)

    expect(opened.locator(".phase:visible")).to_have_text("at 23:45:00")
    assert opened.locator(".stat-peak_power").inner_text() == "Power\n0.02 kW"
    colours = {
        name: cell(opened, name).evaluate("(cell) => getComputedStyle(cell).color")
        for name in ("consumption", "duration", "started_at", "ended_at")
    }
    assert colours["consumption"] == colours["duration"]
    assert colours["started_at"] == colours["ended_at"] != colours["consumption"]


def _by_button(page: Page) -> None:
    page.get_by_role("button", name="Whole session").click()
    expect(page.get_by_role("button", name="Play")).to_be_focused()


def _by_the_end(page: Page) -> None:
    page.keyboard.press("End")


def _by_playing_on(page: Page) -> None:
    page.get_by_label("Speed").select_option("600")
    go_to(page, 99)
    page.get_by_role("button", name="Play").click()
    page.locator(".playback:not([data-on])").wait_for()


@pytest.mark.parametrize("back", [_by_button, _by_the_end, _by_playing_on])
def test_it_is_left_and_the_whole_session_is_shown_again(opened, back):
    go_to(opened, 45)
    assert said(opened) != WHOLE

    back(opened)

    assert said(opened) == WHOLE
    assert opened.locator(".stat-peak_power dt").inner_text() == "Peak power"
    expect(opened.locator(".phase:visible")).to_have_text("EV disconnected")
    expect(opened.locator("[data-graph-cursor]")).to_be_hidden()
    expect(opened.locator("[data-graph-later]")).to_be_hidden()
    expect(opened.get_by_role("button", name="Whole session")).to_be_hidden()


def test_turned_to_its_price_it_shows_the_whole_session(opened):
    opened.get_by_role("button", name="Play").click()
    opened.wait_for_function("() => document.querySelector('[data-scrubber]').value > 0")

    opened.get_by_role("link", name="Pricing & Consumption").click()

    assert said(opened) == WHOLE
    expect(opened.locator("[data-play]")).to_have_attribute("aria-label", "Play")


def test_what_the_server_says_anew_does_not_end_the_moment(opened, session):
    go_to(opened, 45)
    session.end_reason = "Local"  # another version of the session
    session.save()

    opened.evaluate("""async () => {
        window.head = document.querySelector("dialog [data-part=head]");
        await window.drawn.reload();
    }""")
    opened.wait_for_function("() => !head.isConnected")

    assert cell(opened, "consumption").inner_text() == "4.80 kWh"
    _by_the_end(opened)
    assert said(opened) == WHOLE


# -- the figures of a moment


def test_in_a_gap_the_power_is_unknown(alone, session):
    session.samples.filter(number__in=range(10, 30)).delete()
    page = alone()
    power = cell(page, "peak_power")

    said = []
    for minute in (9, 10, 19.4, 19.6, 29, 30):
        go_to(page, minute)
        said.append(power.inner_text())

    assert said == ["7.20 kW", "–", "–", "–", "–", "7.20 kW"]


def test_inactivity_grows_between_the_points_and_after_the_stop(alone, session):
    session.samples.filter(number__in=range(42, 60)).delete()  # within the stretch from 40 to 60 min
    page = alone()

    said = []
    for minute in (38, 40, 50, 60, 75, 91, 95, 99):
        go_to(page, minute)
        said.append(cell(page, "inactivity").inner_text())

    assert said == [
        "0 s", "0 s", "10 m 00 s", "20 m 00 s", "20 m 00 s", "20 m 00 s", "24 m 00 s", "28 m 00 s",
    ]  # fmt: skip


def test_after_the_stop_the_price_is_that_of_the_bill_not_of_the_last_reading(alone, session):
    session.price = Decimal("9.99")
    session.save()
    page = alone()

    go_to(page, 90.5)
    assert cell(page, "price").inner_text() == "$2.29"
    go_to(page, 91)

    assert cell(page, "price").inner_text() == "$9.99"


# -- where it stands


VEIL = """() => {
    const { l, w } = window.plot._fullLayout._size;
    const { hidden, offsetLeft, offsetWidth } = document.querySelector("[data-graph-later]");
    return !hidden && [(offsetLeft - l) / w, offsetWidth / w].map((part) => Math.round(part * 20) / 20);
}"""


def test_the_veil_lies_over_all_that_is_still_to_come(alone, session):
    page = alone()
    start = round(session.started_at.timestamp() * 1000)
    page.evaluate("([from, to]) => window.drawn.zoomTo([from, to])", [start + 3_000_000, start + 4_000_000])

    covered = []
    for minute in (20, 58.33, 80):
        go_to(page, minute)
        covered.append(page.evaluate(VEIL))

    assert covered == [[0, 1], [0.5, 0.5], [1, 0]]
