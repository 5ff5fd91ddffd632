"""Exports as a manager uses them: menu, progress bar, file."""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import APIResponse, Download, Route, expect

from sessions_app.domain.export_state import ExportState
from sessions_app.exports.spec import DIRECT_ROWS
from sessions_app.models import ChargingSession, ExportJob, Manager
from tests.e2e.boxes import bounding_box
from tests.e2e.conftest import AxeCheck, Complaints, SignIn
from tests.support import builders

MANY = DIRECT_ROWS + 1_000
FILE_WITHIN_MS = 60_000  # a worker starts and writes the file; a loaded machine takes long


@pytest.fixture
def dana(transactional_db: None) -> Manager:
    site = builders.site("Harbour Towers")
    return builders.manager(of=[site])


@pytest.fixture
def many(dana: Manager) -> None:
    """Create too many sessions for a direct workbook download."""
    builders.many_sessions(MANY, on=builders.station("HT-01", at=dana.memberships.get().site))


def _saved(download: Download, tmp_path: Path) -> Path:
    path = tmp_path / download.suggested_filename
    download.save_as(path)
    return path


def test_csv_has_filtered_rows_and_shown_columns(signed_in: SignIn, dana: Manager, tmp_path: Path) -> None:
    site = dana.memberships.get().site
    wanted = builders.session(on=builders.station("HT-01", at=site))
    builders.session(on=builders.station("HT-02", at=site))
    page = signed_in(dana)
    page.goto("/sessions/history/?q=HT-01")
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    with _saved(download.value, tmp_path).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["ID"]) for row in rows] == [wanted.pk]
    assert "Company" not in rows[0]


def test_long_csv_is_complete(signed_in: SignIn, many: None, dana: Manager, tmp_path: Path) -> None:
    page = signed_in(dana)
    page.goto("/sessions/history/?sort=id")
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    with _saved(download.value, tmp_path).open(encoding="utf-8-sig", newline="") as file:
        ids = [int(row["ID"]) for row in csv.DictReader(file)]
    assert ids == list(ChargingSession.objects.order_by("id").values_list("id", flat=True))


def test_short_workbook_downloads_at_once(signed_in: SignIn, dana: Manager, tmp_path: Path) -> None:
    builders.session(on=builders.station(at=dana.memberships.get().site))
    page = signed_in(dana)
    page.goto("/sessions/history/")
    page.get_by_text("Export", exact=True).click()
    page.get_by_role("radio", name="All").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="XLSX", exact=True).click()
    assert openpyxl.load_workbook(_saved(download.value, tmp_path)).sheetnames == ["History", "About"]


def test_long_workbook_is_announced_when_ready(
    signed_in: SignIn, many: None, worker: None, dana: Manager, tmp_path: Path
) -> None:
    page = signed_in(dana)
    page.goto("/sessions/history/")
    page.get_by_text("Export", exact=True).click()
    page.get_by_role("button", name="XLSX", exact=True).click()
    expect(page.get_by_role("status").get_by_text("is ready to download")).to_be_visible(timeout=FILE_WITHIN_MS)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    sheet = openpyxl.load_workbook(_saved(download.value, tmp_path), read_only=True)["History"]
    assert sum(1 for _ in sheet.rows) == MANY + 2  # the header, and the totals


def _running(dana: Manager, **fields: Any) -> ExportJob:
    """Return a running job; no worker looks after it in the test."""
    now = timezone.now()
    defaults = {
        "kind": "sessions",
        "of": "history",
        "name": "march.xlsx",
        "state": ExportState.RUNNING,
        "rows_total": 1_000,
        "rows_done": 250,
        "created_at": now,
        "started_at": now,
        "progress_at": now + timedelta(hours=1),
    }
    return ExportJob.objects.create(manager=dana, **(defaults | fields))


def _finish(job: ExportJob) -> None:
    ExportJob.objects.filter(pk=job.pk).update(state=ExportState.READY, finished_at=timezone.now())


