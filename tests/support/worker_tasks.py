"""Tasks that go wrong. A worker process imports them by name."""

import os
import signal
import threading
from pathlib import Path

from django_tasks import task


@task()
def count_run(file: str) -> None:
    """Add a line to the file."""
    with Path(file).open("a") as log:
        log.write(f"{os.getpid()}\n")


@task()
def kill_worker(file: str, times: int) -> None:
    """Add a line to the file; in the first runs, kill the process as `kill -9` does."""
    count_run.func(file)
    if len(Path(file).read_text().splitlines()) <= times:
        os.kill(os.getpid(), signal.SIGKILL)


@task()
def always_raise(file: str) -> None:
    """Add a line to the file and raise."""
    count_run.func(file)
    raise ValueError("no")


@task()
def never_end() -> None:
    """Wait for what does not happen."""
    threading.Event().wait()


@task()
def write_limit(file: str) -> None:
    """Write how many seconds are left until the task is ended; 0 if there is no limit."""
    Path(file).write_text(str(signal.getitimer(signal.ITIMER_REAL)[0]))
