"""A long CSV from its own process: complete, or visibly aborted; no reader stops another."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from time import monotonic, sleep

import pytest

from sessions_app.exports import process_stream
from sessions_app.exports.fair_slots import FairSlots
from sessions_app.exports.process_stream import IncompleteDownloadError, StreamRequest, stream_from_process

REQUEST = StreamRequest("sessions", "history", "", 1)


def _python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIG_DFL)
    except ProcessLookupError:
        return False
    return True


def _wait_for(path: Path) -> None:
    deadline = monotonic() + 20
    while not path.exists():
        assert monotonic() < deadline
        sleep(0.01)


async def test_first_chunk_comes_at_once_then_all_output() -> None:
    command = _python("import sys; print(sys.stdin.read() * 20_000, end='')")
    pieces = [piece async for piece in stream_from_process(b"head\r\n", REQUEST, command)]
    assert pieces[0] == b"head\r\n"
    assert b"".join(pieces[1:]) == b'{"kind":"sessions","of":"history","params":"","manager":1}' * 20_000


async def test_failed_process_aborts_the_download() -> None:
    command = _python("import sys; print('half'); sys.exit(3)")
    with pytest.raises(IncompleteDownloadError):
        [piece async for piece in stream_from_process(b"", REQUEST, command)]


async def test_process_ends_when_the_client_leaves() -> None:
    command = _python("import os\nprint(os.getpid(), flush=True)\nwhile True: print('x' * 1_000)")
    stream = stream_from_process(b"", REQUEST, command)
    await anext(stream)
    pid = int((await anext(stream)).split()[0])
    assert isinstance(stream, AsyncGenerator)
    await stream.aclose()
    assert not _is_alive(pid)


async def test_process_ends_although_its_output_is_unread(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    command = _python(f"from pathlib import Path\nprint('x' * 5_000_000, flush=True)\nPath({str(ended)!r}).touch()")
    stream = stream_from_process(b"head", REQUEST, command)
    await anext(stream)
    first = await anext(stream)
    await asyncio.to_thread(_wait_for, ended)
    assert len(first + b"".join([piece async for piece in stream])) == 5_000_001


async def test_download_that_is_not_read_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_stream, "READ_WITHIN_S", 0.2)
    pids: list[int] = []

    async def send_to_a_reader_that_stops() -> None:
        command = _python("import os\nprint(os.getpid(), flush=True)\nwhile True: print('x' * 1_000)")
        stream = stream_from_process(b"", REQUEST, command)
        assert isinstance(stream, AsyncGenerator)
        async with aclosing(stream):
            async for piece in stream:
                if piece:
                    pids.append(int(piece.split()[0]))
                    await asyncio.Event().wait()  # as `send` does

    with pytest.raises(asyncio.CancelledError):
        await send_to_a_reader_that_stops()
    assert not _is_alive(pids[0])


async def _hold(slots: FairSlots, manager_id: int, started: list[int], end: asyncio.Event) -> None:
    async with slots.slot(manager_id):
        started.append(manager_id)
        await end.wait()


async def test_downloads_of_one_manager_leave_slots_to_others() -> None:
    slots, started, end = FairSlots(2), list[int](), asyncio.Event()
    tasks = [asyncio.create_task(_hold(slots, manager, started, end)) for manager in (1, 1, 1, 2, 3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert started == [1, 2]
    end.set()
    await asyncio.gather(*tasks)
    assert sorted(started) == [1, 1, 1, 2, 3]


async def test_cancelled_wait_frees_its_place() -> None:
    slots, started, end = FairSlots(1), list[int](), asyncio.Event()
    tasks = [asyncio.create_task(_hold(slots, manager, started, end)) for manager in (1, 2, 3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    end.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert started == [1, 3]
    assert isinstance(results[1], asyncio.CancelledError)
