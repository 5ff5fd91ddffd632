"""Stations for tests: a raw socket that says any frame, and the `ocpp` package's own charge point."""

import asyncio
import base64
import json
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import ocpp.v16
from ocpp.v16 import call
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

ANSWERS_WITHIN_S = 30
PASSWORD = "a password of the tests"


def authorization(name: str, password: str = PASSWORD) -> dict[str, str]:
    token = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


class RawStation:
    """A socket that sends whatever a test gives it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._count = 0

    async def call(self, action: str, payload: Any) -> list[Any]:
        """Send a call, and return the frame that answers it."""
        self._count += 1
        return await self.say(json.dumps([2, str(self._count), action, payload]))

    async def say(self, frame: str) -> list[Any]:
        """Send a frame as it is, and return the next one that comes."""
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            await self.socket.send(frame)
            return list(json.loads(await self.socket.recv()))


@asynccontextmanager
async def raw_station(
    ws: str, name: str, *, password: str = PASSWORD, subprotocols: list[str] | None = None
) -> AsyncIterator[RawStation]:
    offered: Any = ["ocpp1.6"] if subprotocols is None else subprotocols or None
    async with connect(
        f"{ws}/ocpp/{quote(name, safe='')}",
        subprotocols=offered,
        additional_headers=authorization(name, password),
    ) as socket:
        yield RawStation(socket)


class ChargingPoint:
    """The `ocpp` package's charge point, an independent reading of the protocol, driven from a test.

    It lives on an event loop of its own in a thread: browser tests have the main one.
    """

    def __init__(self, ws: str, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._transaction = 0
        self._at = datetime.now(UTC) - timedelta(minutes=20)
        self._run(self._connect(ws, name))

    def _run(self, awaitable: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(awaitable, self._loop).result(ANSWERS_WITHIN_S)

    async def _connect(self, ws: str, name: str) -> None:
        self._socket = await connect(
            f"{ws}/ocpp/{name}",
            subprotocols=["ocpp1.6"],  # type: ignore[list-item]
            additional_headers=authorization(name),
        )
        self.point = ocpp.v16.ChargePoint(name, self._socket)
        self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        try:
            await self.point.start()
        except ConnectionClosed:
            return

    def call(self, request: Any) -> Any:
        """Send a request of `ocpp.v16.call`, and return its answer, checked against the OCPP schema."""
        return self._run(self.point.call(request, suppress=False))

    def boot(self) -> None:
        assert self.call(call.BootNotification("M", "V")).status == "Accepted"

    def start(self, id_tag: str, *, meter_start: int, connector: int = 1) -> int:
        self._connector = connector
        answer = self.call(call.StartTransaction(connector, id_tag, meter_start, self._at.isoformat()))
        assert answer.id_tag_info["status"] == "Accepted"
        self._transaction = answer.transaction_id
        return int(self._transaction)

    def measure(self, *, energy_wh: float, power_w: float) -> None:
        """Send a reading of this moment."""
        self._at = datetime.now(UTC)
        values = [
            {"value": str(energy_wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
            {"value": str(power_w), "measurand": "Power.Active.Import", "unit": "W"},
        ]
        reading = {"timestamp": self._at.isoformat(), "sampled_value": values}
        self.call(call.MeterValues(self._connector, [reading], self._transaction))

    def stop(self, *, meter_stop: int) -> None:
        self._at += timedelta(minutes=1)
        self.call(call.StopTransaction(meter_stop, self._at.isoformat(), self._transaction, reason="EVDisconnected"))

    def wait(self, seconds: float) -> None:
        """Let time pass for the station."""
        self._run(asyncio.sleep(seconds))

    def close(self) -> None:
        self._run(self._socket.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


@contextmanager
def charging_point(ws: str, name: str) -> Iterator[ChargingPoint]:
    point = ChargingPoint(ws, name)
    try:
        yield point
    finally:
        point.close()
