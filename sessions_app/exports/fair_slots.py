"""Slots that managers share: so many at once, one for each manager."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class FairSlots:
    """A limit of concurrent work. A manager who has a slot waits for it; others pass."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._holders: set[int] = set()
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def slot(self, manager_id: int) -> AsyncIterator[None]:
        """Wait for a slot and hold it."""
        own = asyncio.get_running_loop().create_future()
        self._waiting.append((manager_id, own))
        self._assign()
        try:
            await own
            yield
        finally:
            if own.done() and not own.cancelled():
                self._holders.discard(manager_id)
            self._waiting = [entry for entry in self._waiting if entry[1] is not own]
            self._assign()

    def _assign(self) -> None:
        """Give free slots to those who wait longest and hold none."""
        for entry in list(self._waiting):
            manager_id, future = entry
            if len(self._holders) < self._limit and manager_id not in self._holders and not future.cancelled():
                self._waiting.remove(entry)
                self._holders.add(manager_id)
                future.set_result(None)
