"""Long workbooks: queued, watched, downloaded, deleted."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries, Settings

from sessions_app.domain.export_state import ExportState
from sessions_app.exports import spec, tasks
from sessions_app.exports.files import file_path
from sessions_app.models import ChargingSession, ExportJob, Manager
from sessions_app.models.exports import KEPT_FOR
from tests.support import builders
from tests.support.export_files import read_streamed
from tests.support.workers import run_tasks

pytestmark = pytest.mark.django_db(transaction=True)
START = reverse("export-start", args=["sessions", "history"])
TRAY = reverse("exports")
HTMX = {"HX-Request": "true"}
ABOVE_A_TABLE = HTMX | {"HX-Target": "exports"}


@pytest.fixture(autouse=True)
def environment(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use a separate folder, and treat two sessions as many."""
    settings.EXPORT_DIR = tmp_path / "exports"
    monkeypatch.setattr(spec, "DIRECT_ROWS", 2)


@pytest.fixture
def dana(client: Client) -> Manager:
    site = builders.site()
    station = builders.station(at=site)
    for _ in range(3):
        builders.session(on=station)
    dana = builders.manager(of=[site])
    client.force_login(dana)
    return dana


def test_short_export_is_downloaded_at_once(client: Client, dana: Manager) -> None:
    response = client.post(START, {"columns": "id", "q": "nobody"})
    assert response.status_code == 302
    assert response.headers["Location"] == reverse("export", args=["history", "xlsx"]) + "?columns=id&q=nobody"
    by_htmx = client.post(START, {"q": "nobody"}, headers=HTMX)
    assert by_htmx.headers["HX-Redirect"].endswith("/export.xlsx?q=nobody")


def test_long_export_is_queued_and_shown(client: Client, dana: Manager) -> None:
    response = client.post(START, {"columns": "id"}, headers=HTMX)
    job = ExportJob.objects.get()
    assert (job.manager, job.params, job.rows_total) == (dana, "columns=id", 3)
    assert DBTaskResult.objects.get().task_path == tasks.make_next_export.module_path
    assert job.name in response.text
    assert "Waiting" in response.text
    text = " ".join(response.text.split())
    assert f'data-export="{job.pk}" data-state="queued"' in text  # read by static/js/exports.js


def test_get_offers_the_export_without_starting_it(client: Client, dana: Manager) -> None:
    response = client.get(reverse("export", args=["history", "xlsx"], query={"sort": "id"}))
    assert "prepared in the background" in response.text
    assert '<input type="hidden" name="sort" value="id">' in response.text
    assert not ExportJob.objects.exists()


def test_invalid_filter_creates_no_job(client: Client, dana: Manager) -> None:
    response = client.post(START, {"idle_min": "many"}, follow=True)
    assert response.status_code == 400
    assert not ExportJob.objects.exists()


async def test_ready_export_can_be_downloaded() -> None:
    client = AsyncClient()
    dana, address = await sync_to_async(_ready)()
    await client.aforce_login(dana)
    response = await client.get(address)
    workbook = openpyxl.load_workbook(BytesIO(await read_streamed(response)))
    assert workbook["History"].max_row == 5
    assert "charging-sessions-history" in response.headers["Content-Disposition"]


def _ready() -> tuple[Manager, str]:
    site = builders.site()
    for _ in range(3):
        builders.session(on=builders.station(at=site))
    builders.session()
    dana = builders.manager(of=[site])
    job = ExportJob.objects.create(
        manager=dana,
        kind="sessions",
        of="history",
        name="charging-sessions-history.xlsx",
        rows_total=3,
        created_at=builders.NOON,
    )
    tasks.offer_turn()
    run_tasks()
    job.refresh_from_db()
    assert (job.state, job.site_ids) == (ExportState.READY, [site.pk])
    return dana, reverse("export-file", args=[job.pk])


def test_export_can_be_cancelled(client: Client, dana: Manager) -> None:
    client.post(START, {})
    job = ExportJob.objects.get()
    response = client.post(reverse("export-drop", args=[job.pk]), headers=HTMX)
    job.refresh_from_db()
    assert job.state == ExportState.CANCELLED
    assert job.name not in response.text


@pytest.mark.parametrize("name", ["export-drop", "export-file"])
def test_export_does_not_exist_for_other_managers(client: Client, dana: Manager, name: str) -> None:
    client.post(START, {})
    job = ExportJob.objects.get()
    client.force_login(builders.operator())
    address = reverse(name, args=[job.pk])
    response = client.get(address) if name == "export-file" else client.post(address)
    assert response.status_code == 404
    assert job.name not in client.get(TRAY).text


