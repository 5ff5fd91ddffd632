"""A charging station for tests: OCPP 1.6 over a real socket, any frame or a whole session.

Every answer is checked against the schemas of the `ocpp` package, an independent reading of OCPP.
"""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from itertools import count
from time import monotonic, sleep
from typing import Any

from ocpp.messages import MessageType, get_validator
from websockets.sync.client import connect

from sessions_app.models import ChargingStation
from sessions_app.store.credentials import password_digest
from tests.support.async_station_client import (
    ANSWER_WITHIN_S,
    OCPP_16,
    PASSWORD,
    Frame,
    connect_options,
    meter_values,
    start_payload,
    station_url,
)


def _check_schema(frame: Frame, action: str) -> None:
    """Raise if the payload of a call or of a call result breaks the schema of its action."""
    kind, payload = frame[0], frame[-1]
    if kind in {MessageType.Call, MessageType.CallResult}:
        get_validator(kind, action, "1.6").validate(payload)


class Station:
    """A connected station, which sends one call at a time; use it in a `with` statement, or `close` it."""

    def __init__(
        self, ws: str, identity: str, *, password: str = PASSWORD, subprotocols: Sequence[str] = OCPP_16
    ) -> None:
        self.identity, self.transaction = identity, 0
        self._numbers = count(1)
        self._open = ExitStack()
        options = connect_options(identity, password, subprotocols)
        self._socket = self._open.enter_context(connect(station_url(ws, identity), **options))

    def __enter__(self) -> "Station":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Disconnect, and wait until the server has stored it: it must not write into the next test's tables."""
        self._open.close()
        deadline = monotonic() + ANSWER_WITHIN_S
        while ChargingStation.objects.filter(identity=self.identity).exclude(connection_id="").exists():
            assert monotonic() < deadline, "The server has not stored that the station disconnected."
            sleep(0.01)

    @property
    def subprotocol(self) -> Any:
        """The subprotocol that the server chose."""
        return self._socket.subprotocol

    def send(self, frame: str | bytes) -> None:
        self._socket.send(frame)

    def receive(self) -> Frame:
        return list(json.loads(self._socket.recv(timeout=ANSWER_WITHIN_S)))

    def exchange(self, frame: str) -> Frame:
        """Send a raw frame, and return the next frame that arrives."""
        self.send(frame)
        return self.receive()

    def call(self, action: str, payload: Any) -> Frame:
        """Send a call, and return the frame of its answer: by then its content is stored."""
        answer = self.exchange(json.dumps([MessageType.Call, str(next(self._numbers)), action, payload]))
        _check_schema(answer, action)
        return answer

    def request(self, action: str, **payload: Any) -> dict[str, Any]:
        """Send a call, and return the payload of its answer, which must not be an error."""
        answer = self.call(action, payload)
        assert answer[0] == MessageType.CallResult, answer
        return dict(answer[2])

    def receive_call(self) -> tuple[str, str, dict[str, Any]]:
        """Return the id, the action and the payload of the next call, which the server sends."""
        kind, number, action, payload = frame = self.receive()
        assert kind == MessageType.Call, frame
        _check_schema(frame, action)
        return number, action, payload

    def answer(self, **payload: Any) -> str:
        """Answer the server's next call, and return its action."""
        number, action, _ = self.receive_call()
        self.send(json.dumps([MessageType.CallResult, number, payload]))
        return action

    def boot(self) -> None:
        answer = self.request("BootNotification", chargePointVendor="Acme", chargePointModel="One")
        assert answer["status"] == "Accepted"

    def start(self, at: datetime, *, meter_wh: int = 0, id_tag: str = "TAG") -> int:
        answer = self.request("StartTransaction", **start_payload(at, meter_wh=meter_wh, id_tag=id_tag))
        assert answer["idTagInfo"]["status"] == "Accepted"
        self.transaction = int(answer["transactionId"])
        return self.transaction

    def measure(self, at: datetime, *, meter_wh: float, power_w: float) -> None:
        register = {"value": str(meter_wh)}
        power = {"value": str(power_w), "measurand": "Power.Active.Import", "unit": "W"}
        self.request("MeterValues", **meter_values(self.transaction, at, register, power))

    def stop(self, at: datetime, *, meter_wh: int, **fields: str) -> None:
        self.request(
            "StopTransaction",
            transactionId=self.transaction,
            meterStop=meter_wh,
            timestamp=at.isoformat(),
            **fields,
        )

    def status(self, at: datetime, status: str) -> None:
        self.request("StatusNotification", connectorId=1, status=status, errorCode="NoError", timestamp=at.isoformat())


def connect_station(ws: str, station: ChargingStation) -> Station:
    """Give the station the password of the tests, accept any of its tags, and connect it."""
    station.password_digest = password_digest(PASSWORD)
    station.accepts_unknown_tags = True
    station.save()
    return Station(ws, station.identity)
