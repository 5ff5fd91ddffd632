"""Write the state of export jobs. Each change filters by the old state, so that one process wins."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from sessions_app.domain.export_state import ExportState
from sessions_app.models import ExportJob, Manager
from sessions_app.models.exports import KEPT_FOR

MAX_WAITING = 5  # of one manager


class TooManyExportsError(Exception):
    """The manager has `MAX_WAITING` exports waiting or running."""


def export_add(job: ExportJob) -> ExportJob:
    """Queue a new job, or return the manager's active job for the same file.

    Raises TooManyExportsError if the manager has `MAX_WAITING` active jobs.
    """
    active = ExportJob.objects.filter(manager=job.manager, state__in=(ExportState.QUEUED, ExportState.RUNNING))
    if same_job := active.filter(kind=job.kind, of=job.of, params=job.params).first():
        return same_job
    if active.count() >= MAX_WAITING:
        raise TooManyExportsError
    job.save(force_insert=True)
    return job


def export_begin(turn: UUID, *, at: datetime) -> ExportJob | None:
    """Start and return the next job; None if none waits whose manager has none running.

    Managers take turns: the one whose last file started first is next. With one worker, too, the five files of
    one manager delay the file of another by one file only.
    """
    own = ExportJob.objects.filter(manager=OuterRef("manager"))
    last_start = own.exclude(started_at=None).order_by("-started_at").values("started_at")[:1]
    waiting = (
        ExportJob.objects.filter(~Exists(own.filter(state=ExportState.RUNNING)), state=ExportState.QUEUED)
        .annotate(last_start=Subquery(last_start))
        .order_by(F("last_start").asc(nulls_first=True), "created_at", "id")
    )
    while job := waiting.first():
        if _start(job, turn, at):
            job.refresh_from_db()
            return job
    return None


def _start(job: ExportJob, turn: UUID, at: datetime) -> bool:
    """Start the job; return False if another worker has taken it or one of the same manager."""
    try:
        with transaction.atomic():
            return bool(
                ExportJob.objects.filter(pk=job.pk, state=ExportState.QUEUED).update(
                    state=ExportState.RUNNING,
                    turn=turn,
                    attempts=F("attempts") + 1,
                    started_at=at,
                    progress_at=at,
                    rows_done=0,
                )
            )
    except IntegrityError:  # one_export_a_manager
        return False


def export_requeue(turn: UUID) -> None:
    """Requeue the job that an earlier run of the turn has left."""
    ExportJob.objects.filter(turn=turn, state=ExportState.RUNNING).update(state=ExportState.QUEUED)


def exports_fail_lost(*, at: datetime) -> int:
    """Fail the running jobs whose turn neither waits nor runs; return their number.

    One statement: a turn that begins between two of them would be failed.
    """
    open_turns = DBTaskResult.objects.filter(status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING))
    lost = ExportJob.objects.filter(~Exists(open_turns.filter(pk=OuterRef("turn"))), state=ExportState.RUNNING)
    return lost.update(
        state=ExportState.FAILED, finished_at=at, error="The server stopped several times while making the file."
    )


def _own_run(job: ExportJob) -> QuerySet[ExportJob]:
    """Return a queryset of the job, empty if it was cancelled or restarted."""
    return ExportJob.objects.filter(pk=job.pk, state=ExportState.RUNNING, started_at=job.started_at)


def export_progress(job: ExportJob, *, rows_done: int, at: datetime) -> bool:
    """Record the job's progress; return False if it was cancelled or restarted."""
    return bool(_own_run(job).update(progress_at=at, rows_done=rows_done))


def export_release(job: ExportJob) -> None:
    """Requeue a job that this process cannot finish, without counting the attempt."""
    _own_run(job).update(state=ExportState.QUEUED, attempts=F("attempts") - 1)


def export_ready(job: ExportJob, *, rows: int, site_ids: Iterable[int], at: datetime) -> bool:
    """Mark the file as ready; return False if the job was cancelled or restarted."""
    return bool(
        _own_run(job).update(
            state=ExportState.READY,
            rows_done=rows,
            rows_total=rows,
            site_ids=list(site_ids),
            finished_at=at,
        )
    )


def export_fail(job: ExportJob, *, error: str, at: datetime) -> None:
    """Mark the job as failed, with an error text for the manager."""
    _own_run(job).update(state=ExportState.FAILED, error=error, finished_at=at)


def export_delete(job_id: UUID, manager: Manager, *, at: datetime) -> bool:
    """Cancel an active job or delete a finished one; return False if it is not the manager's."""
    own = ExportJob.objects.filter(pk=job_id, manager=manager)
    cancelled = own.filter(state__in=(ExportState.QUEUED, ExportState.RUNNING)).update(
        state=ExportState.CANCELLED, finished_at=at
    )
    return bool(cancelled or own.delete()[0])


def exports_delete_expired(*, at: datetime) -> None:
    """Delete the jobs that finished longer than `KEPT_FOR` ago."""
    ExportJob.objects.filter(finished_at__lt=at - KEPT_FOR).delete()
