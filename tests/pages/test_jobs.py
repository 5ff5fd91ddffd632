"""Long workbooks: asked for, watched, downloaded, thrown away."""

import os
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient
from django.urls import reverse
from django.utils import timezone

from sessions_app.exports import worker
from sessions_app.models import ChargingSession, ExportJob
from sessions_app.models.exports import KEPT_FOR
from sessions_app.pages import files
from sessions_app.pages.jobs import make
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
START = reverse("export-start", args=["sessions", "history"])
TRAY = reverse("exports")
HTMX = {"HX-Request": "true"}
ABOVE_A_TABLE = HTMX | {"HX-Target": "exports"}


@pytest.fixture(autouse=True)
def staged(settings, tmp_path, monkeypatch):
    """Keep files apart, start no process, and call two sessions many."""
    settings.EXPORT_DIR = tmp_path / "exports"
    monkeypatch.setattr(worker, "wake", lambda: None)
    monkeypatch.setattr(files, "DIRECT_ROWS", 2)


@pytest.fixture
def dana(client):
    site = factories.site()
    station = factories.station(at=site)
    for _ in range(3):
        factories.session(on=station)
    dana = factories.manager(of=[site])
    client.force_login(dana)
    return dana


def test_a_short_one_is_downloaded_at_once(client, dana):
    response = client.post(START, {"columns": "id", "q": "nobody"})
    assert response.status_code == 302
    assert (
        response.headers["Location"] == reverse("export", args=["history", "xlsx"]) + "?columns=id&q=nobody"
    )
    by_htmx = client.post(START, {"q": "nobody"}, headers=HTMX)
    assert by_htmx.headers["HX-Redirect"].endswith("/export.xlsx?q=nobody")


def test_a_long_one_waits_in_the_queue_and_is_shown(client, dana):
    response = client.post(START, {"columns": "id"}, headers=HTMX)
    job = ExportJob.objects.get()
    assert (job.manager, job.params, job.rows_total) == (dana, "columns=id", 3)
    assert job.name in response.text
    assert "Waiting" in response.text
    # by which static/js/exports.js asks on
    assert f'data-export="{job.pk}" data-state="queued"' in " ".join(response.text.split())


def test_reading_its_address_begins_nothing_but_offers_to(client, dana):
    response = client.get(reverse("export", args=["history", "xlsx"], query={"sort": "id"}))
    assert "prepared in the background" in response.text
    assert '<input type="hidden" name="sort" value="id">' in response.text
    assert not ExportJob.objects.exists()


def test_a_bad_filter_makes_no_job(client, dana):
    response = client.post(START, {"idle_min": "many"}, follow=True)
    assert response.status_code == 400
    assert not ExportJob.objects.exists()


async def test_it_is_there_to_download_when_ready():
    client = AsyncClient()
    dana, address = await sync_to_async(_ready)()
    await client.aforce_login(dana)
    response = await client.get(address)
    workbook = openpyxl.load_workbook(BytesIO(b"".join([block async for block in response])))
    assert workbook["History"].max_row == 5
    assert "charging-sessions-history" in response.headers["Content-Disposition"]


def _ready():
    site = factories.site()
    for _ in range(3):
        factories.session(on=factories.station(at=site))
    factories.session()
    dana = factories.manager(of=[site])
    job = ExportJob.objects.create(
        manager=dana,
        kind="sessions",
        of="history",
        name="charging-sessions-history.xlsx",
        rows_total=3,
        created_at=factories.NOON,
    )
    worker.work(make)
    job.refresh_from_db()
    assert (job.state, job.site_ids) == (ExportJob.State.READY, [site.pk])
    return dana, reverse("export-file", args=[job.pk])


def test_it_can_be_cancelled(client, dana):
    client.post(START, {})
    job = ExportJob.objects.get()
    response = client.post(reverse("export-drop", args=[job.pk]), headers=HTMX)
    job.refresh_from_db()
    assert job.state == ExportJob.State.CANCELLED
    assert job.name not in response.text


@pytest.mark.parametrize("name", ["export-drop", "export-file"])
def test_to_anybody_else_it_does_not_exist(client, dana, name):
    client.post(START, {})
    job = ExportJob.objects.get()
    client.force_login(factories.operator())
    address = reverse(name, args=[job.pk])
    response = client.get(address) if name == "export-file" else client.post(address)
    assert response.status_code == 404
    assert job.name not in client.get(TRAY).text


