"""A long CSV from a process of its own: whole, or visibly broken off."""

import os
import signal
import sys

import pytest

from sessions_app.exports.process_stream import IncompleteDownloadError, stream_from_process


def _python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


async def test_it_gives_the_first_piece_at_once_and_then_all_that_is_printed() -> None:
    command = _python("import sys; print(sys.stdin.read().upper() * 100_000, end='')")
    pieces = [piece async for piece in stream_from_process(b"head\r\n", b"ab", command)]
    assert pieces[0] == b"head\r\n"
    assert b"".join(pieces[1:]) == b"AB" * 100_000


async def test_a_process_that_fails_breaks_the_download_off() -> None:
    command = _python("import sys; print('half'); sys.exit(3)")
    with pytest.raises(IncompleteDownloadError):
        [piece async for piece in stream_from_process(b"", b"", command)]


async def test_the_process_ends_when_the_browser_goes_away() -> None:
    command = _python("import os\nprint(os.getpid(), flush=True)\nwhile True: print('x' * 1_000)")
    stream = stream_from_process(b"", b"", command)
    await anext(stream)
    pid = int((await anext(stream)).split()[0])
    await stream.aclose()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIG_DFL)