def test_tray_shows_progress_and_time_left(client: Client, dana: Manager) -> None:
    client.post(START, {})
    now = ExportJob.objects.get().created_at
    ExportJob.objects.update(state="running", rows_total=1_000_000, rows_done=250_000, started_at=now, progress_at=now)
    text = client.get(TRAY, headers=HTMX).text
    assert '<progress max="1000000" value="250000"' in " ".join(text.split())
    assert "250,000 of 1,000,000 rows, about" in text


def test_interrupted_export_shows_no_time_left(client: Client, dana: Manager) -> None:
    quiet = timezone.now() - timedelta(seconds=20)
    _job(dana, "running", rows_done=5, started_at=quiet, progress_at=quiet)
    text = client.get(TRAY, headers=HTMX).text
    assert "Interrupted: it restarts automatically" in text
    assert "left" not in text


def _job(manager: Manager, state: str, **fields: Any) -> ExportJob:
    defaults = {"kind": "sessions", "of": "history", "name": f"{state}.xlsx", "rows_total": 9}
    return ExportJob.objects.create(
        manager=manager, state=state, **(defaults | {"created_at": timezone.now()} | fields)
    )


@pytest.mark.parametrize(
    ("states", "line"),
    [
        (["ready"], "1 file ready"),
        (["ready", "ready"], "2 files ready"),
        (
            ["queued", "ready", "running", "failed", "queued"],
            "5 files: 1 ready, 1 being prepared, 2 waiting, 1 failed",
        ),
    ],
)
def test_exports_above_a_table_are_one_line(client: Client, dana: Manager, states: list[str], line: str) -> None:
    for state in states:
        _job(dana, state, finished_at=timezone.now())
    text = client.get(TRAY, headers=ABOVE_A_TABLE).text
    assert f"<summary>{line}</summary>" in text
    folded, below = text.split("</details>")
    assert {state: folded.count(f'data-state="{state}"') for state in set(states)} == {
        state: 0 if state == "running" else states.count(state) for state in states
    }
    assert below.count("<progress") == states.count("running")


@pytest.mark.parametrize("states", [[], ["running"]])
def test_no_line_above_a_table_without_files(client: Client, dana: Manager, states: list[str]) -> None:
    for state in states:
        _job(dana, state)
    text = client.get(TRAY, headers=ABOVE_A_TABLE).text
    assert "<summary>" not in text
    assert text.count("<progress") == len(states)


@pytest.mark.parametrize("headers", [{}, HTMX | {"HX-Target": "files"}])
def test_exports_page_shows_cards_or_says_none(client: Client, dana: Manager, headers: dict[str, str]) -> None:
    job = _job(dana, "ready", finished_at=timezone.now())
    text = client.get(TRAY, headers=headers).text
    assert reverse("export-file", args=[job.pk]) in text
    assert "1 file ready" not in text
    job.delete()
    assert "No files yet." in client.get(TRAY, headers=headers).text


def test_get_changes_nothing(client: Client, dana: Manager) -> None:
    finished = timezone.now() - KEPT_FOR - timedelta(minutes=1)
    path = file_path(_job(dana, "ready", finished_at=finished).pk)
    path.write_bytes(b"PK")
    os.utime(path, (finished.timestamp(), finished.timestamp()))
    client.get(TRAY)
    client.get(TRAY, headers=HTMX)
    assert path.exists()
    assert ExportJob.objects.count() == 1
    assert not DBTaskResult.objects.exists()


@pytest.mark.parametrize("query", ["", "?q=nobody"])
def test_every_page_links_to_exports(client: Client, dana: Manager, query: str) -> None:
    session = ChargingSession.objects.all()[0]
    for address in (
        f"/sessions/history/{query}",
        f"/sessions/in-progress/{query}",
        f"/sessions/{session.pk}/",
    ):
        assert f'title="Files" href="{TRAY}" data-files>' in " ".join(client.get(address).text.split())
    assert f'title="Files" href="{TRAY}" aria-current="page" data-files>' in " ".join(client.get(TRAY).text.split())


def test_tray_takes_one_query_for_the_files(
    client: Client, dana: Manager, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.post(START, {})
    with django_assert_max_num_queries(3):  # the sign-in, the manager, the files
        client.get(TRAY, headers=HTMX)
