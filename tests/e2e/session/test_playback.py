"""Playback of a finished session: the figures of a moment, and the return to the whole session."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from sessions_app.models import ChargingSession
from tests.e2e.session.conftest import OpenAlone, Visit
from tests.e2e.session.page_checks import WHOLE, cell, go_to, header_texts

pytestmark = pytest.mark.browser


# -- to a moment


def test_playback_updates_the_header(visit: Visit, session: ChargingSession) -> None:
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()

    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => document.querySelector('[data-scrubber]').value > 20")  # 2 of 100 minutes
    page.get_by_role("button", name="Pause").click()

    moment_s = float(page.get_by_role("slider").input_value()) * 6
    assert page.locator("[data-cell=peak_power]").inner_text() == "7.20 kW"
    assert page.locator("[data-cell=consumption]").inner_text() == f"{int(moment_s // 60) * 0.12:.2f} kWh"
    assert page.locator("[data-graph-cursor]").is_visible()


def test_battery_keeps_its_last_reported_value(visit: Visit, session: ChargingSession) -> None:
    session.samples.filter(number=1).update(soc_percent=40)
    session.samples.filter(number=60).update(soc_percent=90)
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()
    page.get_by_role("slider").focus()

    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")

    expect(page.locator("[data-cell=battery]")).to_have_text("90 %")


def test_scrubber_and_keys_go_to_a_moment(visit: Visit, session: ChargingSession) -> None:
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


def test_header_marks_the_figures_of_the_moment(opened: Page) -> None:
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
def test_leaving_playback_shows_the_whole_session(opened: Page, back: Callable[[Page], None]) -> None:
    go_to(opened, 45)
    assert header_texts(opened) != WHOLE

    back(opened)

    assert header_texts(opened) == WHOLE
    assert opened.locator(".stat-peak_power dt").inner_text() == "Peak power"
    expect(opened.locator(".phase:visible")).to_have_text("EV disconnected")
    expect(opened.locator("[data-graph-cursor]")).to_be_hidden()
    expect(opened.locator("[data-graph-later]")).to_be_hidden()
    expect(opened.get_by_role("button", name="Whole session")).to_be_hidden()


def test_price_view_shows_the_whole_session(opened: Page) -> None:
    opened.get_by_role("button", name="Play").click()
    opened.wait_for_function("() => document.querySelector('[data-scrubber]').value > 0")

    opened.get_by_role("link", name="Pricing & Consumption").click()

    assert header_texts(opened) == WHOLE
    expect(opened.locator("[data-play]")).to_have_attribute("aria-label", "Play")


def test_reload_keeps_the_playback_moment(opened: Page, session: ChargingSession) -> None:
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
    assert header_texts(opened) == WHOLE


# -- the figures of a moment


def test_power_in_a_gap_is_unknown(alone: OpenAlone, session: ChargingSession) -> None:
    session.samples.filter(number__in=range(10, 30)).delete()
    page = alone()
    power = cell(page, "peak_power")

    powers = []
    for minute in (9, 10, 19.4, 19.6, 29, 30):
        go_to(page, minute)
        powers.append(power.inner_text())

    assert powers == ["7.20 kW", "–", "–", "–", "–", "7.20 kW"]


def test_inactivity_grows_between_points_and_after_stop(alone: OpenAlone, session: ChargingSession) -> None:
    session.samples.filter(number__in=range(42, 60)).delete()  # within the idle interval from 40 to 60 min
    page = alone()

    inactivities = []
    for minute in (38, 40, 50, 60, 75, 91, 95, 99):
        go_to(page, minute)
        inactivities.append(cell(page, "inactivity").inner_text())

    assert inactivities == [
        "0 s", "0 s", "10 m 00 s", "20 m 00 s", "20 m 00 s", "20 m 00 s", "24 m 00 s", "28 m 00 s",
    ]  # fmt: skip


def test_price_after_stop_is_the_final_price(alone: OpenAlone, session: ChargingSession) -> None:
    session.price = Decimal("9.99")
    session.save()
    page = alone()

    go_to(page, 90.5)
    assert cell(page, "price").inner_text() == "$2.29"
    go_to(page, 91)

    assert cell(page, "price").inner_text() == "$9.99"


# -- the position


VEIL = """() => {
    const { l, w } = window.plot._fullLayout._size;
    const { hidden, offsetLeft, offsetWidth } = document.querySelector("[data-graph-later]");
    return !hidden && [(offsetLeft - l) / w, offsetWidth / w].map((part) => Math.round(part * 20) / 20);
}"""


def test_veil_covers_the_rest_of_the_session(alone: OpenAlone, session: ChargingSession) -> None:
    page = alone()
    start = round(session.started_at.timestamp() * 1000)
    page.evaluate("([from, to]) => window.drawn.zoomTo([from, to])", [start + 3_000_000, start + 4_000_000])

    covered = []
    for minute in (20, 58.33, 80):
        go_to(page, minute)
        covered.append(page.evaluate(VEIL))

    assert covered == [[0, 1], [0.5, 0.5], [1, 0]]
