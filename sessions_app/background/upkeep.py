"""Keep the queue whole while a worker runs: heartbeat, tasks of dead workers, due schedules."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection
from django.utils import timezone

from sessions_app.background.schedules import SCHEDULES
from sessions_app.store.background import schedule_run, tasks_give_back, worker_heartbeat

logger = logging.getLogger(__name__)
UPKEEP_EVERY_S = 5.0


@contextmanager
def upkeep(worker_id: str) -> Iterator[None]:
    """Do the upkeep every `UPKEEP_EVERY_S` in a thread. First take back what this worker ran when it last died."""
    now = timezone.now()
    tasks_give_back(at=now, starting=worker_id)
    worker_heartbeat(worker_id, at=now)
    ended = threading.Event()

    def repeat() -> None:
        while not ended.is_set():
            _keep(worker_id)
            ended.wait(UPKEEP_EVERY_S)

    threading.Thread(target=repeat, name="upkeep", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _keep(worker_id: str) -> None:
    """Do the upkeep once. Without a database only warn: the next time may succeed."""
    now = timezone.now()
    try:
        worker_heartbeat(worker_id, at=now)
        if returned := tasks_give_back(at=now):
            logger.warning("Tasks of dead workers run again: %s", returned)
        for name, schedule in SCHEDULES.items():
            schedule_run(name, schedule.every, schedule.task.enqueue, at=now)
    except DatabaseError as error:
        logger.warning("The upkeep of worker %s failed: %s", worker_id, error)
        connection.close()
