"""A session's graph in a browser: lines and labels."""

from datetime import timedelta

import pytest
from django.db.models import F
from playwright.sync_api import Page

from sessions_app.models import ChargingSession
from tests.e2e.boxes import bounding_box
from tests.e2e.session.conftest import Visit
from tests.support import builders
from tests.support.serving import Server

pytestmark = pytest.mark.browser
STARTED_MS = round(builders.NOON.timestamp() * 1000)


def _shown(page: Page) -> list[str]:
    traces = page.evaluate("() => window.plot.data.map((trace) => [trace.meta, trace.visible])")
    return [name for name, is_visible in traces if is_visible and name not in {"idle", "held back", "ground"}]


def test_hidden_series_hides_its_axis(visit: Visit, session: ChargingSession) -> None:
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()
    assert _shown(page) == ["power_kw", "energy_kwh", "limit_a"]

    page.get_by_label("Grid Limit (A)").uncheck()
    page.get_by_label("Amount").check()

    assert _shown(page) == ["power_kw", "energy_kwh", "price"]
    assert page.evaluate("() => window.plot.layout.yaxis3.visible") is False
    assert page.evaluate("() => window.plot.layout.yaxis4.visible") is True
    assert page.get_by_label("Battery").is_hidden()


def test_graph_times_are_site_time(visit: Visit, session: ChargingSession) -> None:
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()

    words = page.evaluate("() => window.plot.layout.xaxis.ticktext")

    assert words[0] == "23:00<br>3 Mar"
    assert "00:00<br>4 Mar" in words
    assert page.locator(".xtick text").first.text_content() == "23:003 Mar"


# How the page writes the moment that many hours after the start.
SITE_TIME = """async (hours) => {
    const { SiteTime } = await import("/static/js/session/sitetime.js");
    const payload = JSON.parse(document.querySelector("[data-payload]").textContent);
    return new SiteTime(payload.clock).full(payload.started_ms + hours * 3600000);
}"""


def test_ticks_are_right_across_a_clock_change(visit: Visit, server: Server, transactional_db: None) -> None:
    station = builders.station(at=builders.site("Harbour Towers"))  # Sydney: back at 03:00 on 5 April 2026
    night = builders.session(
        on=station,
        started_at=builders.NOON.replace(month=4, day=4, hour=14, minute=0),
        lasted=timedelta(hours=4),
    )
    builders.readings(night, [7200.0] * 240)
    page = visit(f"/sessions/{night.pk}/")
    page.locator("[data-graph][data-count]").wait_for()

    assert page.evaluate(SITE_TIME, 1.5) == "5 Apr 02:30:00 AEDT"
    assert page.evaluate(SITE_TIME, 2.5) == "5 Apr 02:30:00 AEST"
    ticks = page.evaluate("() => window.plot.layout.xaxis")
    labels = zip(ticks["tickvals"], ticks["ticktext"], strict=True)
    at_three = next(ms for ms, label in labels if "03:00" in label)
    assert (at_three - night.started_at.timestamp() * 1000) / 3_600_000 == 3.0


def test_hover_shows_all_series_and_elapsed_time(visit: Visit, session: ChargingSession) -> None:
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()
    plot = bounding_box(page.locator("[data-graph-plot]"))

    page.mouse.move(plot["x"] + plot["width"] / 2, plot["y"] + plot["height"] / 2)

    box = page.locator("[data-graph-moment]")
    box.wait_for()
    assert "AEDT" in box.inner_text()
    assert "after the start" in box.inner_text()
    assert [name.strip() for name in box.locator("dt").all_inner_texts()] == [
        "Grid Power", "Energy Delivered", "Grid Limit (A)",
    ]  # fmt: skip


def test_idle_time_is_shaded_and_events_are_marked(visit: Visit, session: ChargingSession) -> None:
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()

    corners = page.evaluate("() => window.plot.data.find((trace) => trace.meta === 'idle').x")
    begins, ends = corners[0::5], corners[2::5]
    minutes = [
        ((begin / 1000 - session.started_at.timestamp()) / 60, (end - begin) / 60_000)
        for begin, end in zip(begins, ends, strict=True)
    ]
    assert minutes == [(40, 20), (91, 9)]
    marks = page.evaluate("() => window.plot.layout.shapes.map((shape) => shape.name)")
    assert marks == ["start", "stop", "unplugged"]


def test_time_held_back_is_hatched_and_named(visit: Visit, session: ChargingSession) -> None:
    session.samples.filter(number__gt=60).update(held_back_s=F("number") * 60 - 3600)
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()

    shade = page.evaluate("() => window.plot.data.find((trace) => trace.meta === 'held back')")

    at_minutes = [(corner / 1000 - session.started_at.timestamp()) / 60 for corner in shade["x"][:3]]
    assert at_minutes == [60, 60, 90]
    assert shade["fillpattern"]["shape"] == "/"
    assert page.locator(".annotation-text").get_by_text("held back").is_visible()


def test_gap_in_readings_is_drawn_as_gap(visit: Visit, session: ChargingSession) -> None:
    session.samples.filter(number__in=range(50, 70)).delete()
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()

    powers = page.evaluate("() => window.plot.data[0].y")

    assert powers.count(None) == 4  # the gap, the start, the stop, and the unplugging
    assert page.evaluate("() => window.plot.data[0].connectgaps") is False
    ground = page.evaluate("() => window.plot.data.find((trace) => trace.meta === 'ground').x")
    assert ground.count(None) == 2  # a piece before the gap and one after it


