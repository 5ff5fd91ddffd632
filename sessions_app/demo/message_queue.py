"""The messages of a station, in order, kept until the central system responds.

OCPP 1.6 §4.1 and §3.7.2: transaction-related messages wait while the station is offline. If the connection
breaks before the response, the station sends the same message again.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ocpp.exceptions import OCPPError
from ocpp.v16 import call

from sessions_app.domain.meter import Reading
from sessions_app.domain.quantities import MEASURED, measured_values

logger = logging.getLogger(__name__)


@dataclass
class Transaction:
    """One transaction; its id is None until the response to its start."""

    connector: int
    id: int | None = None
    is_refused: bool = False


@dataclass
class Message:
    """A call, built when it is sent: it may need a transaction id that an earlier response contains."""

    build: Callable[[], Any | None]
    handle_response: Callable[[Any], None] = lambda response: None
    must_arrive: bool = True


class MessageQueue:
    """The pending messages, first in first out; `is_empty` is set while there are none."""

    def __init__(self) -> None:
        self._pending: deque[Message] = deque()
        self._posted = asyncio.Event()
        self.is_empty = asyncio.Event()
        self.is_empty.set()

    def post(self, message: Message) -> None:
        """Add a message at the end."""
        self._pending.append(message)
        self.is_empty.clear()
        self._posted.set()

    def drop_status_messages(self) -> None:
        """Drop messages that need not arrive: the station sends its status again after a reconnect."""
        self._pending = deque(message for message in self._pending if message.must_arrive)

    async def deliver(self, send: Callable[[Any], Awaitable[Any]]) -> None:
        """Send the messages in order; a message without a response stays first."""
        while True:
            while self._pending:
                message = self._pending[0]
                payload = message.build()
                if payload is not None:
                    message.handle_response(await _response(send, payload))
                self._pending.popleft()
            self.is_empty.set()
            self._posted.clear()
            await self._posted.wait()

    def send_start(self, transaction: Transaction, tag: str, reading: Reading) -> None:
        """Send StartTransaction."""

        def handle_start(response: Any) -> None:
            if response is None:  # an error
                transaction.is_refused = True
                return
            transaction.id = response.transaction_id
            transaction.is_refused = response.id_tag_info["status"] != "Accepted"

        message = call.StartTransaction(
            connector_id=transaction.connector,
            id_tag=tag,
            meter_start=int(reading.register_wh or 0),
            timestamp=station_timestamp(reading.at),
        )
        self.post(Message(lambda: message, handle_start))

    def send_readings(self, transaction: Transaction, readings: list[Reading]) -> None:
        """Send MeterValues, unless the start was refused without an id."""
        values = [
            {"timestamp": station_timestamp(reading.at), "sampled_value": sampled_values(reading)}
            for reading in readings
        ]

        def build() -> Any | None:
            if transaction.id is None:
                return None
            return call.MeterValues(transaction.connector, values, transaction.id)

        self.post(Message(build))

    def send_stop(self, transaction: Transaction, reading: Reading, *, reason: str, tag: str | None) -> None:
        """Send StopTransaction, unless the start was refused without an id."""

        def build() -> Any | None:
            if transaction.id is None:
                return None
            return call.StopTransaction(
                meter_stop=int(reading.register_wh or 0),
                timestamp=station_timestamp(reading.at),
                transaction_id=transaction.id,
                reason=reason,
                id_tag=tag,
            )

        self.post(Message(build))

    def send_status(self, connector: int, status: str) -> None:
        """Send StatusNotification."""
        message = call.StatusNotification(connector, "NoError", status, station_timestamp(datetime.now(UTC)))
        self.post(Message(lambda: message, must_arrive=False))


async def _response(send: Callable[[Any], Awaitable[Any]], payload: Any) -> Any:
    """Return the response, or None if it is an error or invalid."""
    try:
        return await send(payload)
    except OCPPError as error:
        logger.warning("%s: %s", type(payload).__name__, error)
        return None


def station_timestamp(at: datetime) -> str:
    """Return the moment in the stations' format: UTC with milliseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def sampled_values(reading: Reading) -> list[dict[str, str]]:
    """Return the reading as OCPP 1.6 sampled values."""
    return [
        {"value": f"{value}", "measurand": sampled.measurand, "unit": sampled.unit}
        | ({"phase": sampled.phase} if sampled.phase else {})
        for sampled, value in zip((each.sampled for each in MEASURED), measured_values(reading), strict=True)
        if sampled and value is not None
    ]
