"""The real ASGI application on a real port, in a thread of the tests: a test sets the clock that it reads."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
import uvicorn


class ClockedServer:
    """A running server: `ws` for sockets, `now` for the moment that its clock shows."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._listening = socket.create_server(("127.0.0.1", 0))  # clients can connect before uvicorn accepts
        self.ws = f"ws://127.0.0.1:{self._listening.getsockname()[1]}"
        from terrafuse.asgi import application  # imported late: it loads the apps

        config = uvicorn.Config(application, ws="websockets-sansio", lifespan="off", log_config=None, loop="asyncio")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="clocked server")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()

    async def _serve(self) -> None:
        from sessions_app.recorder import recorder

        await self._server.serve(sockets=[self._listening])
        await recorder().stop()


@contextmanager
def clocked_server(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[ClockedServer]:
    """Run a server whose clock, Django's `timezone.now`, shows what the test sets."""
    server = ClockedServer(now)
    monkeypatch.setattr("django.utils.timezone.now", lambda: server.now)
    server.start()
    try:
        yield server
    finally:
        server.stop()
