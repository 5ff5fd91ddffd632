"""Hands pieces that a thread makes to the event loop, one at a time.

Given a plain iterator, Django would read the whole file into memory before the first byte leaves; and
the pieces are work for the processor and the database, which must not hold the event loop up.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from django.db import connections


async def stream_from_thread(make: Callable[[], Iterator[bytes]]) -> AsyncIterator[bytes]:
    """Return the pieces; the thread they are made in, and its database connection, last as long as they do.

    When the browser goes away, the generator is closed here and with it the cursor in the thread.
    """
    thread = ThreadPoolExecutor(1, thread_name_prefix="export")
    loop = asyncio.get_running_loop()
    pieces: list[Iterator[bytes]] = []

    def next_piece() -> bytes:
        if not pieces:
            pieces.append(make())
        return next(pieces[0], b"")

    def end() -> None:
        for each in pieces:
            if close := getattr(each, "close", None):
                close()
        connections.close_all()

    try:
        while piece := await loop.run_in_executor(thread, next_piece):
            yield piece
    finally:
        thread.submit(end)
        thread.shutdown(wait=False)
