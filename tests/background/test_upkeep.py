"""The upkeep of the queue: tasks of dead workers, failed tasks, schedules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from sessions_app.background import upkeep
from sessions_app.background.schedules import SCHEDULES, prune_task_results
from sessions_app.models import ScheduleState, WorkerHeartbeat
from sessions_app.store.background import DEAD_AFTER, MAX_RUNS, schedule_run, tasks_give_back, worker_heartbeat
from tests.support import builders
from tests.support.workers import run_tasks

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
LATER = NOW + DEAD_AFTER + timedelta(seconds=1)


def _claimed(*worker_ids: str) -> DBTaskResult[..., Any]:
    """Return a task that the last of these workers runs, after the others have died."""
    result = DBTaskResult.objects.get(pk=prune_task_results.enqueue().id)
    for worker_id in worker_ids:
        worker_heartbeat(worker_id, at=NOW)
        result.claim(worker_id)
    return result


def _status(result: DBTaskResult[..., Any]) -> str:
    return DBTaskResult.objects.get(pk=result.pk).status


def test_task_of_live_worker_is_left_alone() -> None:
    result = _claimed("a")
    worker_heartbeat("a", at=LATER)
    assert tasks_give_back(at=LATER) == 0
    assert _status(result) == TaskResultStatus.RUNNING


def test_task_of_dead_worker_runs_again() -> None:
    result = _claimed("a")
    assert tasks_give_back(at=LATER) == 1
    run_tasks("b")
    result.refresh_from_db()
    assert (result.status, result.worker_ids) == (TaskResultStatus.SUCCESSFUL, ["a", "b"])


def test_restarted_worker_takes_its_task_back_at_once() -> None:
    result = _claimed("a")
    assert tasks_give_back(at=NOW, starting="a") == 1
    assert _status(result) == TaskResultStatus.READY


def test_third_death_fails_the_task() -> None:
    result = _claimed(*"abc"[:MAX_RUNS])
    assert tasks_give_back(at=LATER) == 0
    result.refresh_from_db()
    assert result.status == TaskResultStatus.FAILED
    assert "died in each of 3 runs" in result.traceback


def test_schedule_runs_once_for_several_workers() -> None:
    runs: list[int] = []
    for _ in range(3):
        schedule_run("tick", timedelta(minutes=1), lambda: runs.append(1), at=NOW)
    assert len(runs) == 1
    assert ScheduleState.objects.get().next_at == NOW + timedelta(minutes=1)


def test_missed_schedule_runs_once_and_keeps_its_pace() -> None:
    runs: list[int] = []
    every = timedelta(hours=1)
    for at in (NOW, NOW + timedelta(hours=5, minutes=7), NOW + timedelta(hours=5, minutes=8)):
        schedule_run("tick", every, lambda: runs.append(1), at=at)
    assert len(runs) == 2
    assert ScheduleState.objects.get().next_at == NOW + timedelta(hours=6)


def test_failed_enqueue_leaves_the_schedule_due() -> None:
    def fail() -> None:
        raise DatabaseError

    with pytest.raises(DatabaseError):
        schedule_run("tick", timedelta(hours=1), fail, at=NOW)
    assert ScheduleState.objects.get().next_at == NOW


def test_every_schedule_runs() -> None:
    upkeep._keep("a")
    run_tasks()
    assert WorkerHeartbeat.objects.get().worker_id == "a"
    results = DBTaskResult.objects.values_list("task_path", "status")
    assert sorted(results) == sorted((s.task.module_path, TaskResultStatus.SUCCESSFUL) for s in SCHEDULES.values())


def test_old_results_of_every_queue_are_pruned() -> None:
    prune_task_results.enqueue()
    run_tasks()
    DBTaskResult.objects.update(queue_name="exports", finished_at=NOW - timedelta(days=1_000))
    prune_task_results.func()
    assert not DBTaskResult.objects.exists()


def test_upkeep_survives_a_lost_database(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fail(worker_id: str, *, at: datetime) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(upkeep, "worker_heartbeat", fail)
    upkeep._keep("a")
    assert "The upkeep of worker a failed: gone" in caplog.text


def test_operator_sees_tasks_in_the_admin(client: Client) -> None:
    client.force_login(builders.operator())
    result = _claimed("a")
    text = client.get(reverse("admin:django_tasks_database_dbtaskresult_changelist")).text
    assert "prune_task_results" in text
    assert str(result.pk) in text
