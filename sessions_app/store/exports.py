"""Write the state of export jobs. Each change filters by the old state, so that one process wins."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from sessions_app.models import ExportJob, Manager
from sessions_app.models.exports import KEPT_FOR, SLOTS

_State = ExportJob.State
LOST_AFTER = timedelta(seconds=30)
MAX_ATTEMPTS = 3
MAX_WAITING = 5  # of one manager


class TooManyExportsError(Exception):
    """The manager has `MAX_WAITING` exports waiting or running."""


def export_add(job: ExportJob) -> ExportJob:
    """Queue a new job, or return the manager's active job for the same file.

    Raises TooManyExportsError if the manager has `MAX_WAITING` active jobs.
    """
    active = ExportJob.objects.filter(manager=job.manager, state__in=(_State.QUEUED, _State.RUNNING))
    if same_job := active.filter(kind=job.kind, of=job.of, params=job.params).first():
        return same_job
    if active.count() >= MAX_WAITING:
        raise TooManyExportsError
    job.save(force_insert=True)
    return job


def export_claim(*, at: datetime) -> ExportJob | None:
    """Start and return the oldest waiting job; None if no job waits or no slot is free."""
    _requeue_lost(at)
    while waiting := ExportJob.objects.filter(state=_State.QUEUED).order_by("created_at", "id").first():
        slots = _free_slots()
        if not slots:
            return None
        if _start(waiting, slots[0], at):
            waiting.refresh_from_db()
            return waiting
    return None


def _free_slots() -> list[int]:
    used = set(ExportJob.objects.exclude(slot=None).values_list("slot", flat=True))
    return [slot for slot in SLOTS if slot not in used]


def _start(job: ExportJob, slot: int, at: datetime) -> bool:
    """Start the job; return False if another process has taken the job or the slot."""
    try:
        with transaction.atomic():
            return bool(
                ExportJob.objects.filter(pk=job.pk, state=_State.QUEUED).update(
                    state=_State.RUNNING,
                    slot=slot,
                    attempts=F("attempts") + 1,
                    started_at=at,
                    beat_at=at,
                    rows_done=0,
                )
            )
    except IntegrityError:
        return False


def _requeue_lost(at: datetime) -> None:
    """Requeue the jobs of processes that stopped; after `MAX_ATTEMPTS` mark them as failed."""
    lost = ExportJob.objects.filter(state=_State.RUNNING, beat_at__lt=at - LOST_AFTER)
    lost.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=_State.FAILED,
        slot=None,
        finished_at=at,
        error="The server stopped several times while making the file.",
    )
    lost.filter(attempts__lt=MAX_ATTEMPTS).update(state=_State.QUEUED, slot=None)


def _own_run(job: ExportJob) -> QuerySet[ExportJob]:
    """Return a queryset of the job, empty if it was cancelled or restarted."""
    return ExportJob.objects.filter(pk=job.pk, state=_State.RUNNING, started_at=job.started_at)


def export_heartbeat(job: ExportJob, *, rows_done: int, at: datetime) -> bool:
    """Record the job's progress; return False if it was cancelled or restarted."""
    return bool(_own_run(job).update(beat_at=at, rows_done=rows_done))


def export_release(job: ExportJob) -> None:
    """Requeue a job that this process cannot finish, without counting the attempt."""
    _own_run(job).update(state=_State.QUEUED, slot=None, attempts=F("attempts") - 1)


def export_ready(job: ExportJob, *, rows: int, site_ids: Iterable[int], at: datetime) -> bool:
    """Mark the file as ready; return False if the job was cancelled or restarted."""
    return bool(
        _own_run(job).update(
            state=_State.READY,
            slot=None,
            rows_done=rows,
            rows_total=rows,
            site_ids=list(site_ids),
            finished_at=at,
        )
    )


def export_fail(job: ExportJob, *, error: str, at: datetime) -> None:
    """Mark the job as failed, with an error text for the manager."""
    _own_run(job).update(state=_State.FAILED, slot=None, error=error, finished_at=at)


def export_delete(job_id: UUID, manager: Manager, *, at: datetime) -> bool:
    """Cancel an active job or delete a finished one; return False if it is not the manager's."""
    own = ExportJob.objects.filter(pk=job_id, manager=manager)
    cancelled = own.filter(state__in=(_State.QUEUED, _State.RUNNING)).update(
        state=_State.CANCELLED, slot=None, finished_at=at
    )
    return bool(cancelled or own.delete()[0])


def exports_delete_expired(*, at: datetime) -> None:
    """Delete the jobs that finished longer than `KEPT_FOR` ago."""
    ExportJob.objects.filter(finished_at__lt=at - KEPT_FOR).delete()
