"""The server closes a socket that sends too much: a few compressed kilobytes could fill its memory."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from websockets.asyncio.client import connect

from sessions_app.store.credentials import password_digest
from terrafuse.socket_limits import BROWSER_MESSAGE_BYTES, STATION_MESSAGE_BYTES
from tests.support import builders
from tests.support.async_station_client import PASSWORD, connect_options
from tests.support.browser_client import session_cookie
from tests.support.serving import Server

pytestmark = pytest.mark.django_db(transaction=True)

TOO_BIG, UNEXPECTED = 1009, 1008


def close_code(address: str, options: dict[str, Any], message: str | bytes) -> int:
    """Return the code with which the server closes the socket after a compressed message."""

    async def send() -> int:
        async with connect(address, **options) as socket:
            await socket.send(message)
            await asyncio.wait_for(socket.wait_closed(), 20)
        assert socket.close_code is not None
        return socket.close_code

    return asyncio.run(send())


def browser(server: Server) -> tuple[str, dict[str, Any]]:
    headers = {"Origin": server.url, "Cookie": session_cookie(builders.viewer())}
    return f"{server.ws}/live/sessions/", {"additional_headers": headers}


def station(server: Server) -> tuple[str, dict[str, Any]]:
    builders.station("ST-1", password_digest=password_digest(PASSWORD))
    return f"{server.ws}/ocpp/ST-1", connect_options("ST-1")


@pytest.mark.parametrize(("peer", "limit"), [(browser, BROWSER_MESSAGE_BYTES), (station, STATION_MESSAGE_BYTES)])
def test_message_beyond_the_limit_closes_the_socket(
    server: Server, peer: Callable[[Server], tuple[str, dict[str, Any]]], limit: int
) -> None:
    assert close_code(*peer(server), "0" * (limit + 1)) == TOO_BIG


@pytest.mark.parametrize("message", ["", "no JSON", "{", b"\x00\xff", "[" * 1_000])
def test_any_message_of_a_browser_closes_its_socket(server: Server, message: str | bytes) -> None:
    assert close_code(*browser(server), message) == UNEXPECTED


def test_longest_message_of_a_station_is_read(server: Server) -> None:
    address, options = station(server)
    head, tail = '[2, "1", "Heartbeat", {"padding": "', '"}]'
    message = head + "0" * (STATION_MESSAGE_BYTES - len(head) - len(tail)) + tail

    async def send() -> str:
        async with connect(address, **options) as socket:
            await socket.send(message)
            return str(await asyncio.wait_for(socket.recv(), 20))

    assert "currentTime" in asyncio.run(send())
