"""Writes what becomes of an export job. Every change asks for the state it comes from: two never both win."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from sessions_app.models import ExportJob, Manager
from sessions_app.models.exports import KEPT_FOR, SLOTS

State = ExportJob.State
LOST_AFTER = timedelta(seconds=30)
MAX_ATTEMPTS = 3
MAX_WAITING = 5  # of one manager


class TooManyExportsError(Exception):
    """The manager has enough files in the making."""


def export_add(job: ExportJob) -> ExportJob:
    """Put a new job in the queue; the same again, while it is still to come, is the one that is there.

    Raises TooManyExportsError beyond `MAX_WAITING` of one manager.
    """
    active = ExportJob.objects.filter(manager=job.manager, state__in=(State.QUEUED, State.RUNNING))
    if same := active.filter(kind=job.kind, of=job.of, params=job.params).first():
        return same
    if active.count() >= MAX_WAITING:
        raise TooManyExportsError
    job.save(force_insert=True)
    return job


def export_begin(*, at: datetime) -> ExportJob | None:
    """Take the oldest waiting job into a free slot; None when nothing waits or no slot is free."""
    _give_up_on_the_lost(at)
    while waiting := ExportJob.objects.filter(state=State.QUEUED).order_by("created_at", "id").first():
        taken = [_take(waiting, slot, at) for slot in _free_slots()[:1]]
        if not taken:
            return None
        if taken[0]:
            waiting.refresh_from_db()
            return waiting
    return None


def _free_slots() -> list[int]:
    held = set(ExportJob.objects.exclude(slot=None).values_list("slot", flat=True))
    return [slot for slot in SLOTS if slot not in held]


def _take(job: ExportJob, slot: int, at: datetime) -> bool:
    """Return whether the job is ours; another process may be quicker with the job or with the slot."""
    try:
        with transaction.atomic():
            return bool(
                ExportJob.objects.filter(pk=job.pk, state=State.QUEUED).update(
                    state=State.RUNNING,
                    slot=slot,
                    attempts=F("attempts") + 1,
                    started_at=at,
                    beat_at=at,
                    rows_done=0,
                )
            )
    except IntegrityError:
        return False


def _give_up_on_the_lost(at: datetime) -> None:
    """Begin again what a process left behind; after several attempts it has failed, for all to see."""
    lost = ExportJob.objects.filter(state=State.RUNNING, beat_at__lt=at - LOST_AFTER)
    lost.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=State.FAILED,
        slot=None,
        finished_at=at,
        error="The server stopped several times while the file was being created.",
    )
    lost.filter(attempts__lt=MAX_ATTEMPTS).update(state=State.QUEUED, slot=None)


def _held(job: ExportJob) -> QuerySet[ExportJob]:
    """Return the job as long as it is made by whoever began it then: not cancelled, nor begun again."""
    return ExportJob.objects.filter(pk=job.pk, state=State.RUNNING, started_at=job.started_at)


def export_beat(job: ExportJob, *, rows_done: int, at: datetime) -> bool:
    """Say that the job is alive and how far it is; return False when it is no longer wanted."""
    return bool(_held(job).update(beat_at=at, rows_done=rows_done))


def export_put_back(job: ExportJob) -> None:
    """Let a job that cannot be finished here wait for another process; no attempt is counted."""
    _held(job).update(state=State.QUEUED, slot=None, attempts=F("attempts") - 1)


def export_ready(job: ExportJob, *, rows: int, site_ids: Iterable[int], at: datetime) -> bool:
    """Say that the file lies there; return False when it is no longer wanted."""
    return bool(
        _held(job).update(
            state=State.READY,
            slot=None,
            rows_done=rows,
            rows_total=rows,
            site_ids=list(site_ids),
            finished_at=at,
        )
    )


def export_fail(job: ExportJob, *, error: str, at: datetime) -> None:
    """Say, for the manager to read, why there is no file."""
    _held(job).update(state=State.FAILED, slot=None, error=error, finished_at=at)


def export_drop(job_id: UUID, manager: Manager, *, at: datetime) -> bool:
    """Cancel a job that is still to come, or forget one that is over; return whether it was the manager's."""
    own = ExportJob.objects.filter(pk=job_id, manager=manager)
    cancelled = own.filter(state__in=(State.QUEUED, State.RUNNING)).update(
        state=State.CANCELLED, slot=None, finished_at=at
    )
    return bool(cancelled or own.delete()[0])


def exports_forget(*, at: datetime) -> None:
    """Forget the jobs that were over a day ago."""
    ExportJob.objects.filter(finished_at__lt=at - KEPT_FOR).delete()
