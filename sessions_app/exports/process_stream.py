"""Stream a long CSV that a separate process writes to a temporary file.

To format a million rows takes Python half a minute. A thread would compete with every page for the GIL
and slow it down several times; a process uses another core. It writes to a file, not to a pipe, so that its query
ends at its own pace: a slow reader keeps no transaction open and no process waiting.
"""

import asyncio
import logging
import os
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import IO

import msgspec
from django.conf import settings

from sessions_app.exports.fair_slots import FairSlots
from sessions_app.exports.files import export_dir

logger = logging.getLogger(__name__)
SPOOL_BLOCK_SIZE = 131_072
SPOOL_POLL_S = 0.05  # how often to look for new rows
READ_WITHIN_S = 60.0  # for each block; a slower reader loses the download
MAX_PROCESSES = 4  # per server; further downloads wait
COMMAND = (sys.executable, "-m", "django", "stream_export")
_slots = FairSlots(MAX_PROCESSES)


class StreamRequest(msgspec.Struct):
    """The input of the process that prints a long CSV."""

    kind: str
    of: str
    params: str
    manager: int


class IncompleteDownloadError(Exception):
    """The process failed: abort the download, so that it does not look complete."""


async def stream_from_process(
    first: bytes, request: StreamRequest, command: Sequence[str] = COMMAND
) -> AsyncIterator[bytes]:
    """Yield `first` at once, then the output of the command, which gets the request as JSON on its stdin.

    Raises IncompleteDownloadError if the command fails. Kills the process when the browser disconnects, and cancels
    the response when nobody reads.
    """
    with _ReadTimeout() as timeout:
        timeout.start()
        yield first
        timeout.stop()
        with tempfile.TemporaryFile(dir=export_dir()) as spool:
            async with aclosing(_spooled(spool, request, command)) as blocks:
                async for block in blocks:
                    timeout.start()
                    yield block
                    timeout.stop()


class _ReadTimeout:
    """Cancel the response when its reader does not take a block in time: `send` waits for the reader for ever."""

    def __enter__(self) -> "_ReadTimeout":
        self._timer: asyncio.TimerHandle | None = None
        return self

    def start(self) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._timer = asyncio.get_running_loop().call_later(READ_WITHIN_S, self._cancel, task)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def __exit__(self, *error: object) -> None:
        self.stop()

    @staticmethod
    def _cancel(task: "asyncio.Task[object]") -> None:
        logger.warning("A download ends: no block was read in %s s", READ_WITHIN_S)
        task.cancel()


async def _spooled(spool: IO[bytes], request: StreamRequest, command: Sequence[str]) -> AsyncGenerator[bytes, None]:
    """Yield the spool while the process fills it, then its rest."""
    writing = asyncio.create_task(_fill(spool, request, command))
    position = 0
    try:
        while True:
            is_complete = writing.done()  # before the read, so that no last row is missed
            block = await asyncio.to_thread(_read_at, spool, position)
            position += len(block)
            if block:
                yield block
            elif is_complete:
                break
            else:
                await asyncio.wait({writing}, timeout=SPOOL_POLL_S)
        writing.result()
    finally:
        writing.cancel()
        await asyncio.wait({writing})


def _read_at(spool: IO[bytes], position: int) -> bytes:
    """Read at a position of our own: the process writes at that of the file."""
    return os.pread(spool.fileno(), SPOOL_BLOCK_SIZE, position)


async def _fill(spool: IO[bytes], request: StreamRequest, command: Sequence[str]) -> None:
    """Run the command with the spool as its output. It holds a slot until it ends, read or not."""
    async with _slots.slot(request.manager):
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=spool, cwd=settings.BASE_DIR)
        try:
            await _send(process, msgspec.json.encode(request))
            if await process.wait():
                raise IncompleteDownloadError(f"The export process exited with {process.returncode}")
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def _send(process: Process, request: bytes) -> None:
    if process.stdin is None:
        raise IncompleteDownloadError
    process.stdin.write(request)
    process.stdin.close()
