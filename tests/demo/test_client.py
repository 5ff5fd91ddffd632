"""The demo's stations against a central system made of the `ocpp` package, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from sessions_app.demo import fixtures, fleet
from sessions_app.demo.connector_sim import Pace

PACE = Pace(interval=timedelta(milliseconds=50), speed=2_000)


class Central(ChargePoint):
    """A central system for one station, which stores the calls."""

    def __init__(self, system: "System", connection: ServerConnection) -> None:
        super().__init__("central", connection)
        self.system = system

    @on("BootNotification")
    def on_boot(self, **payload: Any) -> Any:
        self.system.record("BootNotification", payload)
        return call_result.BootNotification(datetime.now(UTC).isoformat(), 300, "Accepted")

    @on("StatusNotification")
    def on_status(self, **payload: Any) -> Any:
        self.system.record("StatusNotification", payload)
        return call_result.StatusNotification()

    @on("StartTransaction")
    async def on_start(self, **payload: Any) -> Any:
        self.system.record("StartTransaction", payload)
        if self.system.cuts_off:
            self.system.cuts_off = False
            await self._connection.close()
        return call_result.StartTransaction(self.system.transaction, {"status": self.system.tag_status})

    @on("MeterValues")
    def on_meter_values(self, **payload: Any) -> Any:
        self.system.record("MeterValues", payload)
        return call_result.MeterValues()

    @on("StopTransaction")
    def on_stop(self, **payload: Any) -> Any:
        self.system.record("StopTransaction", payload)
        return call_result.StopTransaction()


class System:
    """The central system: its received calls, and the connection to the station."""

    transaction = 4711

    def __init__(self) -> None:
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.news = asyncio.Condition()
        self.connection: Central | None = None
        self.cuts_off = False
        self.tag_status = "Accepted"
        self._tasks: set[asyncio.Task[None]] = set()

    def record(self, action: str, payload: dict[str, Any]) -> None:
        self.messages.append((action, payload))
        task = asyncio.get_running_loop().create_task(self._tell())
        self._tasks.add(task)

    async def _tell(self) -> None:
        async with self.news:
            self.news.notify_all()

    def of(self, action: str) -> list[dict[str, Any]]:
        return [payload for each, payload in self.messages if each == action]

    async def until(self, action: str, times: int = 1) -> dict[str, Any]:
        async with asyncio.timeout(20), self.news:
            await self.news.wait_for(lambda: len(self.of(action)) >= times)
        return self.of(action)[times - 1]

    async def call(self, request: Any) -> Any:
        """Send a request to the station, and return its answer."""
        assert self.connection is not None
        return await self.connection.call(request)

    async def serve(self, connection: ServerConnection) -> None:
        self.connection = Central(self, connection)
        with suppress(Exception):
            await self.connection.start()


@asynccontextmanager
async def running(system: System, pace: Pace = PACE) -> AsyncIterator[asyncio.Event]:
    async with serve(system.serve, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")]) as server:
        port = server.sockets[0].getsockname()[1]
        stop = asyncio.Event()
        station = fixtures.station_by_identity("CP-1", tags=("TAG1",))
        simulation = asyncio.create_task(
            fleet.run([station], url=f"ws://127.0.0.1:{port}/ocpp", password="pw", pace=pace, stop=stop)
        )
        try:
            yield stop
        finally:
            stop.set()
            await simulation


async def test_session_is_reported_from_start_to_stop() -> None:
    system = System()

    async with running(system) as stop:
        start = await system.until("StartTransaction")
        await system.until("MeterValues", 3)
        stop.set()
        ending = await system.until("StopTransaction")

    assert system.messages[0][0] == "BootNotification"
    assert start["id_tag"] == "TAG1"
    assert ending["transaction_id"] == System.transaction
    assert ending["meter_stop"] >= start["meter_start"]
    measurands = {value["measurand"] for value in system.of("MeterValues")[0]["meter_value"][0]["sampled_value"]}
    assert {"Energy.Active.Import.Register", "Power.Active.Import", "Current.Offered"} <= measurands


async def test_unanswered_start_is_sent_again() -> None:
    system = System()
    system.cuts_off = True

    async with running(system):
        first = await system.until("StartTransaction")
        again = await system.until("StartTransaction", 2)
        await system.until("MeterValues")

    assert again == first
    assert len(system.of("BootNotification")) == 1


async def test_earlier_arrivals_are_reported_with_their_past() -> None:
    system = System()
    pace = Pace(interval=timedelta(milliseconds=50), speed=2_000, backlog=timedelta(hours=10), seed="3")

    async with running(system, pace):
        start = await system.until("StartTransaction")
        values = await system.until("MeterValues")

    began = datetime.fromisoformat(start["timestamp"])
    assert datetime.now(UTC) - began > timedelta(minutes=5)
    assert len(values["meter_value"]) > 3
    assert values["meter_value"][0]["timestamp"] > start["timestamp"]


@pytest.mark.parametrize(
    ("request_", "reason"),
    [(call.RemoteStopTransaction(System.transaction), "Remote"), (call.UnlockConnector(1), "UnlockCommand")],
)
async def test_remote_stop_ends_the_session(request_: Any, reason: str) -> None:
    system = System()
    pace = Pace(interval=timedelta(milliseconds=50), speed=10)

    async with running(system, pace):
        await system.until("StatusNotification", 2)
        await system.call(call.RemoteStartTransaction("GUEST", connector_id=1))
        await system.until("StartTransaction")
        await system.until("MeterValues")
        answer = await system.call(request_)
        ending = await system.until("StopTransaction")

    assert answer.status in {"Accepted", "Unlocked"}
    assert system.of("StartTransaction")[0]["id_tag"] == "GUEST"
    assert ending["reason"] == reason


async def test_unknown_transaction_is_not_stopped() -> None:
    system = System()

    async with running(system):
        await system.until("StatusNotification", 2)
        answer = await system.call(call.RemoteStopTransaction(1))

    assert answer.status == "Rejected"


async def test_refused_tag_ends_the_session_at_once() -> None:
    system = System()
    system.tag_status = "Blocked"

    async with running(system):
        ending = await system.until("StopTransaction")

    assert ending["reason"] == "DeAuthorized"
