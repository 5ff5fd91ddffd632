"""A long CSV from its own process: complete, or visibly aborted."""

import os
import signal
import sys
from collections.abc import AsyncGenerator

import pytest

from sessions_app.exports.process_stream import IncompleteDownloadError, stream_from_process


def _python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


async def test_first_chunk_comes_at_once_then_all_output() -> None:
    command = _python("import sys; print(sys.stdin.read().upper() * 100_000, end='')")
    pieces = [piece async for piece in stream_from_process(b"head\r\n", b"ab", command)]
    assert pieces[0] == b"head\r\n"
    assert b"".join(pieces[1:]) == b"AB" * 100_000


async def test_failed_process_aborts_the_download() -> None:
    command = _python("import sys; print('half'); sys.exit(3)")
    with pytest.raises(IncompleteDownloadError):
        [piece async for piece in stream_from_process(b"", b"", command)]


async def test_process_ends_when_the_client_leaves() -> None:
    command = _python("import os\nprint(os.getpid(), flush=True)\nwhile True: print('x' * 1_000)")
    stream = stream_from_process(b"", b"", command)
    await anext(stream)
    pid = int((await anext(stream)).split()[0])
    assert isinstance(stream, AsyncGenerator)
    await stream.aclose()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIG_DFL)
