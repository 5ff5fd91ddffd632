"""The tasks that repeat."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.utils import timezone
from django_tasks import task
from django_tasks.base import Task

from sessions_app.exports.tasks import delete_expired_exports, settle_exports
from sessions_app.store.audits import settle_unanswered_audits

RESULTS_KEPT_DAYS = 2  # the admin shows the tasks of these days


@dataclass(frozen=True)
class Schedule:
    """A task, and how often it is put into the queue."""

    task: Task[..., Any]
    every: timedelta


@task()
def prune_task_results() -> None:
    """Delete the rows of finished tasks of every queue."""
    call_command("prune_db_task_results", queue_name="*", min_age_days=RESULTS_KEPT_DAYS, verbosity=0)


@task()
def settle_unanswered_commands() -> None:
    """Record that no answer came to the commands of processes that died while they waited for it."""
    settle_unanswered_audits(at=timezone.now())


SCHEDULES = {
    "settle unanswered commands": Schedule(settle_unanswered_commands, timedelta(minutes=1)),
    "settle exports": Schedule(settle_exports, timedelta(minutes=1)),
    "delete expired exports": Schedule(delete_expired_exports, timedelta(hours=1)),
    "prune task results": Schedule(prune_task_results, timedelta(days=1)),
}
