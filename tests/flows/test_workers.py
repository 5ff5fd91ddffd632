"""Real worker processes: killed in a task, and shared by managers."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.db import connection
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from sessions_app.background.time_limits import TIME_LIMITS
from sessions_app.domain.export_state import ExportState
from sessions_app.exports.tasks import request_export
from sessions_app.models import ExportJob, Manager
from sessions_app.store.background import MAX_RUNS
from tests.support import builders, workers
from tests.support.worker_tasks import always_raise, count_run, kill_worker, write_limit

pytestmark = pytest.mark.django_db(transaction=True)
Process = subprocess.Popen[bytes]
StartWorker = Callable[[str], Process]
WITHIN_S = 120.0  # limits a hang; a loaded machine takes long


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartWorker]:
    """Give a function that starts a worker; all of them end with the test."""
    started: list[Process] = []

    def start(worker_id: str) -> Process:
        started.append(workers.start(connection.settings_dict, tmp_path, worker_id=worker_id))
        return started[-1]

    yield start
    for process in started:
        workers.stop(process)


def _wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = monotonic() + WITHIN_S
    while not condition():
        assert monotonic() < deadline, f"Not within {WITHIN_S} s: {what}; {_rows()}"
        sleep(0.01)


def _rows() -> str:
    """Return the tasks and the jobs, for the message of a failed test."""
    tasks = DBTaskResult.objects.values_list("task_path", "status", "worker_ids", "traceback")
    jobs = ExportJob.objects.values_list("state", "attempts", "rows_done", "error")
    return f"tasks {list(tasks)}, jobs {list(jobs)}"


def _status(task_id: str) -> str:
    return DBTaskResult.objects.get(pk=task_id).status


def test_killed_worker_runs_its_task_again_when_restarted(start: StartWorker, tmp_path: Path) -> None:
    runs = tmp_path / "runs.txt"
    task_id = kill_worker.enqueue(str(runs), 1).id

    assert start("w").wait(WITHIN_S) == -signal.SIGKILL
    assert _status(task_id) == TaskResultStatus.RUNNING
    start("w")

    _wait_for(lambda: _status(task_id) == TaskResultStatus.SUCCESSFUL, "the second run")
    assert len(runs.read_text().splitlines()) == 2


def test_task_that_always_kills_its_worker_fails(start: StartWorker, tmp_path: Path) -> None:
    runs = tmp_path / "runs.txt"
    deadly = kill_worker.enqueue(str(runs), 99).id
    harmless = count_run.enqueue(str(tmp_path / "other.txt")).id

    for _ in range(MAX_RUNS):
        assert start("w").wait(WITHIN_S) == -signal.SIGKILL
    start("w")

    _wait_for(lambda: _status(harmless) == TaskResultStatus.SUCCESSFUL, "the next task")
    assert _status(deadly) == TaskResultStatus.FAILED
    assert len(runs.read_text().splitlines()) == MAX_RUNS


def test_task_that_raises_fails_after_one_run(start: StartWorker, tmp_path: Path) -> None:
    task_id = always_raise.enqueue(str(tmp_path / "runs.txt")).id
    start("w")
    _wait_for(lambda: _status(task_id) == TaskResultStatus.FAILED, "the failure")
    assert "ValueError: no" in DBTaskResult.objects.get(pk=task_id).traceback
    log = tmp_path / "work-w.txt"
    _wait_for(lambda: "always_raise" in log.read_text(), "the log")


def test_worker_limits_the_time_of_a_task(start: StartWorker, tmp_path: Path) -> None:
    limit = tmp_path / "limit.txt"
    task_id = write_limit.enqueue(str(limit)).id

    start("w")

    _wait_for(lambda: _status(task_id) == TaskResultStatus.SUCCESSFUL, "the task")
    assert 0 < float(limit.read_text()) <= TIME_LIMITS["default"].total_seconds()


def _request(manager: Manager, number: int = 0) -> ExportJob:
    job = ExportJob(manager=manager, kind="sessions", of="history", name="x.xlsx", rows_total=1)
    job.params, job.created_at = f"idle_min={number}", timezone.now()
    request_export(job)
    return job


def _state(job: ExportJob) -> str:
    return ExportJob.objects.get(pk=job.pk).state


def test_file_survives_the_kill_of_its_worker(start: StartWorker, tmp_path: Path) -> None:
    site = builders.site()
    dana = builders.manager(of=[site])
    builders.many_sessions(2_500, on=builders.station(at=site))
    job = _request(dana)
    killed = start("w")
    _wait_for(lambda: _state(job) == ExportState.RUNNING, "the first run")
    killed.kill()
    killed.wait()
    assert _state(job) == ExportState.RUNNING, "the file was ready before the kill"

    start("w")

    _wait_for(lambda: _state(job) == ExportState.READY, "the second run")
    assert ExportJob.objects.get().attempts == 2
    assert (tmp_path / "exports" / f"{job.pk}.xlsx").stat().st_size > 10_000


def test_five_files_of_one_manager_delay_another_by_one(start: StartWorker) -> None:
    site = builders.site()
    dana, eli = builders.manager(of=[site]), builders.other_manager(of=[site])
    builders.many_sessions(500, on=builders.station(at=site))
    of_dana = [_request(dana, number) for number in range(5)]
    of_eli = _request(eli)

    start("w")

    _wait_for(lambda: ExportJob.objects.filter(state=ExportState.READY).count() == 6, "all files")
    order = list(ExportJob.objects.order_by("started_at"))
    assert order[:3] == [of_dana[0], of_eli, of_dana[1]]
