"""A task that does not end is ended, and the next one runs."""

from datetime import timedelta

import pytest
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from sessions_app.background import time_limits
from sessions_app.background.schedules import SCHEDULES, prune_task_results
from sessions_app.exports.tasks import make_next_export
from tests.support.worker_tasks import never_end
from tests.support.workers import run_tasks

pytestmark = pytest.mark.django_db(transaction=True)


def test_task_that_hangs_fails_and_the_next_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(time_limits.TIME_LIMITS, "default", timedelta(seconds=0.2))
    hanging = never_end.enqueue().id

    with time_limits.time_limits():
        run_tasks()
        monkeypatch.undo()
        following = prune_task_results.enqueue().id
        run_tasks()

    results = {str(each.pk): each for each in DBTaskResult.objects.all()}
    assert results[hanging].status == TaskResultStatus.FAILED
    assert "longer than the limit of its queue" in results[hanging].traceback
    assert results[following].status == TaskResultStatus.SUCCESSFUL


def test_every_queue_has_a_limit() -> None:
    tasks = (make_next_export, *(schedule.task for schedule in SCHEDULES.values()))

    assert {task.queue_name for task in tasks} <= set(time_limits.TIME_LIMITS)
