"""What a station has to say, in order, kept until the central system has answered it.

As in OCPP 1.6 §4.1 and §3.7.2: messages of transactions wait while the station is offline, and the
same message is sent again after a connection that broke before its answer.
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

logger = logging.getLogger(__name__)


@dataclass
class Transaction:
    """One transaction; its id is None until the start has been answered."""

    connector: int
    id: int | None = None
    is_refused: bool = False


@dataclass
class Message:
    """A call that is made up when its turn comes, since it may need an id that is not known before."""

    make: Callable[[], Any | None]
    take: Callable[[Any], None] = lambda answer: None
    must_arrive: bool = True


class MessageQueue:
    """The messages that wait, first in first out; `is_empty` is set while none does."""

    def __init__(self) -> None:
        self._waiting: deque[Message] = deque()
        self._news = asyncio.Event()
        self.is_empty = asyncio.Event()
        self.is_empty.set()

    def post(self, message: Message) -> None:
        """Put a message at the end."""
        self._waiting.append(message)
        self.is_empty.clear()
        self._news.set()

    def forget_what_need_not_arrive(self) -> None:
        """Drop what says only how things stand now: after a reconnect it is said anew."""
        self._waiting = deque(message for message in self._waiting if message.must_arrive)

    async def deliver(self, send: Callable[[Any], Awaitable[Any]]) -> None:
        """Send message after message; one whose answer does not come stays the first."""
        while True:
            while self._waiting:
                message = self._waiting[0]
                payload = message.make()
                if payload is not None:
                    message.take(await _answer(send, payload))
                self._waiting.popleft()
            self.is_empty.set()
            self._news.clear()
            await self._news.wait()

    def start(self, transaction: Transaction, tag: str, reading: Reading) -> None:
        """Say that a transaction has begun."""

        def started(answer: Any) -> None:
            if answer is None:  # an error: the central system does not want it
                transaction.is_refused = True
                return
            transaction.id = answer.transaction_id
            transaction.is_refused = answer.id_tag_info["status"] != "Accepted"

        message = call.StartTransaction(
            connector_id=transaction.connector,
            id_tag=tag,
            meter_start=int(reading.register_wh or 0),
            timestamp=station_timestamp(reading.at),
        )
        self.post(Message(lambda: message, started))

    def measure(self, transaction: Transaction, readings: list[Reading]) -> None:
        """Say what was measured."""
        values = [{"timestamp": station_timestamp(each.at), "sampled_value": sampled_values(each)} for each in readings]

        def made() -> Any | None:
            if transaction.id is None:
                return None
            return call.MeterValues(transaction.connector, values, transaction.id)

        self.post(Message(made))

    def stop(self, transaction: Transaction, reading: Reading, *, reason: str, tag: str | None) -> None:
        """Say that a transaction has ended."""

        def made() -> Any | None:
            if transaction.id is None:
                return None
            return call.StopTransaction(
                meter_stop=int(reading.register_wh or 0),
                timestamp=station_timestamp(reading.at),
                transaction_id=transaction.id,
                reason=reason,
                id_tag=tag,
            )

        self.post(Message(made))

    def tell_status(self, connector: int, status: str) -> None:
        """Say how a connector stands."""
        message = call.StatusNotification(connector, "NoError", status, station_timestamp(datetime.now(UTC)))
        self.post(Message(lambda: message, must_arrive=False))


async def _answer(send: Callable[[Any], Awaitable[Any]], payload: Any) -> Any:
    """Return the answer, or None where it is an error or makes no sense."""
    try:
        return await send(payload)
    except OCPPError as error:
        logger.warning("%s: %s", type(payload).__name__, error)
        return None


def station_timestamp(at: datetime) -> str:
    """Return the moment as stations write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def sampled_values(reading: Reading) -> list[dict[str, str]]:
    """Return the reading as OCPP 1.6 sampled values."""
    values = [
        ("Energy.Active.Import.Register", "Wh", "", reading.register_wh),
        ("Power.Active.Import", "W", "", reading.power_w),
        ("Current.Offered", "A", "", reading.offered_a),
        ("SoC", "Percent", "", reading.soc_percent),
        ("Voltage", "V", "", reading.voltage_v),
        *(("Current.Import", "A", f"L{n}", amps) for n, amps in enumerate(reading.currents_a, 1)),
    ]
    return [
        {"value": f"{value}", "measurand": measurand, "unit": unit} | ({"phase": phase} if phase else {})
        for measurand, unit, phase, value in values
        if value is not None
    ]
