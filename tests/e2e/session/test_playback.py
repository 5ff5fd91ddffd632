"""How a finished session plays back, and what its header says of each moment."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_it_plays_back_and_the_header_shows_the_moment(visit, session):
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()

    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => window.drawn.playback.moment > window.drawn.playback.from + 120000")
    page.get_by_role("button", name="Pause").click()

    moment_s = page.evaluate("() => (window.drawn.playback.moment - window.drawn.playback.from) / 1000")
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
