"""The queue in front of recording: batches what is waiting and resolves each caller after the commit.

Group commit: the next batch begins as soon as the last one is committed, with no timer. Alone a
message waits for nobody; under load a commit serves as many as came during the one before.
"""

import asyncio
import logging
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import msgspec
from django.utils import timezone

from sessions_app.announce import Change, Outbox
from sessions_app.domain.events import Event, Knocked, Outcome, Unreadable
from sessions_app.recording import Recorded, record
from sessions_app.store.thread import AWAY, DatabaseThread, takes_writes

logger = logging.getLogger(__name__)

MAX_BATCH = 500
RETRY_AFTER_S = (0.1, 0.5, 1.0, 2.0, 5.0)
BLAMED_AFTER = 3  # attempts: locks and failovers pass sooner

Outcomes = tuple[list[Outcome | Exception], list[Change]]
Call = tuple[Event | Knocked, "asyncio.Future[Outcome]"]


class Recorder:
    """Records events for the station sockets of one event loop.

    While the database is away it tries again and again: no event is dropped, and no caller is told.
    """

    def __init__(self) -> None:
        self._waiting: list[Call] = []
        self._thread = DatabaseThread("recorder")
        self._task: asyncio.Task[None] | None = None
        self.outbox = Outbox()

    async def record(self, event: Event | Knocked) -> Outcome:
        """Return the event's outcome once the commit that holds it has returned.

        Events keep their order.
        """
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return await done

    async def stop(self) -> None:
        """Close the connections; for whoever ends before its process does."""
        await self._thread.close()
        await self.outbox.stop()

    async def _run(self) -> None:
        while self._waiting:
            calls, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            outcomes, changes = await self._recorded([event for event, _ in calls])
            for (_, done), outcome in zip(calls, outcomes, strict=True):
                if done.done():  # its socket has closed meanwhile
                    continue
                if isinstance(outcome, Exception):
                    done.set_exception(outcome)
                else:
                    done.set_result(outcome)
            self.outbox.put(changes)

    async def _recorded(self, batch: Sequence[Event | Knocked]) -> Outcomes:
        """Return what the batch gave; what fails alone, so that a bad event never fails its neighbours."""
        try:
            outcomes, changes = await self._persistently(batch)
            return [*outcomes], changes
        except Exception:
            if len(batch) == 1:
                logger.exception("An event was set aside")
                return await self._set_aside(batch[0])
            logger.exception("A batch of %d failed: its events are recorded one by one", len(batch))
        all_outcomes: list[Outcome | Exception] = []
        all_changes: list[Change] = []
        for event in batch:
            outcomes_alone, changes_alone = await self._recorded([event])
            all_outcomes += outcomes_alone
            all_changes += changes_alone
        return all_outcomes, all_changes

    async def _persistently(self, batch: Sequence[Event | Knocked]) -> Recorded:
        """Return what the batch gave: again and again while the database is away.

        One that can be written to and refuses the batch again and again is not away: the batch is at fault.
        """
        attempt = 0
        while True:
            try:
                return await self._thread.run(record, batch)
            except AWAY:
                attempt += 1
                if attempt >= BLAMED_AFTER and await self._thread.run(takes_writes):
                    raise
                pause = RETRY_AFTER_S[min(attempt, len(RETRY_AFTER_S)) - 1]
                logger.exception("The database is away: %d events wait %s s", len(batch), pause)
                await asyncio.sleep(pause)

    async def _set_aside(self, event: Event | Knocked) -> Outcomes:
        """Keep an event that cannot be recorded, so that what is acknowledged is never lost."""
        if isinstance(event, Knocked):
            return [Outcome(tag_status="Invalid")], []
        kept = Unreadable(
            station_id=event.station_id,
            at=timezone.now(),
            action=type(event).__name__,
            payload=msgspec.json.encode(event).decode(),
            error="The message could not be recorded. See the log.",
        )
        try:
            outcomes, changes = await self._persistently([kept])
            return [*outcomes], changes
        except Exception as error:
            logger.exception("An event could not even be set aside")
            return [error], []


_recorders: WeakKeyDictionary[asyncio.AbstractEventLoop, Recorder] = WeakKeyDictionary()


def recorder() -> Recorder:
    """Return the recorder of the running event loop: a server process has one."""
    loop = asyncio.get_running_loop()
    found = _recorders.get(loop)
    if found is None:
        found = _recorders[loop] = Recorder()
    return found
