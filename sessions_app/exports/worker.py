"""Makes the files of export jobs, in a process of its own: a long file must not slow the pages down.

The server starts a worker when there is something to make. It takes job after job while there are any
and ends. What it leaves behind when it is killed, the next one begins again.
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
from django.utils import timezone

from sessions_app.models import ExportJob
from sessions_app.models.exports import KEPT_FOR, SLOTS
from sessions_app.queries.exports import are_any_to_come, site_ids
from sessions_app.store.exports import (
    LOST_AFTER,
    export_beat,
    export_begin,
    export_fail,
    export_put_back,
    export_ready,
    exports_forget,
)

log = logging.getLogger(__name__)
BEAT_S = 0.5
Progress = Callable[[int], None]
Make = Callable[[ExportJob, Path, Progress], int]
_workers: list[subprocess.Popen[bytes]] = []


class CancelledError(Exception):
    """Nobody wants the file any more."""


def folder() -> Path:
    """Return where the files lie."""
    path = Path(settings.EXPORT_DIR)
    path.mkdir(parents=True, exist_ok=True)
    return path


def file_of(job_id: UUID) -> Path:
    """Return where the job's file lies once it is ready."""
    return folder() / f"{job_id}.xlsx"


def wake() -> None:
    """Start a worker process, unless this server has as many as there are slots."""
    _workers[:] = [each for each in _workers if each.poll() is None]
    if len(_workers) < len(SLOTS):
        command = [sys.executable, "-m", "django", "run_exports"]
        _workers.append(
            subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ, stdin=subprocess.DEVNULL)  # noqa: S603
        )


def resume() -> None:
    """Go on, when the server starts, with what an earlier one has left, and remove what is too old.

    In a thread, as start-up is async. What died a moment ago is known as lost only after a while: as long
    as anything is to come, a worker looks again.
    """

    def look() -> None:
        try:
            tidy()
            while are_any_to_come():
                wake()
                connection.close()
                sleep(LOST_AFTER.total_seconds())
        except (DatabaseError, OSError) as error:
            log.warning("Cannot look for exports that were left: %s", type(error).__name__)
        finally:
            connection.close()

    threading.Thread(target=look, name="exports", daemon=True).start()


def work(make: Make) -> None:
    """Make the files of waiting jobs until none waits or no slot is free."""
    tidy()
    while job := export_begin(at=timezone.now()):
        _run(job, make)


def tidy() -> None:
    """Remove what is older than files are kept."""
    exports_forget(at=timezone.now())
    for path in folder().iterdir():
        with suppress(FileNotFoundError):  # another worker tidies as well
            if path.stat().st_mtime < time() - KEPT_FOR.total_seconds():
                path.unlink()


def _run(job: ExportJob, make: Make) -> None:
    part = folder() / f"{job.pk}-{os.getpid()}-{job.attempts}.part"
    try:
        may_hold = site_ids(job.manager)  # before it is read: a site may be taken away meanwhile
        with Beat(job) as beat:
            rows = make(job, part, beat.progress)
        with transaction.atomic():  # the file is there by the time that it is said to be
            if export_ready(job, rows=rows, site_ids=may_hold, at=timezone.now()):
                part.rename(file_of(job.pk))
    except CancelledError:
        log.info("Export %s was cancelled", job.pk)
    except KeyboardInterrupt as interrupt:
        _let_go(interrupt)
        export_put_back(job)
        raise
    except Exception as error:
        log.exception("Export %s failed", job.pk)
        _let_go(error)
        reason = (
            f"The file could not be created ({type(error).__name__}). Export it again, or tell an operator."
        )
        export_fail(job, error=reason, at=timezone.now())
    finally:
        part.unlink(missing_ok=True)


def _let_go(error: BaseException) -> None:
    """End what the broken-off writing still holds: rows come from a cursor in a transaction.

    As long as that is open, what is said of the job would be a part of it, and be taken back with it.
    """
    clear_frames(error.__traceback__)


class Beat:
    """Says twice a second how far a job is, and notices when it is no longer wanted."""

    def __init__(self, job: ExportJob) -> None:
        self.job = job
        self.rows = 0
        self.over = threading.Event()
        self.is_wanted = True
        self.thread = threading.Thread(target=self._beat, name="beat", daemon=True)

    def progress(self, rows: int) -> None:
        """Take down how many rows are written. Raises CancelledError when the file is not wanted."""
        self.rows = rows
        if not self.is_wanted:
            raise CancelledError

    def __enter__(self) -> "Beat":
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self.thread.join()

    def _beat(self) -> None:
        while not self.over.wait(BEAT_S):
            try:
                self.is_wanted = export_beat(self.job, rows_done=self.rows, at=timezone.now())
            except DatabaseError:
                log.warning("Export %s could not say how far it is", self.job.pk)
        connection.close()
