"""Export jobs: fair turns, restarted after a crash, cancelled midway, kept for a day."""

import os
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Never

import pytest
from django.utils import timezone

from sessions_app.domain.export_state import ExportState
from sessions_app.exports import tasks
from sessions_app.exports.files import file_path
from sessions_app.exports.job_file import Progress
from sessions_app.models import ChargingSession, ExportJob
from sessions_app.models.exports import KEPT_FOR
from sessions_app.queries.exports import downloadable_export, manager_exports
from sessions_app.queries.rows import stream_rows
from sessions_app.store.background import tasks_give_back
from sessions_app.store.exports import TooManyExportsError, export_add, export_delete, export_release
from tests.support import builders
from tests.support.export_jobs import Run, queue_job, write_little
from tests.support.workers import run_tasks

pytestmark = pytest.mark.django_db(transaction=True)


def test_queued_jobs_become_ready(run: Run) -> None:
    first, second = queue_job(), queue_job()
    run(write_little)
    for job in (first, second):
        job.refresh_from_db()
        assert (job.state, job.rows_done) == (ExportState.READY, 7)
        assert file_path(job.pk).read_bytes() == b"PK"


def test_failed_job_does_not_stop_the_next(run: Run) -> None:
    def write(job: ExportJob, to: Path, progress: Progress) -> int:
        if job.pk == bad.pk:
            raise OSError("disk full")
        return write_little(job, to, progress)

    bad, good = queue_job(), queue_job()
    run(write)
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == (ExportState.FAILED, ExportState.READY)
    assert "OSError" in bad.error


@pytest.mark.parametrize(
    ("error", "state"), [(OSError("disk full"), ExportState.FAILED), (SystemExit(1), ExportState.QUEUED)]
)
def test_error_while_reading_rows_is_recorded(run: Run, error: BaseException, state: ExportState) -> None:
    def write(job: ExportJob, to: Path, progress: Progress) -> int:
        for _ in stream_rows(ChargingSession.objects.all()):
            raise error
        return 0

    builders.session()
    job = queue_job()
    run(write)
    job.refresh_from_db()
    assert job.state == state


def test_cancelled_job_stops_midway(run: Run, folder: Path) -> None:
    job = queue_job()
    started = threading.Event()

    def cancel() -> None:
        started.wait(10)
        export_delete(job.pk, job.manager, at=timezone.now())

    def write(job: ExportJob, to: Path, progress: Progress) -> int:
        to.write_bytes(b"half")
        started.set()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            progress(1)
            time.sleep(0.01)
        return 1

    canceller = threading.Thread(target=cancel)
    canceller.start()
    run(write)
    canceller.join()
    job.refresh_from_db()
    assert job.state == ExportState.CANCELLED
    assert not list(folder.iterdir())


def test_progress_is_stored_while_running(run: Run) -> None:
    job = queue_job()
    reported: list[ExportJob] = []

    def write(job: ExportJob, to: Path, progress: Progress) -> int:
        progress(4)
        deadline = time.monotonic() + 20
        while not reported and time.monotonic() < deadline:
            reported.extend(ExportJob.objects.filter(pk=job.pk, rows_done=4))
            time.sleep(0.05)
        return write_little(job, to, progress)

    run(write)
    assert reported == [job]


def test_interrupted_worker_requeues_its_job(run: Run) -> None:
    job = queue_job()

    def write(job: ExportJob, to: Path, progress: Progress) -> Never:
        raise SystemExit(1)

    run(write)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (ExportState.QUEUED, 0)


def test_stalled_worker_leaves_the_new_file_alone(run: Run) -> None:
    job = queue_job()

    def write(job: ExportJob, to: Path, progress: Progress) -> int:
        if job.attempts == 1:  # it stalls until another worker takes its turn
            tasks_give_back(at=timezone.now())
            run_tasks("second")
        to.write_bytes(b"%d" % job.attempts)
        return 7

    run(write)
    job.refresh_from_db()
    assert job.state == ExportState.READY
    assert file_path(job.pk).read_bytes() == b"2"


def test_requeued_job_stays_cancelled() -> None:
    job = queue_job(state=ExportState.CANCELLED)
    export_release(job)
    job.refresh_from_db()
    assert job.state == ExportState.CANCELLED


def _expired_job() -> tuple[ExportJob, Path]:
    """Return a job that finished more than a day ago, and its file."""
    over = timezone.now() - KEPT_FOR - timedelta(minutes=1)
    job = queue_job(state=ExportState.READY, finished_at=over)
    path = file_path(job.pk)
    path.write_bytes(b"PK")
    os.utime(path, (over.timestamp(), over.timestamp()))
    return job, path


def test_files_expire_after_a_day() -> None:
    job, path = _expired_job()
    assert downloadable_export(job.manager, job.pk, at=timezone.now()) is None
    assert manager_exports(job.manager, at=timezone.now()) == []
    tasks.delete_expired_exports.func()
    assert not path.exists()
    assert not ExportJob.objects.exists()


def test_only_expired_files_are_deleted() -> None:
    _, old = _expired_job()
    young = queue_job(state=ExportState.READY, finished_at=timezone.now())
    file_path(young.pk).write_bytes(b"PK")

    tasks.delete_expired_exports.func()

    assert not old.exists()
    assert file_path(young.pk).exists()
    assert list(ExportJob.objects.all()) == [young]


def test_file_needs_its_owner_and_their_memberships() -> None:
    site = builders.site()
    dana, eli = builders.manager(of=[site]), builders.other_manager(of=[site])
    job = queue_job(dana, state=ExportState.READY, finished_at=timezone.now(), site_ids=[site.pk])
    assert downloadable_export(dana, job.pk, at=timezone.now()) == job
    assert downloadable_export(eli, job.pk, at=timezone.now()) is None
    dana.memberships.all().delete()
    assert downloadable_export(dana, job.pk, at=timezone.now()) is None


def test_site_lost_while_running_closes_the_file(run: Run) -> None:
    site = builders.site()
    job = queue_job(builders.manager(of=[site]))

    def write(job: ExportJob, to: Path, progress: Progress) -> int:
        job.manager.memberships.all().delete()
        return write_little(job, to, progress)

    run(write)
    job.refresh_from_db()
    assert job.state == ExportState.READY
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
