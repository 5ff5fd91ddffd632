"""The queue in front of `record`: batches waiting events and resolves each caller after the commit.

Group commit without a timer: a batch starts when the previous one is committed. So a single event never
waits, and under load each commit includes all events that arrived during the previous one.
"""

import asyncio
import logging
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import msgspec
from django.utils import timezone

from sessions_app.announce import ChangeAnnouncer, SessionChange
from sessions_app.domain.events import ConnectionAttempt, Event, Outcome, UnparsedMessage
from sessions_app.recording import BatchResult, record
from sessions_app.store.database_thread import DB_UNAVAILABLE, DatabaseThread, accepts_writes

logger = logging.getLogger(__name__)

MAX_BATCH = 500
RETRY_AFTER_S = (0.1, 0.5, 1.0, 2.0, 5.0)
BATCH_FAULTY_AFTER = 3  # attempts: locks and failovers are over by then

IsolatedResult = tuple[list[Outcome | Exception], list[SessionChange]]
PendingEvent = tuple[Event | ConnectionAttempt, "asyncio.Future[Outcome]"]


class Recorder:
    """Records events for the station sockets of one event loop.

    While the database is unavailable it retries: no event is dropped, and no caller gets an error.
    """

    def __init__(self) -> None:
        self._waiting: list[PendingEvent] = []
        self._thread = DatabaseThread("recorder")
        self._task: asyncio.Task[None] | None = None
        self.announcer = ChangeAnnouncer()

    async def record(self, event: Event | ConnectionAttempt) -> Outcome:
        """Record an event and return its outcome after the commit. Events keep their order."""
        return await self._put(event)

    async def record_all(self, events: Sequence[Event]) -> list[Outcome]:
        """Record the events of one message and return their outcomes, once all are committed."""
        return await asyncio.gather(*[self._put(event) for event in events])

    def _put(self, event: Event | ConnectionAttempt) -> "asyncio.Future[Outcome]":
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return future

    async def stop(self) -> None:
        """Close the database connections, for a recorder that ends before its process."""
        await self._thread.close()
        await self.announcer.stop()

    async def _run(self) -> None:
        while self._waiting:
            pending, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            outcomes, changes = await self._record_isolated([event for event, _ in pending])
            for (_, future), outcome in zip(pending, outcomes, strict=True):
                if future.done():  # its socket has closed meanwhile
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)
            self.announcer.put(changes)

    async def _record_isolated(self, events: Sequence[Event | ConnectionAttempt]) -> IsolatedResult:
        """Record the events; if that fails, one by one, so that a bad event fails no other."""
        try:
            outcomes, changes = await self._record_with_retries(events)
            return [*outcomes], changes
        except Exception:
            if len(events) == 1:
                logger.exception("Recording an event failed: storing it as a dead letter")
                return await self._save_dead_letter(events[0])
            logger.exception("A batch of %d events failed: recording them one by one", len(events))
        all_outcomes: list[Outcome | Exception] = []
        all_changes: list[SessionChange] = []
        for event in events:
            outcomes_alone, changes_alone = await self._record_isolated([event])
            all_outcomes += outcomes_alone
            all_changes += changes_alone
        return all_outcomes, all_changes

    async def _record_with_retries(self, events: Sequence[Event | ConnectionAttempt]) -> BatchResult:
        """Record the events; retry while the database is unavailable.

        If the database accepts writes but keeps rejecting the batch, the batch is faulty: raise.
        """
        attempt = 0
        while True:
            try:
                return await self._thread.run(record, events)
            except DB_UNAVAILABLE:
                attempt += 1
                if attempt >= BATCH_FAULTY_AFTER and await self._thread.run(accepts_writes):
                    raise
                pause = RETRY_AFTER_S[min(attempt, len(RETRY_AFTER_S)) - 1]
                logger.exception("The database is unavailable: retrying %d events in %s s", len(events), pause)
                await asyncio.sleep(pause)

    async def _save_dead_letter(self, event: Event | ConnectionAttempt) -> IsolatedResult:
        """Store the event as a dead letter: what we acknowledge must not be lost."""
        if isinstance(event, ConnectionAttempt):
            return [Outcome(tag_status="Invalid")], []
        message = UnparsedMessage(
            station_id=event.station_id,
            at=timezone.now(),
            action=type(event).__name__,
            payload=msgspec.json.encode(event).decode(),
            error="Recording failed; see the log.",
        )
        try:
            outcomes, changes = await self._record_with_retries([message])
            return [*outcomes], changes
        except Exception as error:
            logger.exception("Storing a dead letter failed")
            return [error], []


_recorders: WeakKeyDictionary[asyncio.AbstractEventLoop, Recorder] = WeakKeyDictionary()


def recorder() -> Recorder:
    """Return the recorder of the running event loop."""
    loop = asyncio.get_running_loop()
    current = _recorders.get(loop)
    if current is None:
        current = _recorders[loop] = Recorder()
    return current
