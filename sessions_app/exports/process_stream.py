"""A long CSV comes from a process of its own; the server only hands its bytes on.

Formatting a million rows keeps Python busy for half a minute. In a thread it would take turns with
every page and make each several times as slow; a process takes another core.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence

from django.conf import settings

PROCESS_BLOCK_SIZE = 131_072
MAX_PROCESSES = 4  # of one server; the rest wait their turn
COMMAND = (sys.executable, "-m", "django", "stream_export")
_turns = asyncio.Semaphore(MAX_PROCESSES)


class IncompleteDownloadError(Exception):
    """The process failed: the download must break off, never end as if it were whole."""


async def stream_from_process(first: bytes, request: bytes, command: Sequence[str] = COMMAND) -> AsyncIterator[bytes]:
    """Return the first piece at once, then what the command prints, which reads the request as its input.

    Raises BrokenOffError when the command fails. When the browser goes away the process is ended.
    """
    yield first
    async with _turns:
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, cwd=settings.BASE_DIR)
        try:
            async for block in _blocks(process, request):
                yield block
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def _blocks(process: Process, request: bytes) -> AsyncIterator[bytes]:
    if process.stdin is None or process.stdout is None:
        raise IncompleteDownloadError
    process.stdin.write(request)
    process.stdin.close()
    while block := await process.stdout.read(PROCESS_BLOCK_SIZE):
        yield block
    if await process.wait():
        raise IncompleteDownloadError(f"The export's process ended with {process.returncode}")
