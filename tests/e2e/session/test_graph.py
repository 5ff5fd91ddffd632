"""A session's graph in a browser: what it draws and what it says."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from tests import factories

pytestmark = pytest.mark.browser


def _shown(page: Page) -> list[str]:
    drawn = page.evaluate("() => window.drawn.frame.data.map((trace) => [trace.meta, trace.visible])")
    return [name for name, is_visible in drawn if is_visible and name not in {"idle", "ground"}]


def test_a_series_is_switched_off_with_its_axis(visit, session):
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()
    assert _shown(page) == ["power_kw", "energy_kwh", "limit_a"]

    page.get_by_label("Grid Limit (A)").uncheck()
    page.get_by_label("Amount").check()

    assert _shown(page) == ["power_kw", "energy_kwh", "price"]
    assert page.evaluate("() => window.drawn.frame.layout.yaxis3.visible") is False
    assert page.evaluate("() => window.drawn.frame.layout.yaxis4.visible") is True
    assert page.get_by_label("Battery").is_hidden()


def test_times_are_those_of_the_site_wherever_the_browser_stands(visit, session):
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()

    words = page.evaluate("() => window.drawn.frame.layout.xaxis.ticktext")

    assert words[0] == "23:00<br>3 Mar"
    assert "00:00<br>4 Mar" in words
    assert page.locator(".xtick text").first.text_content() == "23:003 Mar"


def test_ticks_are_right_on_both_sides_of_a_change_of_the_clocks(visit, server, transactional_db):
    station = factories.station(at=factories.site("Harbour Towers"))  # Sydney: back at 03:00 on 5 April 2026
    night = factories.session(
        on=station,
        started_at=factories.NOON.replace(month=4, day=4, hour=14, minute=0),
        lasted=timedelta(hours=4),
    )
    factories.readings(night, [7200.0] * 240)
    page = visit(f"/sessions/{night.pk}/")
    page.locator("[data-graph][data-count]").wait_for()

    moment = "(hours) => window.drawn.siteTime.full(window.drawn.payload.started_ms + hours * 3600000)"
    assert page.evaluate(moment, 1.5) == "5 Apr 02:30:00 AEDT"
    assert page.evaluate(moment, 2.5) == "5 Apr 02:30:00 AEST"
    ticks = page.evaluate("() => window.drawn.siteTime.ticks(...window.drawn.range, 12)")
    at_three = next(ms for ms, word in zip(ticks["moments"], ticks["words"], strict=True) if "03:00" in word)
    assert (at_three - night.started_at.timestamp() * 1000) / 3_600_000 == 3.0


def test_the_pointer_shows_all_series_at_a_moment_with_the_elapsed_time(visit, session):
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()
    plot = page.locator("[data-graph-plot]").bounding_box()

    page.mouse.move(plot["x"] + plot["width"] / 2, plot["y"] + plot["height"] / 2)

    box = page.locator("[data-graph-moment]")
    box.wait_for()
    assert "AEDT" in box.inner_text()
    assert "after the start" in box.inner_text()
    assert [name.strip() for name in box.locator("dt").all_inner_texts()] == [
        "Grid Power", "Energy Delivered", "Grid Limit (A)",
    ]  # fmt: skip


def test_idle_stretches_are_shaded_and_start_stop_and_unplug_are_marked(visit, session):
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()

    corners = page.evaluate("() => window.drawn.frame.data.find((trace) => trace.meta === 'idle').x")
    begins, ends = corners[0::5], corners[2::5]
    minutes = [
        ((begin / 1000 - session.started_at.timestamp()) / 60, (end - begin) / 60_000)
        for begin, end in zip(begins, ends, strict=True)
    ]
    assert minutes == [(40, 20), (91, 9)]
    marks = page.evaluate("() => window.drawn.frame.layout.shapes.map((shape) => shape.name)")
    assert marks == ["start", "stop", "unplugged"]


def test_a_gap_in_the_readings_is_a_gap(visit, session):
    session.samples.filter(number__in=range(50, 70)).delete()
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()

    powers = page.evaluate("() => window.drawn.frame.data[0].y")

    assert powers.count(None) == 4  # the gap, the start, the stop, and the unplugging
    assert page.evaluate("() => window.drawn.frame.data[0].connectgaps") is False
    ground = page.evaluate("() => window.drawn.frame.data.find((trace) => trace.meta === 'ground').x")
    assert ground.count(None) == 2  # a piece before the gap and one after it


def _move_to(page: Page, minute: float) -> None:
    frame = page.locator("[data-graph-plot]").bounding_box()
    x = page.evaluate(
        "(ms) => { const { range, frame } = window.drawn, { l, w } = frame._fullLayout._size;"
        " return l + w * (ms - range[0]) / (range[1] - range[0]); }",
        page.evaluate("() => window.drawn.payload.started_ms") + minute * 60_000,
    )
    page.mouse.move(frame["x"] + x, frame["y"] + frame["height"] / 2)


def test_in_a_gap_the_pointer_is_told_that_nothing_was_read(visit, session):
    session.samples.filter(number__in=range(50, 70)).delete()
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()
    box = page.locator("[data-graph-moment]")

    _move_to(page, 52)
    assert box.inner_text() == "No reading\n\nfrom 3 Mar 23:49:00 AEDT to 00:10:00"

    _move_to(page, 80)
    assert "1 h 20 m after the start" in box.inner_text()


def test_a_finger_reads_the_graph_and_scrolls_the_page(visit, session):
    page = visit(f"/sessions/{session.pk}/", width=390, height=500, has_touch=True, is_mobile=True)
    page.locator("[data-graph][data-count]").wait_for()
    plot = page.locator("[data-graph-plot]")
    plot.scroll_into_view_if_needed()
    frame = plot.bounding_box()

    page.touchscreen.tap(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)

    box = page.locator("[data-graph-moment]")
    box.wait_for()
    assert "after the start" in box.inner_text()
    touched = page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('.graph-frame') &&"
        " getComputedStyle(document.querySelector('.graph-frame')).touchAction",
        [frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2],
    )
    assert touched == "pan-y pinch-zoom"
    page.locator(".series").tap(position={"x": 2, "y": 2})
    box.wait_for(state="hidden")


def test_words_of_close_marks_stand_beside_each_other_or_together(visit, session):
    session.stopped_at = session.started_at + timedelta(minutes=99)
    session.save()
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()
    assert _marks(page) == [("start", "left"), ("stop, unplugged", "right")]

    start = round(session.started_at.timestamp() * 1000)
    page.evaluate("(from) => window.drawn.zoomTo([from, from + 600000])", start + 96 * 60_000)

    assert _marks(page) == [("stop", "left"), ("unplugged", "left")]


def _marks(page: Page) -> list[tuple[str, str]]:
    found = page.evaluate(
        "() => window.drawn.frame.layout.annotations.map((each) => [each.text, each.xanchor])"
    )
    return [(text, anchor) for text, anchor in found if text != "idle"]


def test_on_a_telephone_a_series_without_an_axis_says_its_highest_value(visit, session):
    page = visit(f"/sessions/{session.pk}/", width=390, height=844)
    page.locator("[data-graph][data-count]").wait_for()

    highest = [text for text, _ in _marks(page) if text.endswith(" A")]

    assert highest == ["32 A"]


def test_looking_closer_and_back_again(visit, session):
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()
    plot = page.locator("[data-graph-plot]").bounding_box()
    middle = plot["y"] + plot["height"] / 2

    page.mouse.move(plot["x"] + plot["width"] * 0.3, middle)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] * 0.6, middle, steps=5)
    page.mouse.up()
    whole = page.get_by_role("button", name="Whole session")
    whole.wait_for()
    assert page.evaluate("() => window.drawn.range[1] - window.drawn.range[0]") < 45 * 60_000

    whole.click()
    assert page.evaluate("() => window.drawn.range[1] - window.drawn.range[0]") > 99 * 60_000


def test_a_thinned_session_shows_its_detail_where_one_looks_closer(visit, session):
    long = factories.session(on=session.station, lasted=timedelta(hours=12))
    factories.readings(long, [7200.0 + number % 11 for number in range(4_000)], every_s=10)
    page = visit(f"/sessions/{long.pk}/")
    page.locator("[data-graph][data-count]").wait_for()
    assert page.evaluate("() => window.drawn.points.length") <= 1_500

    start = round(long.started_at.timestamp() * 1000)
    page.evaluate("(from) => window.drawn.zoomTo([from, from + 600000])", start + 3_600_000)

    page.wait_for_function("() => window.drawn.points.shown.number.includes(377)")
    inside = [
        number
        for number in page.evaluate("() => window.drawn.points.shown.number")
        if 360 <= (number or 0) <= 420
    ]
    assert inside == list(range(360, 421))


def test_it_is_drawn_anew_when_its_height_changes(visit, session):
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()

    page.set_viewport_size({"width": 1440, "height": 600})

    page.wait_for_function("() => window.drawn.frame.layout.height === window.drawn.frame.clientHeight")
    assert page.evaluate("() => window.drawn.frame.clientHeight") == 264


def test_the_picture_can_be_downloaded(visit, session):
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()

    with page.expect_download() as download:
        page.get_by_role("button", name="Download the graph as PNG").click()

    assert download.value.suggested_filename == f"session-{session.pk}.png"
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("powers", "says"),
    [([], "The station sent no readings"), ([7200.0], "The station sent only one reading")],
)
def test_a_session_without_a_line_to_draw_says_why(visit, session, powers, says):
    short = factories.session(on=session.station, lasted=timedelta(minutes=3))
    if powers:
        factories.readings(short, powers)
    page = visit(f"/sessions/{short.pk}/")

    page.locator("[data-graph-note]").get_by_text(says).wait_for()


# -- in an expanded row


def test_a_row_expands_to_the_same_graph(visit, session):
    page = visit("/sessions/history/")

    page.locator(f"tr[data-session='{session.pk}'] [data-cell=station]").click()

    page.locator("tr.expansion [data-graph][data-count]").wait_for()
    assert _shown(page) == ["power_kw", "energy_kwh", "limit_a"]
    page.locator("tr.expansion").get_by_role("button", name="Play").click()
    page.locator("tr.expansion").get_by_role("button", name="Pause").wait_for()