def test_it_says_how_far_it_is_and_how_long_it_takes(client, dana):
    client.post(START, {})
    now = ExportJob.objects.get().created_at
    ExportJob.objects.update(
        state="running", slot=1, rows_total=1_000_000, rows_done=250_000, started_at=now, beat_at=now
    )
    text = client.get(TRAY, headers=HTMX).text
    assert '<progress max="1000000" value="250000"' in " ".join(text.split())
    assert "250,000 of 1,000,000 rows, about" in text


def test_it_tells_no_progress_of_what_has_stopped(client, dana):
    quiet = timezone.now() - timedelta(seconds=20)
    _job(dana, "running", slot=1, rows_done=5, started_at=quiet, beat_at=quiet)
    text = client.get(TRAY, headers=HTMX).text
    assert "Interrupted: it restarts automatically" in text
    assert "left" not in text


def _job(manager, state, **fields):
    known = {"kind": "sessions", "of": "history", "name": f"{state}.xlsx", "rows_total": 9}
    return ExportJob.objects.create(
        manager=manager, state=state, **(known | {"created_at": timezone.now()} | fields)
    )


@pytest.mark.parametrize(
    ("states", "line"),
    [
        (["ready"], "1 file ready"),
        (["ready", "ready"], "2 files ready"),
        (
            ["queued", "ready", "running", "failed", "running"],
            "5 files: 1 ready, 2 being prepared, 1 waiting, 1 failed",
        ),
    ],
)
def test_above_a_table_the_files_are_one_line(client, dana, states, line):
    for number, state in enumerate(states, 1):
        running = {"slot": number // 2} if state == "running" else {}
        _job(dana, state, finished_at=timezone.now(), **running)
    text = client.get(TRAY, headers=ABOVE_A_TABLE).text
    assert f"<summary>{line}</summary>" in text
    folded, below = text.split("</details>")
    assert {state: folded.count(f'data-state="{state}"') for state in set(states)} == {
        state: 0 if state == "running" else states.count(state) for state in states
    }
    assert below.count("<progress") == states.count("running")


@pytest.mark.parametrize("states", [[], ["running"]])
def test_above_a_table_there_is_no_line_without_need(client, dana, states):
    for state in states:
        _job(dana, state, slot=1)
    text = client.get(TRAY, headers=ABOVE_A_TABLE).text
    assert "<summary>" not in text
    assert text.count("<progress") == len(states)


@pytest.mark.parametrize("headers", [{}, HTMX | {"HX-Target": "files"}])
def test_on_their_own_page_files_are_cards_or_it_says_that_there_are_none(client, dana, headers):
    job = _job(dana, "ready", finished_at=timezone.now())
    text = client.get(TRAY, headers=headers).text
    assert reverse("export-file", args=[job.pk]) in text
    assert "1 file ready" not in text
    job.delete()
    assert "No files yet." in client.get(TRAY, headers=headers).text


def test_who_opens_the_files_finds_those_of_yesterday_gone(client, dana):
    over = timezone.now() - KEPT_FOR - timedelta(minutes=1)
    path = worker.file_of(_job(dana, "ready", finished_at=over).pk)
    path.write_bytes(b"PK")
    os.utime(path, (over.timestamp(), over.timestamp()))
    client.get(TRAY)
    assert not path.exists()
    assert not ExportJob.objects.exists()


@pytest.mark.parametrize("query", ["", "?q=nobody"])
def test_every_page_leads_to_the_files(client, dana, query):
    session = ChargingSession.objects.first()
    for address in (
        f"/sessions/history/{query}",
        f"/sessions/in-progress/{query}",
        f"/sessions/{session.pk}/",
    ):
        assert f'title="Files" href="{TRAY}" data-files>' in " ".join(client.get(address).text.split())
    assert f'title="Files" href="{TRAY}" aria-current="page" data-files>' in " ".join(
        client.get(TRAY).text.split()
    )


def test_the_tray_costs_one_query_for_the_files(client, dana, django_assert_max_num_queries):
    client.post(START, {})
    with django_assert_max_num_queries(3):  # the sign-in, the manager, the files
        client.get(TRAY, headers=HTMX)
