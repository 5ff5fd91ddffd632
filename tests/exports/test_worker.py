"""Export jobs: two at once, restarted after a crash, cancelled midway, kept for a day."""

import os
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Never

import pytest
from django.utils import timezone
from pytest_django import Settings

from sessions_app.exports import worker
from sessions_app.models import ChargingSession, ExportJob, Manager
from sessions_app.models.exports import KEPT_FOR
from sessions_app.queries.exports import downloadable_export, manager_exports
from sessions_app.queries.rows import stream_rows
from sessions_app.store.exports import (
    LOST_AFTER,
    MAX_ATTEMPTS,
    TooManyExportsError,
    export_add,
    export_claim,
    export_delete,
    export_release,
)
from tests.support import builders

pytestmark = pytest.mark.django_db(transaction=True)
State = ExportJob.State


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    settings.EXPORT_DIR = folder
    return folder


def _job(manager: Manager | None = None, **fields: Any) -> ExportJob:
    manager = manager or builders.manager(f"m{ExportJob.objects.count()}")
    defaults = {"kind": "sessions", "of": "history", "name": "x.xlsx", "rows_total": 10}
    return ExportJob.objects.create(manager=manager, **(defaults | {"created_at": timezone.now()} | fields))


def _write(job: ExportJob, to: Path, progress: worker.Progress) -> int:
    to.write_bytes(b"PK")
    return 7


def test_queued_jobs_become_ready() -> None:
    first, second = _job(), _job()
    worker.run_jobs(_write)
    for job in (first, second):
        job.refresh_from_db()
        assert (job.state, job.slot, job.rows_done) == (State.READY, None, 7)
        assert worker.file_path(job.pk).read_bytes() == b"PK"


def test_two_jobs_run_and_the_rest_wait() -> None:
    for _ in range(3):
        _job()
    claimed = [export_claim(at=timezone.now()) for _ in range(3)]
    assert [job and job.slot for job in claimed] == [1, 2, None]
    assert ExportJob.objects.filter(state=State.QUEUED).count() == 1


def test_lost_job_is_restarted() -> None:
    lost = _job(state=State.RUNNING, slot=1, attempts=1, beat_at=timezone.now() - LOST_AFTER * 2)
    worker.run_jobs(_write)
    lost.refresh_from_db()
    assert (lost.state, lost.attempts) == (State.READY, 2)


def test_job_lost_too_often_has_failed() -> None:
    lost = _job(state=State.RUNNING, slot=1, attempts=MAX_ATTEMPTS, beat_at=timezone.now() - LOST_AFTER * 2)
    worker.run_jobs(_write)
    lost.refresh_from_db()
    assert (lost.state, lost.slot) == (State.FAILED, None)
    assert "stopped" in lost.error


def test_running_job_is_left_alone() -> None:
    alive = _job(state=State.RUNNING, slot=1, beat_at=timezone.now())
    worker.run_jobs(_write)
    alive.refresh_from_db()
    assert alive.state == State.RUNNING


def test_failed_job_does_not_stop_the_next() -> None:
    def write(job: ExportJob, to: Path, progress: worker.Progress) -> int:
        if job.pk == bad.pk:
            raise OSError("disk full")
        return _write(job, to, progress)

    bad, good = _job(), _job()
    worker.run_jobs(write)
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == (State.FAILED, State.READY)
    assert "OSError" in bad.error


@pytest.mark.parametrize(
    ("error", "state"), [(OSError("disk full"), State.FAILED), (KeyboardInterrupt(), State.QUEUED)]
)
def test_error_while_reading_rows_is_recorded(error: BaseException, state: ExportJob.State) -> None:
    def write(job: ExportJob, to: Path, progress: worker.Progress) -> int:
        for _ in stream_rows(ChargingSession.objects.all()):
            raise error
        return 0

    builders.session()
    job = _job()
    with suppress(KeyboardInterrupt):
        worker.run_jobs(write)
    job.refresh_from_db()
    assert (job.state, job.slot) == (state, None)


def test_cancelled_job_stops_midway(folder: Path) -> None:
    job = _job()
    started = threading.Event()

    def cancel() -> None:
        started.wait(10)
        export_delete(job.pk, job.manager, at=timezone.now())

    def write(job: ExportJob, to: Path, progress: worker.Progress) -> int:
        to.write_bytes(b"half")
        started.set()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            progress(1)
            time.sleep(0.01)
        return 1

    canceller = threading.Thread(target=cancel)
    canceller.start()
    worker.run_jobs(write)
    canceller.join()
    job.refresh_from_db()
    assert (job.state, job.slot) == (State.CANCELLED, None)
    assert not list(folder.iterdir())


