"""Write what the task library leaves out: heartbeats of workers, tasks of dead workers, due schedules."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from sessions_app.models import ScheduleState, WorkerHeartbeat

DEAD_AFTER = timedelta(seconds=30)
MAX_RUNS = 3


def worker_heartbeat(worker_id: str, *, at: datetime) -> None:
    """Record that the worker is alive."""
    WorkerHeartbeat.objects.update_or_create(worker_id=worker_id, defaults={"at": at})


def tasks_give_back(*, at: datetime, starting: str = "") -> int:
    """Return the tasks of dead workers to the queue, and their number. After `MAX_RUNS` runs a task fails.

    `starting` is the id of a worker that starts now: what it ran before, it runs no longer.
    Each change filters by the run, so that a task that ended meanwhile stays as it is.
    """
    WorkerHeartbeat.objects.filter(at__lt=at - DEAD_AFTER).delete()
    alive = set(WorkerHeartbeat.objects.values_list("worker_id", flat=True)) - {starting}
    returned = 0
    for task in DBTaskResult.objects.running().only("worker_ids", "started_at"):
        if task.worker_ids[-1] in alive:
            continue
        run = DBTaskResult.objects.filter(pk=task.pk, status=TaskResultStatus.RUNNING, started_at=task.started_at)
        if len(task.worker_ids) < MAX_RUNS:
            returned += run.update(status=TaskResultStatus.READY)
        else:
            run.update(
                status=TaskResultStatus.FAILED,
                finished_at=at,
                exception_class_path="builtins.RuntimeError",
                traceback=f"Its worker died in each of {MAX_RUNS} runs.",
            )
    return returned


def schedule_run(name: str, every: timedelta, enqueue: Callable[[], object], *, at: datetime) -> None:
    """Call `enqueue` if the schedule is due. Of several workers one does; several missed times count as one."""
    state, _ = ScheduleState.objects.get_or_create(name=name, defaults={"next_at": at})
    if state.next_at > at:
        return
    missed = (at - state.next_at) // every
    next_at = state.next_at + (missed + 1) * every
    with transaction.atomic():
        if ScheduleState.objects.filter(name=name, next_at=state.next_at).update(next_at=next_at):
            enqueue()
