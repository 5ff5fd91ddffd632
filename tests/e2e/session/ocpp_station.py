"""A charging station for browser tests: real OCPP 1.6 frames over a real socket, one call at a time."""

import json
from base64 import b64encode
from contextlib import ExitStack
from datetime import datetime
from itertools import count
from time import monotonic, sleep
from typing import Any

from websockets import Subprotocol
from websockets.sync.client import ClientConnection, connect

from sessions_app.models import ChargingStation
from sessions_app.store.credentials import password_digest

PASSWORD = "a secret of the tests"


class Station:
    """A connected station; disconnect with `close` or a `with` statement."""

    def __init__(self, ws: str, station: ChargingStation) -> None:
        station.password_digest = password_digest(PASSWORD)
        station.accepts_unknown_tags = True
        station.save()
        token = b64encode(f"{station.identity}:{PASSWORD}".encode()).decode()
        self._numbers, self._station = count(1), station
        self._open = ExitStack()
        self._socket: ClientConnection = self._open.enter_context(
            connect(
                f"{ws}/ocpp/{station.identity}",
                subprotocols=[Subprotocol("ocpp1.6")],
                additional_headers={"Authorization": f"Basic {token}"},
            )
        )
        self.transaction = 0

    def __enter__(self) -> "Station":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Disconnect, and wait until the server has stored it: it must not write into the next test's tables."""
        self._open.close()
        deadline = monotonic() + 10
        while ChargingStation.objects.filter(pk=self._station.pk).exclude(connection_id="").exists():
            assert monotonic() < deadline, "The server has not stored the disconnection."
            sleep(0.01)

    def call(self, action: str, **payload: Any) -> dict[str, Any]:
        """Send a call and return its answer; the server has stored the message by then."""
        self._socket.send(json.dumps([2, str(next(self._numbers)), action, payload]))
        kind, _, answer = json.loads(self._socket.recv(timeout=10))
        assert kind == 3, answer
        return dict(answer)

    def answer(self, **payload: Any) -> str:
        """Answer the server's next call, and return its action."""
        kind, number, action, _ = json.loads(self._socket.recv(timeout=10))
        assert kind == 2
        self._socket.send(json.dumps([3, number, payload]))
        return str(action)

    def start(self, at: datetime, *, meter_wh: int = 0) -> int:
        answer = self.call(
            "StartTransaction", connectorId=1, idTag="TAG", meterStart=meter_wh, timestamp=at.isoformat()
        )
        self.transaction = answer["transactionId"]
        return self.transaction

    def measure(self, at: datetime, *, meter_wh: float, power_w: float) -> None:
        values = [
            {"value": str(meter_wh)},
            {"value": str(power_w), "measurand": "Power.Active.Import", "unit": "W"},
        ]
        reading = {"timestamp": at.isoformat(), "sampledValue": values}
        self.call("MeterValues", connectorId=1, transactionId=self.transaction, meterValue=[reading])

    def stop(self, at: datetime, *, meter_wh: int) -> None:
        self.call("StopTransaction", transactionId=self.transaction, meterStop=meter_wh, timestamp=at.isoformat())

    def status(self, at: datetime, status: str) -> None:
        self.call("StatusNotification", connectorId=1, status=status, errorCode="NoError", timestamp=at.isoformat())

    def boot(self) -> None:
        self.call("BootNotification", chargePointVendor="Acme", chargePointModel="One")
