"""The layout of the tables in little space: nothing overflows, shifts or is out of reach."""

import re
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from sessions_app.domain.flags import Flag
from tests.e2e.boxes import bounding_box
from tests.e2e.conftest import SignIn
from tests.e2e.tables.conftest import settled
from tests.support import builders

LONG = "Harbour Towers and Gardens"


@pytest.fixture
def full(transactional_db: None) -> None:
    """Create sessions with long texts, at sites in two time zones."""
    company = builders.company("Harbour Living Strata Management")
    sydney = builders.station("HT-B1-03", at=builders.site(LONG, of=company), connectors=3)
    perth = builders.station(
        "SG-DC-01", at=builders.site("Swan Gardens", of=company, time_zone="Australia/Perth"), connectors=3
    )
    now = timezone.now()
    started_at = now - timedelta(minutes=49)
    ids = count(1_234_561)  # as after a long history
    for where in (sydney, perth):
        for number in (1, 2, 3):
            facts: dict[str, Any] = {
                "on": where,
                "connector": number,
                "driver": builders.driver("Chloé O’Brien") if number > 1 else None,
                "idle_s": (0, 3_315, 14_400)[number - 1],
                "power_w": 119_990.0,
                "price": "116.68",
                "currency": "AUD",
                "battery": 64.0,
                "flags": Flag.NO_DRIVER if number == 1 else 0,
            }
            builders.session(
                pk=next(ids),
                lasted=None,
                started_at=started_at,
                last_reading_at=now,
                **facts,
            )
            builders.session(pk=next(ids), started_at=now - timedelta(days=1), **facts)


@pytest.mark.parametrize("tab", ["in-progress", "history"])
@pytest.mark.parametrize("width", [1440, 1280])
def test_columns_fit_the_frame_and_rows_are_equally_high(full: None, signed_in: SignIn, tab: str, width: int) -> None:
    page = signed_in(builders.operator(), width=width)
    page.goto(f"/sessions/{tab}/")
    settled(page)
    expect(page.locator("tr[data-session]")).to_have_count(6)
    frame = page.locator(".table-frame").evaluate("frame => [frame.scrollWidth, frame.clientWidth]")
    assert frame[0] <= frame[1]
    heights = page.locator("tr[data-session]:not(:last-child)").evaluate_all(
        "rows => rows.map((row) => row.offsetHeight)"
    )
    assert len(set(heights)) == 1
    cut = page.locator("td.c-site", has_text=LONG).first
    if tab == "in-progress":
        assert cut.get_attribute("title") == LONG


def test_flag_beside_id_does_not_shift_it(full: None, signed_in: SignIn) -> None:
    page = signed_in(builders.operator())
    page.goto("/sessions/history/")
    ids = page.locator("td.c-id")
    before = bounding_box(ids.first)
    page.locator("[data-flagged]").evaluate_all(
        "cells => cells.forEach((cell) => cell.removeAttribute('data-flagged'))"
    )
    assert bounding_box(ids.first) == before


def test_expanded_graph_is_as_wide_as_the_frame(full: None, signed_in: SignIn) -> None:
    page = signed_in(builders.operator())
    page.goto("/sessions/history/")
    page.locator("td.c-station").first.click()
    frame = page.locator(".table-frame").evaluate("frame => frame.clientWidth")
    assert page.locator(".expansion-body").evaluate("body => body.offsetWidth") == frame


def test_focus_ring_of_row_surrounds_its_buttons(full: None, signed_in: SignIn) -> None:
    page = signed_in(builders.operator())
    page.goto("/sessions/history/")
    page.locator(".table-frame").focus()
    page.keyboard.press("ArrowDown")
    shadow = page.locator("tr:focus td.actions").evaluate("cell => getComputedStyle(cell).boxShadow")
    assert "inset" in shadow


