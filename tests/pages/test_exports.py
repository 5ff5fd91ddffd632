"""Exports of a filtered list."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient, Client
from django.urls import reverse
from openpyxl import Workbook

from sessions_app.exports.streaming import stream_from_thread
from sessions_app.models import Manager, MeterSample
from sessions_app.store.saved_views import manager_save_columns
from tests.support import builders
from tests.support.builders import NOON
from tests.support.export_files import read_csv, read_streamed

pytestmark = pytest.mark.django_db(transaction=True)


Download = Callable[[Manager, str], Awaitable[list[dict[str, str]]]]


def address(tab: str = "history", suffix: str = "csv", **query: str) -> str:
    return reverse("export", args=[tab, suffix], query=query)


@pytest.fixture
def download() -> Download:
    """Give a function that signs in and downloads a CSV as rows by header."""

    async def download(manager: Manager, url: str) -> list[dict[str, str]]:
        client = AsyncClient()
        await client.aforce_login(manager)
        response = await client.get(url)
        assert response.status_code == 200, response
        return read_csv(await read_streamed(response))

    return download


def _sheet(manager: Manager, url: str) -> Workbook:
    client = Client()
    client.force_login(manager)
    response = client.get(url)
    assert response.status_code == 200
    return openpyxl.load_workbook(BytesIO(response.content))


def _about(workbook: Workbook) -> dict[Any, Any]:
    return {line[0]: line[1] for line in workbook["About"].iter_rows(values_only=True)}


async def test_csv_has_filtered_rows_in_list_order(download: Download) -> None:
    olga, ids = await sync_to_async(_three_sessions)()
    rows = await download(olga, address(q="HT-01", sort="consumption"))
    assert [int(row["ID"]) for row in rows] == [ids[2], ids[0]]


def _three_sessions() -> tuple[Manager, list[int]]:
    wanted, other = builders.station("HT-01"), builders.station("XX-09")
    ids = [
        builders.session(on=wanted, energy_wh=Decimal(9000)).pk,
        builders.session(on=other, energy_wh=Decimal(1)).pk,
        builders.session(on=wanted, connector=2, energy_wh=Decimal(5000)).pk,
    ]
    return builders.operator(), ids


async def test_sessions_in_progress_have_the_export_time(download: Download) -> None:
    await sync_to_async(builders.session)(lasted=None)
    olga = await sync_to_async(builders.operator)()
    (row,) = await download(olga, address("in-progress"))
    assert row["As Of"]
    assert "End Date" not in row


async def test_hidden_sessions_are_not_exported(download: Download) -> None:
    def stage() -> tuple[Manager, int]:
        own, foreign = builders.site(), builders.site()
        visible = builders.session(on=builders.station(at=own))
        builders.session(on=builders.station(at=foreign))
        return builders.manager(of=[own]), visible.pk

    dana, visible_pk = await sync_to_async(stage)()
    assert [int(row["ID"]) for row in await download(dana, address())] == [visible_pk]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "query",
    [
        {"idle_min": "many"},
        {"site": "999999"},
        {"started_after": "yesterday"},
        {"strange": "1"},
        {"sort": "x"},
    ],
)
def test_invalid_filter_is_rejected_with_its_error(client: Client, suffix: str, query: dict[str, str]) -> None:
    builders.session()
    client.force_login(builders.operator())
    response = client.get(address(suffix=suffix, **query))
    assert response.status_code == 400
    assert "Nothing was exported" in response.text
    assert "Content-Disposition" not in response.headers


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_anonymous_visitor_is_sent_to_sign_in(client: Client, suffix: str) -> None:
    response = client.get(address(suffix=suffix))
    assert (response.status_code, response.headers["Location"].split("?")[0]) == (302, reverse("sign-in"))


@pytest.mark.parametrize("path", ["/sessions/history/export.pdf", "/sessions/other/export.csv"])
def test_unknown_tab_or_format_is_a_404(client: Client, path: str) -> None:
    client.force_login(builders.operator())
    assert client.get(path).status_code == 404


def test_file_name_says_what_and_when(client: Client) -> None:
    client.force_login(builders.operator())
    named = client.get(address(range="last-month")).headers["Content-Disposition"]
    assert named.startswith('attachment; filename="charging-sessions-history-last-month-made-20')
    assert named.endswith('-utc.csv"')


def test_workbook_has_shown_columns_or_all() -> None:
    builders.session()
    olga = builders.operator()
    shown = _sheet(olga, address(suffix="xlsx", columns="id,price"))["History"]
    everything = _sheet(olga, address(suffix="xlsx", columns="all"))["History"]
    assert [cell.value for cell in shown[1]] == ["ID", "Price", "Currency", "Time Zone"]
    assert {"Needs a Look", "Pricing Policy", "Average Power (kW)", "Unit"} <= {cell.value for cell in everything[1]}


def test_workbook_has_the_managers_columns_by_default() -> None:
    builders.session()
    olga = builders.operator()
    manager_save_columns(olga, tab="history", keys=["id", "price"])
    sheet = _sheet(olga, address(suffix="xlsx"))["History"]
    assert [cell.value for cell in sheet[1]] == ["ID", "Price", "Currency", "Time Zone"]


def test_about_sheet_says_filters_exporter_and_time() -> None:
    station = builders.station("HT-01")
    builders.session(on=station)
    about = _about(_sheet(builders.operator(), address(suffix="xlsx", q="ht-01")))
    assert about["Filters"] == "Search: “ht-01”"
    assert about["Exported by"] == "olga (olga)"
    assert about["Rows"] == "1"
    assert about["Exported at"].endswith(" UTC")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, "Started At, newest first"),
        ({"sort": "ended_at"}, "End Date, oldest first"),
        ({"sort": "-price"}, "Price, highest first"),
        ({"sort": "duration"}, "Duration, lowest first"),
        ({"sort": "site_area"}, "Site Area, A to Z"),
        ({"sort": "-user"}, "User, Z to A"),
    ],
)
def test_about_sheet_says_the_order_in_words(query: dict[str, str], words: str) -> None:
    assert _about(_sheet(builders.operator(), address(suffix="xlsx", **query)))["Sorted by"] == words


async def test_bom_for_excel_is_optional() -> None:
    client = AsyncClient()
    await client.aforce_login(await sync_to_async(builders.operator)())
    for url, begins in ((address(), "\ufeff"), (address(bom="no"), "ID")):
        response = await client.get(url)
        content = (await read_streamed(response)).decode()
        assert content.startswith(begins)


async def test_closed_stream_ends_the_query() -> None:
    ended = threading.Event()

    def pieces() -> Iterator[bytes]:
        try:
            while True:
                yield b"x"
        finally:
            ended.set()

    stream = stream_from_thread(pieces)
    assert await anext(stream) == b"x"
    assert isinstance(stream, AsyncGenerator)
    await stream.aclose()
    assert await asyncio.to_thread(ended.wait, 5)


def test_duration_over_a_day_is_a_real_duration() -> None:
    builders.session(started_at=NOON, lasted=timedelta(hours=30))
    sheet = _sheet(builders.operator(), address(suffix="xlsx"))["History"]
    heads = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, heads.index("Duration (h:mm:ss)") + 1).value == timedelta(hours=30)


@pytest.mark.parametrize("minutes", ["0", "7", "61", "many", "-15"])
def test_invalid_interval_length_is_rejected(client: Client, minutes: str) -> None:
    client.force_login(builders.operator())
    response = client.get(reverse("export-intervals", args=["history", "csv"], query={"minutes": minutes}))
    assert response.status_code == 400
    assert "5, 6, 10" in response.text


def test_intervals_export_follows_the_filters() -> None:
    builders.session(on=builders.station("HT-01"), lasted=timedelta(hours=1))
    builders.session(on=builders.station("HT-02"))
    address = reverse("export-intervals", args=["history", "xlsx"], query={"q": "ht-01", "minutes": "30"})
    sheet = _sheet(builders.operator(), address)["Intervals"]
    heads = [cell.value for cell in sheet[1]]
    energies = [sheet.cell(line, heads.index("Energy (kWh)") + 1).value for line in (2, 3, 4)]
    assert energies == [3.705, 3.705, 7.41]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_samples_of_hidden_session_do_not_exist(client: Client, suffix: str) -> None:
    session = builders.session()
    client.force_login(builders.manager(of=[builders.site()]))
    assert client.get(reverse("session-samples", args=[session.pk, suffix])).status_code == 404


def test_samples_export_as_workbook() -> None:
    session = builders.session()
    MeterSample.objects.create(session=session, at=NOON, number=1, energy_wh=Decimal(0))
    workbook = _sheet(builders.operator(), reverse("session-samples", args=[session.pk, "xlsx"]))
    assert workbook["Samples"].max_row == 2
    assert workbook["About"]["B1"].value == f"Meter samples of charging session {session.pk}"
