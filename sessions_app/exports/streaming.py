"""Generate the pieces of a file in a thread and pass them to the event loop one at a time.

Django under ASGI reads a plain iterator into memory before it sends the first byte. To generate the
pieces needs CPU and the database, which must not block the event loop.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from django.db import connections


async def stream_from_thread(make_pieces: Callable[[], Iterator[bytes]]) -> AsyncIterator[bytes]:
    """Yield the pieces from a thread that ends with them, as does its database connection.

    When the browser disconnects, this generator closes, and closes the cursor in the thread.
    """
    thread = ThreadPoolExecutor(1, thread_name_prefix="export")
    loop = asyncio.get_running_loop()
    iterators: list[Iterator[bytes]] = []

    def next_piece() -> bytes:
        if not iterators:
            iterators.append(make_pieces())
        return next(iterators[0], b"")

    def close_iterators() -> None:
        for iterator in iterators:
            if close := getattr(iterator, "close", None):
                close()
        connections.close_all()

    try:
        while piece := await loop.run_in_executor(thread, next_piece):
            yield piece
    finally:
        thread.submit(close_iterators)
        thread.shutdown(wait=False)
