"""Write the workbook of a job: its rows, its progress, and its end when the job is cancelled."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from traceback import clear_frames
from types import TracebackType

from django.db import DatabaseError, connection
from django.http import QueryDict
from django.utils import timezone

from sessions_app.exports.registry import describe_export
from sessions_app.exports.xlsx import write_workbook
from sessions_app.models import ExportJob
from sessions_app.store.exports import export_progress

logger = logging.getLogger(__name__)
REPORT_EVERY_S = 0.5
Progress = Callable[[int], None]


class CancelledError(Exception):
    """The job was cancelled or deleted."""


def write_export(job: ExportJob, to: Path, progress: Progress) -> int:
    """Write the job's workbook with what its manager may see now; return the number of rows."""
    spec = describe_export(job.kind, job.of, QueryDict(job.params), job.manager)
    return write_workbook(spec.book(), to, progress=progress)


def close_cursor(error: BaseException) -> None:
    """Close the cursor of the aborted export: it holds a transaction open.

    While that is open, updates of the job would be part of it and be rolled back with it.
    """
    clear_frames(error.__traceback__)


class ProgressReporter:
    """Report a job's progress twice a second, and notice when it is cancelled."""

    def __init__(self, job: ExportJob) -> None:
        self.job = job
        self.rows = 0
        self.stopped = threading.Event()
        self.is_active = True
        self.thread = threading.Thread(target=self._report, name="progress", daemon=True)

    def progress(self, rows: int) -> None:
        """Record the number of rows written. Raises CancelledError if the job was cancelled."""
        self.rows = rows
        if not self.is_active:
            raise CancelledError

    def __enter__(self) -> "ProgressReporter":
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self.thread.join()

    def _report(self) -> None:
        while not self.stopped.wait(REPORT_EVERY_S):
            try:
                self.is_active = export_progress(self.job, rows_done=self.rows, at=timezone.now())
            except DatabaseError:
                logger.warning("Cannot report the progress of export %s", self.job.pk)
        connection.close()
