"""Live signs of a row in progress: inactivity, flags, silence, offline."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from sessions_app.models import ChargingSession, ChargingStation, Connector
from tests.e2e.conftest import AxeCheck
from tests.e2e.tables.conftest import Watch, begin
from tests.support import builders
from tests.support.serving import Server
from tests.support.station_client import Station, connect_station


def row(page: Page, station: Station) -> Locator:
    return page.locator(f"tr[data-session='{station.transaction}']")


def stand(station: Station, began: datetime, *, minutes: int) -> None:
    """Report zero power for that many minutes after charging."""
    for minute in range(6, 7 + minutes):
        station.measure(began + timedelta(minutes=minute), meter_wh=600, power_w=0)


def fall_silent(station: Station) -> None:
    """Make the last reading an hour old."""
    heard = datetime.now(UTC) - timedelta(hours=1)
    ChargingSession.objects.filter(pk=station.transaction).update(started_at=heard, last_reading_at=heard)


@pytest.mark.parametrize("query", ["?idle_min=5", "?level=warning"])
def test_car_enters_inactivity_filter_by_standing(watch: Watch, other: Station, query: str) -> None:
    Connector.objects.update(max_power_w=50_000)  # 15 idle minutes give a warning
    began = begin(other, minutes_ago=30)
    page = watch(query)
    expect(page.get_by_text("No sessions match these filters.")).to_be_visible()

    stand(other, began, minutes=15)

    expect(row(page, other)).to_be_visible()


def test_car_leaves_inactivity_filter_after_late_readings(watch: Watch, other: Station) -> None:
    began = begin(other, minutes_ago=30)
    stand(other, began, minutes=6)
    page = watch("?idle_min=5")
    expect(row(page, other)).to_be_visible()

    for minute in (7, 9, 11):  # late readings report charging
        other.measure(began + timedelta(minutes=minute, seconds=30), meter_wh=600, power_w=7_200)

    expect(row(page, other)).to_have_count(0)


def test_long_inactivity_is_announced_live(watch: Watch, other: Station) -> None:
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
def test_flag_appears_live(watch: Watch, charging: Station, query: str, place: str) -> None:
    page = watch(query)
    mark = row(page, charging).locator(place)

    charging.measure(datetime.now(UTC), meter_wh=10, power_w=7_200)

    expect(mark).to_have_attribute("title", re.compile("Needs a look: .*Register fell by 0.6 kWh"))
    expect(mark.locator(".sr")).to_contain_text("Register fell by")
    sign = mark.evaluate("(mark) => getComputedStyle(mark, '::after').content")
    assert sign == '"!"'


def test_peak_power_rises_live(watch: Watch, charging: Station) -> None:
    page = watch("?columns=id,peak_power")
    expect(row(page, charging).locator(".c-peak_power")).to_have_text("7.20 kW")

    charging.measure(datetime.now(UTC), meter_wh=900, power_w=11_000)

    expect(row(page, charging).locator(".c-peak_power")).to_have_text("11.00 kW")


def test_silent_row_shows_since_when_and_fades(watch: Watch, charging: Station) -> None:
    fall_silent(charging)
    page = watch()
    power = row(page, charging).locator(".c-power")

    expect(power).to_contain_text("silent since")
    expect(power).to_have_attribute("title", re.compile(r"^Silent since \d{4}-.*\(Australia/Sydney\)$"))
    faint = row(page, charging).locator(".c-price").evaluate("(cell) => getComputedStyle(cell).color")
    usual = row(page, charging).locator(".c-station").evaluate("(cell) => getComputedStyle(cell).color")
    assert faint != usual


def test_disconnected_station_is_offline_until_it_returns(watch: Watch, server: Server, charging: Station) -> None:
    charging.measure(datetime.now(UTC), meter_wh=700, power_w=7_200)
    page = watch()
    power = row(page, charging).locator(".c-power")
    expect(power).to_have_text("7.20 kW")

    charging.close()

    expect(power).to_contain_text("offline since")
    expect(power).to_have_attribute("title", re.compile(r"^Offline since \d{4}-.*\(Australia/Sydney\)$"))
    expect(row(page, charging)).to_have_attribute("data-silent", "")
    with connect_station(server.ws, ChargingStation.objects.get()):
        expect(power).to_have_text("7.20 kW")
        expect(row(page, charging)).not_to_have_attribute("data-silent", "")


@pytest.mark.parametrize("width", [1440, 390])
def test_silence_is_shown_without_power_column(watch: Watch, charging: Station, width: int) -> None:
    heard = datetime.now(UTC) - timedelta(seconds=25)
    almost = {"last_reading_at": heard, "clock_lag_s": 0, "sample_interval_s": 10}
    ChargingSession.objects.filter(pk=charging.transaction).update(**almost)
    page = watch("?columns=id,price,user", width=width)
    since = row(page, charging).locator(".since")

    expect(since).to_be_visible()  # five seconds later, without a push
    expect(since).to_contain_text("silent since")
    charging.measure(datetime.now(UTC), meter_wh=900, power_w=7_200)
    expect(since).to_have_text("")
    expect(row(page, charging)).not_to_have_attribute("data-silent", "")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_row_with_graph_is_accessible(watch: Watch, charging: Station, axe: AxeCheck, width: int, dark: bool) -> None:
    page = watch(width=width, dark=dark)
    button = page.get_by_role("button", name=f"Graph of session {charging.transaction}")
    button.click()
    page.locator("tr.expansion [data-graph][data-count]").wait_for()

    expect(button).to_have_attribute("aria-expanded", "true")
    axe(page)
    button.click()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_expanded_row_stays_marked_after_sorting(watch: Watch, charging: Station) -> None:
    page = watch()
    button = page.get_by_role("button", name=f"Graph of session {charging.transaction}")
    button.click()
    page.locator("tr.expansion [data-graph][data-count]").wait_for()

    builders.session(lasted=None)
    page.get_by_role("link", name="Charging Station").click()

    expect(page.locator("tr[data-session]")).to_have_count(2)
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.locator("tr.expansion [data-graph]")).to_be_visible()
