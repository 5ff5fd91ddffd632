"""The server disconnects a browser that answers no ping, and never a station.

Without pings it would keep the sockets of vanished browsers forever.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from sessions_app.store.credentials import password_digest
from tests.support import builders, serving
from tests.support.async_station_client import PASSWORD, authorization
from tests.support.browser_client import session_cookie
from tests.support.serving import Server

pytestmark = pytest.mark.django_db(transaction=True)

PINGS = ("--ws-ping-interval", "0.2", "--ws-ping-timeout", "0.2")
LONG_S = 2.0  # five times the timeout


@pytest.fixture
def pinging(tmp_path: Path) -> Iterator[Server]:
    running = serving.start(connection.settings_dict, tmp_path / "log.txt", *PINGS)
    yield running
    running.stop()


async def wait_without_a_pong(address: str, headers: dict[str, str]) -> ClientConnection:
    """Return a socket that has answered no ping for LONG_S."""
    socket = await connect(address, additional_headers=headers)
    say: Any = socket.protocol.send_frame

    def say_no_pong(frame: Frame) -> None:
        if frame.opcode is not Opcode.PONG:
            say(frame)

    socket.protocol.send_frame = say_no_pong  # type: ignore[method-assign]
    await asyncio.sleep(LONG_S)
    return socket


def test_station_without_pongs_stays_connected(pinging: Server) -> None:
    builders.station("ST-1", password_digest=password_digest(PASSWORD))

    async def speak() -> Any:
        socket = await wait_without_a_pong(f"{pinging.ws}/ocpp/ST-1", authorization("ST-1"))
        await socket.send('[2, "1", "Heartbeat", {}]')
        return await socket.recv()

    assert "currentTime" in asyncio.run(speak())


def test_browser_without_pongs_is_disconnected(pinging: Server) -> None:
    headers = {"Origin": pinging.url, "Cookie": session_cookie(builders.operator())}

    async def listen() -> None:
        socket = await wait_without_a_pong(f"{pinging.ws}/live/sessions/", headers)
        while True:
            await socket.recv()

    with pytest.raises(ConnectionClosed, match="keepalive ping timeout"):
        asyncio.run(listen())
