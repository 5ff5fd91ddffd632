"""Write the files of export jobs in a worker process, so that a long file does not slow down pages.

The task is a turn, not a job: it takes the job that is next by a fair rule (`store.exports.export_begin`).
"""

import logging
import os
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks import TaskContext, task

from sessions_app.exports import files
from sessions_app.exports.job_file import CancelledError, ProgressReporter, close_cursor, write_export
from sessions_app.models import ExportJob
from sessions_app.queries.exports import has_queued_exports, visible_site_ids
from sessions_app.store.exports import (
    export_add,
    export_begin,
    export_fail,
    export_ready,
    export_release,
    export_requeue,
    exports_delete_expired,
    exports_fail_lost,
)

logger = logging.getLogger(__name__)


def request_export(job: ExportJob) -> None:
    """Queue the job and a turn. Raises TooManyExportsError."""
    with transaction.atomic():
        export_add(job)
        make_next_export.enqueue()


@task(queue_name="exports", takes_context=True)
def make_next_export(context: TaskContext) -> None:
    """Write the file that is next; none if each manager who waits has a file being written."""
    turn = UUID(context.task_result.id)
    export_requeue(turn)  # an earlier run of this turn died
    if job := export_begin(turn, at=timezone.now()):
        write_file(job)
        offer_turn()  # after the commit: the end of this job may let another of its manager start


@task()
def settle_exports() -> None:
    """Fail the jobs whose turn has ended without them, because its worker died too often."""
    exports_fail_lost(at=timezone.now())
    offer_turn()


@task()
def delete_expired_exports() -> None:
    """Delete the jobs and files whose retention time has passed."""
    exports_delete_expired(at=timezone.now())
    files.delete_expired_files()


def offer_turn() -> None:
    """Put a turn into the queue if a job waits."""
    if has_queued_exports():
        make_next_export.enqueue()


def write_file(job: ExportJob) -> None:
    """Write the job's file, and record how it ended."""
    part = files.export_dir() / f"{job.pk}-{os.getpid()}-{job.attempts}.part"
    try:
        site_ids = visible_site_ids(job.manager)  # read first: access to a site may be revoked meanwhile
        with ProgressReporter(job) as reporter:
            rows = write_export(job, part, reporter.progress)
        with transaction.atomic():  # the file must exist when the job shows as ready
            if export_ready(job, rows=rows, site_ids=site_ids, at=timezone.now()):
                part.rename(files.file_path(job.pk))
    except CancelledError:
        logger.info("Export %s was cancelled", job.pk)
    except (KeyboardInterrupt, SystemExit) as interrupt:  # a worker that is told twice to stop
        close_cursor(interrupt)
        export_release(job)
        raise
    except Exception as error:
        logger.exception("Export %s failed", job.pk)
        close_cursor(error)
        reason = f"The file could not be created ({type(error).__name__}). Export it again, or tell an operator."
        export_fail(job, error=reason, at=timezone.now())
    finally:
        part.unlink(missing_ok=True)