def _move_to(page: Page, minute: float) -> None:
    frame = bounding_box(page.locator("[data-graph-plot]"))
    x = page.evaluate(
        "(ms) => { const { range } = window.drawn, { l, w } = window.plot._fullLayout._size;"
        " return l + w * (ms - range[0]) / (range[1] - range[0]); }",
        STARTED_MS + minute * 60_000,
    )
    page.mouse.move(frame["x"] + x, frame["y"] + frame["height"] / 2)


def test_hover_in_a_gap_says_no_reading(visit: Visit, session: ChargingSession) -> None:
    session.samples.filter(number__in=range(50, 70)).delete()
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()
    box = page.locator("[data-graph-moment]")

    _move_to(page, 52)
    assert box.inner_text() == "No reading\n\nfrom 3 Mar 23:49:00 AEDT to 00:10:00"

    _move_to(page, 80)
    assert "1 h 20 m after the start" in box.inner_text()


def test_touch_reads_the_graph_and_scrolls_the_page(visit: Visit, session: ChargingSession) -> None:
    page = visit(f"/sessions/{session.pk}/", width=390, height=500, has_touch=True, is_mobile=True)
    page.locator("[data-graph][data-count]").wait_for()
    plot = page.locator("[data-graph-plot]")
    plot.scroll_into_view_if_needed()
    frame = bounding_box(plot)

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


def test_labels_of_close_marks_do_not_overlap(visit: Visit, session: ChargingSession) -> None:
    session.stopped_at = session.started_at + timedelta(minutes=99)
    session.save()
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()
    assert _marks(page) == [("start", "left"), ("stop, unplugged", "right")]

    start = round(session.started_at.timestamp() * 1000)
    page.evaluate("(from) => window.drawn.zoomTo([from, from + 600000])", start + 96 * 60_000)

    assert _marks(page) == [("stop", "left"), ("unplugged", "left")]


def _marks(page: Page) -> list[tuple[str, str]]:
    annotations = page.evaluate("() => window.plot.layout.annotations.map((each) => [each.text, each.xanchor])")
    return [(text, anchor) for text, anchor in annotations if text != "idle"]


def test_phone_labels_maximum_of_series_without_axis(visit: Visit, session: ChargingSession) -> None:
    page = visit(f"/sessions/{session.pk}/", width=390, height=844)
    page.locator("[data-graph][data-count]").wait_for()

    highest = [text for text, _ in _marks(page) if text.endswith(" A")]

    assert highest == ["32 A"]


def test_drag_zooms_and_button_resets(visit: Visit, session: ChargingSession) -> None:
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()
    plot = bounding_box(page.locator("[data-graph-plot]"))
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


def test_zoom_fetches_detail_of_downsampled_session(visit: Visit, session: ChargingSession) -> None:
    long = builders.session(on=session.station, lasted=timedelta(hours=12))
    builders.readings(long, [7200.0 + number % 11 for number in range(4_000)], every_s=10)
    page = visit(f"/sessions/{long.pk}/")
    page.locator("[data-graph][data-count]").wait_for()
    assert page.evaluate("() => window.plot.data[0].x.length") <= 1_500

    start = round(long.started_at.timestamp() * 1000)
    page.evaluate("(from) => window.drawn.zoomTo([from, from + 600000])", start + 3_600_000)

    reading_ms = [start + number * 10_000 for number in range(360, 421)]
    page.wait_for_function("(ms) => window.plot.data[0].x.includes(ms)", arg=reading_ms[17])
    drawn_ms = page.evaluate("() => window.plot.data[0].x")
    assert [ms for ms in drawn_ms if reading_ms[0] <= ms <= reading_ms[-1]] == reading_ms


def test_graph_is_redrawn_when_its_height_changes(visit: Visit, session: ChargingSession) -> None:
    page = visit(f"/sessions/{session.pk}/")
    page.locator("[data-graph][data-count]").wait_for()

    page.set_viewport_size({"width": 1440, "height": 600})

    page.wait_for_function("() => window.plot.layout.height === window.plot.clientHeight")
    assert page.evaluate("() => window.plot.clientHeight") == 264


def test_graph_downloads_as_png(visit: Visit, session: ChargingSession) -> None:
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
def test_session_with_too_few_readings_says_why(
    visit: Visit, session: ChargingSession, powers: list[float | None], says: str
) -> None:
    short = builders.session(on=session.station, lasted=timedelta(minutes=3))
    if powers:
        builders.readings(short, powers)
    page = visit(f"/sessions/{short.pk}/")

    page.locator("[data-graph-note]").get_by_text(says).wait_for()


# -- in an expanded row


def test_row_expands_to_the_same_graph(visit: Visit, session: ChargingSession) -> None:
    page = visit("/sessions/history/")

    page.locator(f"tr[data-session='{session.pk}'] [data-cell=station]").click()

    page.locator("tr.expansion [data-graph][data-count]").wait_for()
    assert _shown(page) == ["power_kw", "energy_kwh", "limit_a"]
    page.locator("tr.expansion").get_by_role("button", name="Play").click()
    page.locator("tr.expansion").get_by_role("button", name="Pause").wait_for()
