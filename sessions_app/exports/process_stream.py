"""Stream a long CSV from a separate process; the server only forwards its bytes.

To format a million rows takes Python half a minute. A thread would compete with every page for the GIL
and slow it down several times; a process uses another core.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence

import msgspec
from django.conf import settings

PROCESS_BLOCK_SIZE = 131_072
MAX_PROCESSES = 4  # per server; further downloads wait
COMMAND = (sys.executable, "-m", "django", "stream_export")
_slots = asyncio.Semaphore(MAX_PROCESSES)


class StreamRequest(msgspec.Struct):
    """The input of the process that prints a long CSV."""

    kind: str
    of: str
    params: str
    manager: int


class IncompleteDownloadError(Exception):
    """The process failed: abort the download, so that it does not look complete."""


async def stream_from_process(first: bytes, request: bytes, command: Sequence[str] = COMMAND) -> AsyncIterator[bytes]:
    """Yield `first` at once, then the output of the command, which gets the request on its stdin.

    Raises IncompleteDownloadError if the command fails. Kills the process when the browser disconnects.
    """
    yield first
    async with _slots:
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
        raise IncompleteDownloadError(f"The export process exited with {process.returncode}")