def test_filter_link_opens_its_section(full: None, signed_in: SignIn) -> None:
    page = signed_in(builders.operator())
    page.goto("/sessions/history/")
    page.get_by_role("link", name="Filter by Site").click()
    expect(page.locator("#filter-place input").first).to_be_focused()
    page.locator("#filter-place").get_by_label("Swan Gardens", exact=True).click()
    expect(page.locator("#filter-count")).to_have_text("1 in use")
    foot = bounding_box(page.locator("#filters .panel-foot"))
    assert foot["y"] + foot["height"] <= 900
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#filters .panel-form")).to_be_hidden()
    expect(page.locator("tr[data-session]")).to_have_count(3)


def open_on_phone(signed_in: SignIn, **options: Any) -> Page:
    page = signed_in(builders.operator(), width=390, height=844, **options)
    page.goto("/sessions/in-progress/")
    settled(page)
    return page


def test_cards_start_high_and_flags_keep_their_height(full: None, signed_in: SignIn) -> None:
    page = open_on_phone(signed_in)
    card = bounding_box(page.locator("tr[data-session]").first)
    assert card["y"] < 300
    for site in (LONG, "Swan Gardens"):  # one without any flag, and two with
        cards = page.locator("tr[data-session]", has_text=site)
        expect(cards).to_have_count(3)
        assert len({card.evaluate("card => card.offsetHeight") for card in cards.all()}) == 1, site
    unknown = page.locator("td.c-user[data-unknown]").first
    assert "Unknown user" in unknown.evaluate("cell => getComputedStyle(cell, '::before').content")


def test_silent_card_is_labelled_and_keeps_its_height(full: None, signed_in: SignIn) -> None:
    page = open_on_phone(signed_in)
    card = page.locator("tr[data-session]").first
    before = card.evaluate("card => card.offsetHeight")
    card.evaluate(
        """(card) => {
          card.setAttribute("data-silent", "");
          card.querySelector(".c-power").textContent = "offline since 08:55 yesterday";
        }"""
    )
    assert card.evaluate("card => card.offsetHeight") == before
    label = card.locator(".c-power").evaluate("cell => getComputedStyle(cell, '::before').content")
    assert "Power" in label


def test_cards_are_sorted_by_a_select(full: None, signed_in: SignIn) -> None:
    page = open_on_phone(signed_in)
    expect(page.locator("thead")).to_be_hidden()
    page.get_by_label("Sort by").select_option("Inactivity, highest first")
    expect(page).to_have_url(re.compile(r"/in-progress/\?sort=-inactivity$"))
    expect(page.locator("tr[data-session]").first).to_have_attribute("data-level", "high")
    page.locator("#q").fill("swan-nobody")
    expect(page).to_have_url(re.compile("sort=-inactivity"))
    expect(page.get_by_label("Sort by")).to_have_value("-inactivity")


@pytest.mark.parametrize("panel", ["Filters", "Saved views", "Columns"])
def test_phone_panels_fit_and_close(full: None, signed_in: SignIn, panel: str) -> None:
    page = open_on_phone(signed_in)
    menu = page.locator("details.menu", has=page.locator("summary", has_text=panel))
    menu.locator("summary").click()
    expect(menu.locator(".panel-form")).to_be_visible()
    box = bounding_box(menu.locator(".menu-list"))
    assert box["x"] == 390 - box["x"] - box["width"] == 12
    menu.get_by_role("button", name="Close").click()
    expect(menu.locator(".panel-form")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


@pytest.mark.parametrize("width", [768, 1024, 1181])
def test_filter_panel_fits_without_sideways_scrolling(full: None, signed_in: SignIn, width: int) -> None:
    page = signed_in(builders.operator(), width=width)
    page.goto("/sessions/history/")
    too_wide = "() => document.documentElement.scrollWidth - innerWidth"
    assert page.evaluate(too_wide) <= 0

    page.locator("#filters > summary").click()
    panel = page.locator("#filters .panel-form")
    panel.wait_for()

    box = bounding_box(panel)
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate(too_wide) <= 0
