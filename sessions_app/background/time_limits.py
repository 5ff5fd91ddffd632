"""End a task that does not end by itself: the library has no time limit."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from typing import Any, Never

from django_tasks import TaskResult
from django_tasks.signals import task_finished, task_started

TIME_LIMITS = {  # by queue
    "default": timedelta(minutes=10),
    "exports": timedelta(hours=6),  # ten million rows take half an hour
}


class TaskTimeoutError(Exception):
    """The task ran longer than the limit of its queue."""


@contextmanager
def time_limits() -> Iterator[None]:
    """Raise TaskTimeoutError in a task that reaches its limit. Works in the main thread only, where tasks run.

    A call into C that never returns is not interrupted: then an operator ends the worker.
    """
    previous = signal.signal(signal.SIGALRM, _raise_timeout)
    task_started.connect(_start)
    task_finished.connect(_stop)
    try:
        yield
    finally:
        task_started.disconnect(_start)
        task_finished.disconnect(_stop)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _start(task_result: TaskResult[Any], **kwargs: Any) -> None:
    limit = TIME_LIMITS[task_result.task.queue_name]
    signal.setitimer(signal.ITIMER_REAL, limit.total_seconds())


def _stop(**kwargs: Any) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)


def _raise_timeout(number: int, frame: FrameType | None) -> Never:
    raise TaskTimeoutError("The task ran longer than the limit of its queue.")
