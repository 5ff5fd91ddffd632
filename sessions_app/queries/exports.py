"""The export files of a manager: the list, and the download check."""

from datetime import datetime
from uuid import UUID

from sessions_app.access import User, visible_sites
from sessions_app.domain.export_state import ExportState
from sessions_app.models import ExportJob, Manager
from sessions_app.models.exports import KEPT_FOR


def manager_exports(user: Manager, *, at: datetime) -> list[ExportJob]:
    """Return the manager's pending, ready and failed jobs, newest first."""
    recent = ExportJob.objects.filter(manager_id=user.pk, created_at__gt=at - 2 * KEPT_FOR)
    jobs = recent.exclude(state=ExportState.CANCELLED).order_by("-created_at")
    return [job for job in jobs if job.finished_at is None or job.finished_at > at - KEPT_FOR]


def downloadable_export(user: Manager, job_id: UUID, *, at: datetime) -> ExportJob | None:
    """Return the manager's ready job; None if it expired or holds a site that they may no longer see."""
    job = ExportJob.objects.filter(pk=job_id, manager_id=user.pk, state=ExportState.READY).first()
    if job is None or job.finished_at is None or job.finished_at <= at - KEPT_FOR:
        return None
    return job if set(job.site_ids) <= set(visible_site_ids(user)) else None


def visible_site_ids(user: User) -> list[int]:
    """Return the ids of the sites that the user may see."""
    return list(visible_sites(user).values_list("pk", flat=True))


def has_queued_exports() -> bool:
    """Return whether any job waits."""
    return ExportJob.objects.filter(state=ExportState.QUEUED).exists()
