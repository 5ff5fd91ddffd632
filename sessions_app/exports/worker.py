"""Write the files of export jobs in a separate process, so that a long file does not slow down pages.

The server starts a worker when a job is queued. The worker runs jobs until none is left, then exits. If
it is killed, the next worker restarts its job.
"""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import sleep, time
from traceback import clear_frames
from types import TracebackType
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import QueryDict
from django.utils import timezone

from sessions_app.exports.registry import describe_export
from sessions_app.exports.xlsx import write_workbook
from sessions_app.models import ExportJob
from sessions_app.models.exports import KEPT_FOR, SLOTS
from sessions_app.queries.exports import has_pending_exports, visible_site_ids
from sessions_app.store.exports import (
    LOST_AFTER,
    export_claim,
    export_fail,
    export_heartbeat,
    export_ready,
    export_release,
    exports_delete_expired,
)

log = logging.getLogger(__name__)
JOB_HEARTBEAT_S = 0.5
Progress = Callable[[int], None]
WriteFile = Callable[[ExportJob, Path, Progress], int]
_workers: list[subprocess.Popen[bytes]] = []


class CancelledError(Exception):
    """The job was cancelled or deleted."""


def export_dir() -> Path:
    """Return the directory of the files; create it if it is missing."""
    path = Path(settings.EXPORT_DIR)
    path.mkdir(parents=True, exist_ok=True)
    return path


def file_path(job_id: UUID) -> Path:
    """Return the path of the job's finished file."""
    return export_dir() / f"{job_id}.xlsx"


def write_export(job: ExportJob, to: Path, progress: Progress) -> int:
    """Write the job's workbook with what its manager may see now; return the number of rows."""
    spec = describe_export(job.kind, job.of, QueryDict(job.params), job.manager)
    return write_workbook(spec.book(), to, progress=progress)


def start_worker() -> None:
    """Start a worker process, unless all slots of this server are in use."""
    _workers[:] = [worker for worker in _workers if worker.poll() is None]
    if len(_workers) < len(SLOTS):
        command = [sys.executable, "-m", "django", "run_exports"]
        _workers.append(
            subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ, stdin=subprocess.DEVNULL)  # noqa: S603
        )


def resume_jobs() -> None:
    """Resume the jobs of an earlier server at start-up, and delete expired files.

    Runs in a thread, because start-up is async. A job counts as lost only some time after its last heartbeat,
    so start workers until no job is pending.
    """

    def resume() -> None:
        try:
            delete_expired_files()
            while has_pending_exports():
                start_worker()
                connection.close()
                sleep(LOST_AFTER.total_seconds())
        except (DatabaseError, OSError) as error:
            log.warning("Cannot resume pending exports: %s", type(error).__name__)
        finally:
            connection.close()

    threading.Thread(target=resume, name="exports", daemon=True).start()


def run_jobs(write_file: WriteFile) -> None:
    """Run queued jobs until none is left or no slot is free."""
    delete_expired_files()
    while job := export_claim(at=timezone.now()):
        _run(job, write_file)


def delete_expired_files() -> None:
    """Delete the jobs and files whose retention time has passed."""
    exports_delete_expired(at=timezone.now())
    for path in export_dir().iterdir():
        with suppress(FileNotFoundError):  # another worker deletes files, too
            if path.stat().st_mtime < time() - KEPT_FOR.total_seconds():
                path.unlink()


def _run(job: ExportJob, write_file: WriteFile) -> None:
    part = export_dir() / f"{job.pk}-{os.getpid()}-{job.attempts}.part"
    try:
        site_ids = visible_site_ids(job.manager)  # read first: access to a site may be revoked meanwhile
        with JobHeartbeat(job) as heartbeat:
            rows = write_file(job, part, heartbeat.progress)
        with transaction.atomic():  # the file must exist when the job shows as ready
            if export_ready(job, rows=rows, site_ids=site_ids, at=timezone.now()):
                part.rename(file_path(job.pk))
    except CancelledError:
        log.info("Export %s was cancelled", job.pk)
    except KeyboardInterrupt as interrupt:
        _close_cursor(interrupt)
        export_release(job)
        raise
    except Exception as error:
        log.exception("Export %s failed", job.pk)
        _close_cursor(error)
        reason = f"The file could not be created ({type(error).__name__}). Export it again, or tell an operator."
        export_fail(job, error=reason, at=timezone.now())
    finally:
        part.unlink(missing_ok=True)


def _close_cursor(error: BaseException) -> None:
    """Close the cursor of the aborted export: it holds a transaction open.

    While that is open, updates of the job would be part of it and be rolled back with it.
    """
    clear_frames(error.__traceback__)


class JobHeartbeat:
    """Report a job's progress twice a second, and notice when it is cancelled."""

    def __init__(self, job: ExportJob) -> None:
        self.job = job
        self.rows = 0
        self.stopped = threading.Event()
        self.is_active = True
        self.thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def progress(self, rows: int) -> None:
        """Record the number of rows written. Raises CancelledError if the job was cancelled."""
        self.rows = rows
        if not self.is_active:
            raise CancelledError

    def __enter__(self) -> "JobHeartbeat":
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self.thread.join()

    def _beat(self) -> None:
        while not self.stopped.wait(JOB_HEARTBEAT_S):
            try:
                self.is_active = export_heartbeat(self.job, rows_done=self.rows, at=timezone.now())
            except DatabaseError:
                log.warning("Cannot report the progress of export %s", self.job.pk)
        connection.close()