def test_finished_export_is_announced_on_every_page(signed_in: SignIn, dana: Manager) -> None:
    session = builders.session(on=builders.station(at=dana.memberships.get().site))
    job = _running(dana)
    page = signed_in(dana)
    page.goto("/sessions/history/")
    expect(page.get_by_role("progressbar")).to_be_visible()

    page.goto(f"/sessions/{session.pk}/")
    _finish(job)

    notice = page.locator("#notices").get_by_text("march.xlsx is ready to download")
    expect(notice).to_be_visible(timeout=15_000)
    expect(notice.get_by_role("link", name="Download")).to_have_attribute("href", f"/exports/{job.pk}/file")
    page.goto("/sessions/history/")
    expect(page.get_by_text("1 file ready")).to_be_visible()
    expect(page.locator("#notices p")).to_have_count(0)  # announced once only


def test_failed_poll_is_repeated(signed_in: SignIn, dana: Manager, complaints: Complaints) -> None:
    job = _running(dana)
    page = signed_in(dana)
    page.goto("/sessions/history/")
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.route("**/exports/", lambda route: route.abort())
    for _ in range(2):
        page.wait_for_event("requestfailed")
    page.unroute("**/exports/")

    _finish(job)

    expect(page.locator("#notices").get_by_text("march.xlsx is ready to download")).to_be_visible()
    complaints.expect("Failed to load resource", "htmx")  # of the failed requests


def test_export_line_above_table_stays_open(signed_in: SignIn, dana: Manager, axe: AxeCheck) -> None:
    builders.session(on=builders.station(at=dana.memberships.get().site))
    _running(dana)
    over = {"finished_at": timezone.now()}
    for number in range(4):
        _running(dana, state=ExportState.READY, name=f"{number}.xlsx", **over)
    page = signed_in(dana)
    page.goto("/sessions/history/")
    line = page.get_by_text("5 files: 4 ready, 1 being prepared")
    expect(line).to_be_visible()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert bounding_box(page.locator("#list"))["y"] < 340

    line.click()

    ExportJob.objects.filter(state=ExportState.RUNNING).update(rows_done=500)
    expect(page.get_by_text("500 of 1,000 rows")).to_be_visible()  # the line has been updated
    expect(page.get_by_role("link", name="Download")).to_have_count(4)
    axe(page)


def test_long_workbook_can_be_cancelled(signed_in: SignIn, dana: Manager) -> None:
    _running(dana)
    page = signed_in(dana)
    page.goto("/sessions/history/")
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("[data-export]")).to_have_count(0)
    assert ExportJob.objects.get().state == ExportState.CANCELLED


def test_late_poll_does_not_hide_a_new_export(signed_in: SignIn, many: None, worker: None, dana: Manager) -> None:
    late: list[tuple[Route, APIResponse]] = []
    page = signed_in(dana)
    page.route("**/exports/", lambda route: late.append((route, route.fetch())), times=1)
    page.goto("/sessions/history/")
    page.get_by_text("Export", exact=True).click()
    page.get_by_role("button", name="XLSX", exact=True).click()
    expect(page.locator("[data-export]")).to_have_count(1)
    ((route, response),) = late
    assert "data-export" not in response.text()

    with page.expect_response("**/exports/"):
        route.fulfill(response=response)

    expect(page.locator("#exports").get_by_text("1 file ready")).to_be_visible(timeout=FILE_WITHIN_MS)


def test_export_works_without_javascript(
    signed_in: SignIn, many: None, worker: None, dana: Manager, tmp_path: Path
) -> None:
    page = signed_in(dana, javascript=False)
    page.goto("/sessions/history/export.xlsx")
    page.get_by_role("button", name="Prepare the XLSX file").click()
    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible(timeout=FILE_WITHIN_MS)  # the page reloads itself until then
    with page.expect_download() as download:
        link.click()
    assert _saved(download.value, tmp_path).stat().st_size > 100_000
