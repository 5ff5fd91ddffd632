"""What a row in progress says beside its figures, live: how long the car stands, since when all is silent."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from sessions_app.models import ChargingSession, ChargingStation, Connector
from tests import factories
from tests.e2e.serving import Server
from tests.e2e.session.ocpp_station import Station
from tests.e2e.tables.conftest import begin


def row(page: Page, station: Station) -> Locator:
    return page.locator(f"tr[data-session='{station.transaction}']")


def stand(station: Station, began: datetime, *, minutes: int) -> None:
    """Report that the car has taken nothing for so long, after it had charged."""
    for minute in range(6, 7 + minutes):
        station.measure(began + timedelta(minutes=minute), meter_wh=600, power_w=0)


def fall_silent(station: Station) -> None:
    """Let the last reading be an hour old."""
    heard = datetime.now(UTC) - timedelta(hours=1)
    ChargingSession.objects.filter(pk=station.transaction).update(started_at=heard, last_reading_at=heard)


@pytest.mark.parametrize("query", ["?idle_min=5", "?level=warning"])
def test_a_car_comes_into_a_list_filtered_by_inactivity_by_standing(
    watch: Any, other: Station, query: str
) -> None:
    Connector.objects.update(max_power_w=50_000)  # where 15 minutes are long
    began = begin(other, minutes_ago=30)
    page = watch(query)
    expect(page.get_by_text("No sessions match these filters.")).to_be_visible()

    stand(other, began, minutes=15)

    expect(row(page, other)).to_be_visible()


def test_a_car_leaves_a_list_filtered_by_inactivity_when_it_did_not_stand(watch: Any, other: Station) -> None:
    began = begin(other, minutes_ago=30)
    stand(other, began, minutes=6)
    page = watch("?idle_min=5")
    expect(row(page, other)).to_be_visible()

    for minute in (7, 9, 11):  # readings that come late say that it charged
        other.measure(began + timedelta(minutes=minute, seconds=30), meter_wh=600, power_w=7_200)

    expect(row(page, other)).to_have_count(0)


def test_a_long_inactivity_is_said_in_words_as_it_comes(watch: Any, other: Station) -> None:
    Connector.objects.update(max_power_w=50_000)
    began = begin(other, minutes_ago=30)
    page = watch()
    cell = row(page, other).locator(".c-inactivity")
    expect(cell).to_have_attribute("title", "")

    stand(other, began, minutes=15)

    expect(cell).to_have_attribute("title", "Long inactivity")
    expect(cell.locator(".sr")).to_have_text("Long inactivity")
    expect(row(page, other)).to_have_attribute("data-level", "warning")


@pytest.mark.parametrize(("query", "place"), [("", ".c-id"), ("?columns=user,price", ".flag")])
def test_a_flag_shows_and_is_said_as_it_comes(watch: Any, charging: Station, query: str, place: str) -> None:
    page = watch(query)
    mark = row(page, charging).locator(place)

    charging.measure(datetime.now(UTC), meter_wh=10, power_w=7_200)

    expect(mark).to_have_attribute("title", re.compile("Needs a look: .*The meter's register fell"))
    expect(mark.locator(".sr")).to_contain_text("The meter's register fell")
    sign = mark.evaluate("(mark) => getComputedStyle(mark, '::after').content")
    assert sign == '"!"'


def test_the_peak_rises_as_it_comes(watch: Any, charging: Station) -> None:
    page = watch("?columns=id,peak_power")
    expect(row(page, charging).locator(".c-peak_power")).to_have_text("7.20 kW")

    charging.measure(datetime.now(UTC), meter_wh=900, power_w=11_000)

    expect(row(page, charging).locator(".c-peak_power")).to_have_text("11.00 kW")


def test_silence_is_said_with_the_full_moment_and_the_old_figures_step_back(
    watch: Any, charging: Station
) -> None:
    fall_silent(charging)
    page = watch()
    power = row(page, charging).locator(".c-power")

    expect(power).to_contain_text("silent since")
    expect(power).to_have_attribute("title", re.compile(r"^Silent since \d{4}-.*\(Australia/Sydney\)$"))
    faint = row(page, charging).locator(".c-price").evaluate("(cell) => getComputedStyle(cell).color")
    usual = row(page, charging).locator(".c-station").evaluate("(cell) => getComputedStyle(cell).color")
    assert faint != usual


def test_a_station_that_leaves_is_said_to_be_offline_until_it_is_back(
    watch: Any, server: Server, charging: Station
) -> None:
    charging.measure(datetime.now(UTC), meter_wh=700, power_w=7_200)
    page = watch()
    power = row(page, charging).locator(".c-power")
    expect(power).to_have_text("7.20 kW")

    charging.close()

    expect(power).to_contain_text("offline since")
    expect(power).to_have_attribute("title", re.compile(r"^Offline since \d{4}-.*\(Australia/Sydney\)$"))
    expect(row(page, charging)).to_have_attribute("data-silent", "")
    with Station(server.ws, ChargingStation.objects.get()):
        expect(power).to_have_text("7.20 kW")
        expect(row(page, charging)).not_to_have_attribute("data-silent", "")


@pytest.mark.parametrize("width", [1440, 390])
def test_silence_is_said_where_the_power_is_not_shown(watch: Any, charging: Station, width: int) -> None:
    heard = datetime.now(UTC) - timedelta(seconds=25)
    almost = {"last_reading_at": heard, "clock_lag_s": 0, "sample_interval_s": 10}
    ChargingSession.objects.filter(pk=charging.transaction).update(**almost)
    page = watch("?columns=id,price,user", width=width)
    since = row(page, charging).locator(".since")

    expect(since).to_be_visible()  # five seconds later: nothing is announced
    expect(since).to_contain_text("silent since")
    charging.measure(datetime.now(UTC), meter_wh=900, power_w=7_200)
    expect(since).to_have_text("")
    expect(row(page, charging)).not_to_have_attribute("data-silent", "")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_everybody_can_use_a_row_with_its_graph(
    watch: Any, charging: Station, axe: Any, width: int, dark: bool
) -> None:
    page = watch(width=width, dark=dark)
    button = page.get_by_role("button", name=f"Graph of session {charging.transaction}")
    button.click()
    page.locator("tr.expansion [data-graph][data-count]").wait_for()

    expect(button).to_have_attribute("aria-expanded", "true")
    axe(page)
    button.click()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_an_open_row_says_so_in_the_next_list_as_well(watch: Any, charging: Station) -> None:
    page = watch()
    button = page.get_by_role("button", name=f"Graph of session {charging.transaction}")
    button.click()
    page.locator("tr.expansion [data-graph][data-count]").wait_for()

    factories.session(lasted=None)
    page.get_by_role("link", name="Charging Station").click()

    expect(page.locator("tr[data-session]")).to_have_count(2)
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.locator("tr.expansion [data-graph]")).to_be_visible()