def test_progress_is_stored_while_running() -> None:
    job = _job()
    reported: list[ExportJob] = []

    def write(job: ExportJob, to: Path, progress: worker.Progress) -> int:
        progress(4)
        deadline = time.monotonic() + 20
        while not reported and time.monotonic() < deadline:
            reported.extend(ExportJob.objects.filter(pk=job.pk, rows_done=4))
            time.sleep(0.05)
        return _write(job, to, progress)

    worker.run_jobs(write)
    assert reported == [job]


def test_interrupted_worker_requeues_its_job() -> None:
    job = _job()

    def write(job: ExportJob, to: Path, progress: worker.Progress) -> Never:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        worker.run_jobs(write)
    job.refresh_from_db()
    assert (job.state, job.slot, job.attempts) == (State.QUEUED, None, 0)


def test_stalled_worker_leaves_the_new_file_alone() -> None:
    job = _job()

    def write(job: ExportJob, to: Path, progress: worker.Progress) -> int:
        if job.attempts == 1:  # it stalls until the next worker takes the job
            ExportJob.objects.update(beat_at=timezone.now() - LOST_AFTER * 2)
            worker.run_jobs(write)
        to.write_bytes(b"%d" % job.attempts)
        return 7

    worker.run_jobs(write)
    job.refresh_from_db()
    assert job.state == State.READY
    assert worker.file_path(job.pk).read_bytes() == b"2"


def test_requeued_job_stays_cancelled() -> None:
    job = _job(state=State.CANCELLED)
    export_release(job)
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def _start_server() -> None:
    """Run what a server does at its start, until it is finished."""
    worker.resume_jobs()
    for thread in threading.enumerate():
        if thread.name == "exports":
            thread.join(10)


def _expired_job() -> tuple[ExportJob, Path]:
    """Return a job that finished more than a day ago, and its file."""
    over = timezone.now() - KEPT_FOR - timedelta(minutes=1)
    job = _job(state=State.READY, finished_at=over)
    path = worker.file_path(job.pk)
    path.write_bytes(b"PK")
    os.utime(path, (over.timestamp(), over.timestamp()))
    return job, path


def test_files_expire_after_a_day() -> None:
    job, path = _expired_job()
    assert downloadable_export(job.manager, job.pk, at=timezone.now()) is None
    assert manager_exports(job.manager, at=timezone.now()) == []
    worker.delete_expired_files()
    assert not path.exists()
    assert not ExportJob.objects.exists()


def test_server_start_removes_only_expired_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "start_worker", lambda: pytest.fail("no job is left"))
    _, old = _expired_job()
    young = _job(state=State.READY, finished_at=timezone.now())
    worker.file_path(young.pk).write_bytes(b"PK")

    _start_server()

    assert not old.exists()
    assert worker.file_path(young.pk).exists()
    assert list(ExportJob.objects.all()) == [young]


@pytest.mark.parametrize("left", [{}, {"state": State.RUNNING, "slot": 1, "attempts": 1}])
def test_server_start_finishes_leftover_jobs(monkeypatch: pytest.MonkeyPatch, left: dict[str, Any]) -> None:
    job = _job(beat_at=timezone.now(), **left)  # its worker was alive a moment ago
    monkeypatch.setattr(worker, "start_worker", lambda: worker.run_jobs(_write))
    monkeypatch.setattr(worker, "sleep", lambda seconds: _pass_time(job, timedelta(seconds=seconds + 1)))

    _start_server()

    job.refresh_from_db()
    assert job.state == State.READY


def _pass_time(job: ExportJob, time: timedelta) -> None:
    assert job.beat_at
    ExportJob.objects.filter(pk=job.pk).update(beat_at=job.beat_at - time)


def test_file_needs_its_owner_and_their_memberships() -> None:
    site = builders.site()
    dana, eve = builders.manager("dana", of=[site]), builders.manager("eve", of=[site])
    job = _job(dana, state=State.READY, finished_at=timezone.now(), site_ids=[site.pk])
    assert downloadable_export(dana, job.pk, at=timezone.now()) == job
    assert downloadable_export(eve, job.pk, at=timezone.now()) is None
    dana.memberships.all().delete()
    assert downloadable_export(dana, job.pk, at=timezone.now()) is None


def test_site_lost_while_running_closes_the_file() -> None:
    site = builders.site()
    job = _job(builders.manager("dana", of=[site]))

    def write(job: ExportJob, to: Path, progress: worker.Progress) -> int:
        job.manager.memberships.all().delete()
        return _write(job, to, progress)

    worker.run_jobs(write)
    job.refresh_from_db()
    assert job.state == State.READY
    assert downloadable_export(job.manager, job.pk, at=timezone.now()) is None


def test_same_export_is_reused_and_five_are_the_limit() -> None:
    dana = builders.manager()

    def add(params: str) -> ExportJob:
        return export_add(ExportJob(manager=dana, of="history", params=params, rows_total=1, created_at=timezone.now()))

    first = add("q=0")
    assert add("q=0") == first
    for number in range(1, 5):
        add(f"q={number}")
    with pytest.raises(TooManyExportsError):
        add("q=9")
