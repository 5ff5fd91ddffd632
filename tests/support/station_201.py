"""A charging station of OCPP 2.0.1: the independent client of the `ocpp` package over a real socket.

The client checks every answer against the schemas of OCPP.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

from ocpp.routing import on
from ocpp.v201 import ChargePoint, call, call_result
from ocpp.v201.enums import RequestStartStopStatusEnumType
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.support.async_station_client import connect_options, station_url

REGISTER = "Energy.Active.Import.Register"


class Station201(ChargePoint):  # type: ignore[misc]  # the package has no types
    """A station that accepts each remote stop, and notes its transaction."""

    def __init__(self, name: str, socket: Any) -> None:
        super().__init__(name, socket)
        self.asked_to_stop: asyncio.Queue[str] = asyncio.Queue()

    @on("RequestStopTransaction")
    async def stop_requested(self, transaction_id: str, **_: Any) -> Any:
        self.asked_to_stop.put_nowait(transaction_id)
        return call_result.RequestStopTransaction(status=RequestStartStopStatusEnumType.accepted)

    async def boot(self) -> Any:
        station = {"model": "One", "vendorName": "Acme", "firmwareVersion": "2.0"}
        return await self.call(call.BootNotification(charging_station=station, reason="PowerUp"), suppress=False)

    async def status(self, at: datetime, status: str, *, evse: int = 1) -> None:
        await self.call(
            call.StatusNotification(timestamp=at.isoformat(), connector_status=status, evse_id=evse, connector_id=1),
            suppress=False,
        )

    async def transaction(self, payload: dict[str, Any]) -> Any:
        """Send a TransactionEvent of `transaction_event`, and return the answer."""
        names = {"eventType": "event_type", "triggerReason": "trigger_reason", "seqNo": "seq_no"}
        names |= {"transactionInfo": "transaction_info", "meterValue": "meter_value", "idToken": "id_token"}
        return await self.call(
            call.TransactionEvent(**{names.get(key, key): value for key, value in payload.items()}), suppress=False
        )


def meter_value(at: datetime, wh: float, *, power_w: float | None = None, context: str = "Sample.Periodic") -> Any:
    sampled: list[dict[str, Any]] = [{"value": wh, "measurand": REGISTER, "context": context}]
    if power_w is not None:
        power = {"value": power_w / 1000, "measurand": "Power.Active.Import", "context": context}
        sampled.append(power | {"unitOfMeasure": {"unit": "W", "multiplier": 3}})
    return {"timestamp": at.isoformat(), "sampledValue": sampled}


def transaction_event(
    phase: str,
    at: datetime,
    *readings: Any,
    transaction: str = "T-1",
    seq: int = 0,
    evse: int | None = 1,
    token: str | None = None,
    trigger: str = "MeterValuePeriodic",
    info: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return the payload of a TransactionEvent."""
    payload: dict[str, Any] = {
        "eventType": phase,
        "timestamp": at.isoformat(),
        "triggerReason": trigger,
        "seqNo": seq,
        "transactionInfo": {"transactionId": transaction} | (info or {}),
    }
    if readings:
        payload["meterValue"] = list(readings)
    if evse is not None:
        payload["evse"] = {"id": evse, "connectorId": 1}
    if token is not None:
        payload["idToken"] = {"idToken": token, "type": "ISO14443" if token else "NoAuthorization"}
    return payload | more


@asynccontextmanager
async def station_201(ws: str, identity: str, version: str = "ocpp2.0.1") -> AsyncIterator[Station201]:
    """Connect a station, and answer the server's calls until the block ends."""
    async with connect(station_url(ws, identity), **connect_options(identity, subprotocols=[version])) as socket:
        station = Station201(identity, socket)
        running = asyncio.create_task(station.start())
        try:
            yield station
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await running
