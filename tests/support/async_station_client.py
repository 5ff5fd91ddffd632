"""Charging stations for tests that drive many at once: OCPP 1.6 on one event loop, without Django.

It reads no more of an answer than its JSON, so that a benchmark measures the server.
"""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

ANSWER_WITHIN_S = 30
PASSWORD = "a password of the tests"
OCPP_16 = ("ocpp1.6",)
Frame = list[Any]


def authorization(identity: str, password: str = PASSWORD) -> dict[str, str]:
    token = b64encode(f"{identity}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def connect_options(identity: str, password: str = PASSWORD, subprotocols: Sequence[str] = OCPP_16) -> dict[str, Any]:
    return {
        "subprotocols": [Subprotocol(each) for each in subprotocols] or None,
        "additional_headers": authorization(identity, password),
    }


def station_url(ws: str, identity: str) -> str:
    return f"{ws}/ocpp/{quote(identity, safe='')}"


def start_payload(at: datetime, *, meter_wh: float = 0, id_tag: str = "TAG", connector: int = 1) -> dict[str, Any]:
    return {"connectorId": connector, "idTag": id_tag, "meterStart": meter_wh, "timestamp": at.isoformat()}


def meter_values(transaction: int, at: datetime, *sampled: dict[str, str], connector: int = 1) -> dict[str, Any]:
    """Return MeterValues with one reading, made of the sampled values."""
    value = {"timestamp": at.isoformat(), "sampledValue": list(sampled)}
    return {"connectorId": connector, "transactionId": transaction, "meterValue": [value]}


class AsyncStation:
    """A connected station among many of one event loop."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = count(1)

    async def exchange(self, frame: str) -> Frame:
        """Send a raw frame, and return the next frame that arrives."""
        await self.send(frame)
        return await self.receive()

    async def send(self, frame: str) -> None:
        await self._socket.send(frame)

    async def receive(self) -> Frame:
        """Return the next frame that arrives."""
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return list(json.loads(await self._socket.recv()))

    async def call(self, action: str, payload: Any) -> Frame:
        """Send a call, and return the frame of its answer."""
        return await self.exchange(json.dumps([2, str(next(self._numbers)), action, payload]))

    async def start(self, payload: dict[str, Any]) -> int:
        """Send StartTransaction, and return the id of the transaction."""
        return int((await self.call("StartTransaction", payload))[2]["transactionId"])


@asynccontextmanager
async def async_station(
    ws: str, identity: str, *, password: str = PASSWORD, **more: Any
) -> AsyncIterator[AsyncStation]:
    """Connect a station; `more` are options of websockets."""
    options = connect_options(identity, password) | more
    async with connect(station_url(ws, identity), **options) as socket:
        yield AsyncStation(socket)
