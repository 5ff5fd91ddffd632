"""What a manager sees of the files that he has asked for."""

from datetime import datetime
from uuid import UUID

from sessions_app.access import User, visible_sites
from sessions_app.models import ExportJob, Manager
from sessions_app.models.exports import KEPT_FOR

_State = ExportJob.State


def manager_exports(user: Manager, *, at: datetime) -> list[ExportJob]:
    """Return the manager's files that are to come, are there, or failed; the latest first."""
    kept = ExportJob.objects.filter(manager_id=user.pk, created_at__gt=at - 2 * KEPT_FOR)
    jobs = kept.exclude(state=_State.CANCELLED).order_by("-created_at")
    return [job for job in jobs if job.finished_at is None or job.finished_at > at - KEPT_FOR]


def downloadable_export(user: Manager, job_id: UUID, *, at: datetime) -> ExportJob | None:
    """Return the manager's job whose file he may have; None once he may not see one of its sites any more."""
    job = ExportJob.objects.filter(pk=job_id, manager_id=user.pk, state=_State.READY).first()
    if job is None or job.finished_at is None or job.finished_at <= at - KEPT_FOR:
        return None
    return job if set(job.site_ids) <= set(visible_site_ids(user)) else None


def visible_site_ids(user: User) -> list[int]:
    """Return the ids of the sites that the user may see."""
    return list(visible_sites(user).values_list("pk", flat=True))


def has_pending_exports() -> bool:
    """Return whether any file waits or is being made."""
    return ExportJob.objects.filter(state__in=(_State.QUEUED, _State.RUNNING)).exists()
