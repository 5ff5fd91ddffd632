"""Requests to stations and their answers, through the process that holds the socket."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from channels.layers import get_channel_layer
from django.utils import timezone

from sessions_app.announce import StationCommand, station_group
from sessions_app.domain import commands, events
from sessions_app.domain.station_states import CommandOutcome
from sessions_app.ingest import frames
from sessions_app.ingest.protocol import StationProtocol
from sessions_app.recorder import recorder

logger = logging.getLogger(__name__)

LAYER_RETRY_S = 5.0


class StationConnection:
    """One open socket of a station: sends frames, and matches answers to requests.

    `protocol` is the OCPP version that was chosen for this connection.
    """

    def __init__(self, send: Callable[[dict[str, Any]], Awaitable[None]], protocol: StationProtocol) -> None:
        self._send = send
        self.protocol = protocol
        self._requests: dict[str, asyncio.Future[frames.Answer]] = {}

    async def send(self, frame: str) -> None:
        """Send a frame. A socket that has just closed is no error."""
        try:
            await self._send({"type": "websocket.send", "text": frame})
        except (OSError, RuntimeError):  # `receive` gets the disconnect next
            return

    async def call(self, action: str, payload: dict[str, Any]) -> frames.Answer | None:
        """Send a request and return the answer; None after `ANSWER_TIMEOUT`."""
        id_ = str(uuid.uuid4())
        self._requests[id_] = asyncio.get_running_loop().create_future()
        try:
            await self.send(frames.encode_call(id_, action, payload))
            return await asyncio.wait_for(self._requests[id_], commands.ANSWER_TIMEOUT.total_seconds())
        except TimeoutError:
            return None
        finally:
            del self._requests[id_]

    def resolve(self, answer: frames.Answer) -> None:
        """Pass an answer to its request. Drop one without a request, by the protocol."""
        request = self._requests.get(answer.id)
        if request is not None and not request.done():
            request.set_result(answer)


async def relay_commands(station_id: int, connection: StationConnection) -> None:
    """Pass commands on to a station until its socket closes.

    If the channel layer fails, commands get no answer, but the socket stays open.
    """
    layer = get_channel_layer()
    if layer is None:
        return
    channel, group = await layer.new_channel(), station_group(station_id)
    try:
        while True:
            try:
                await layer.group_add(group, channel)
                while True:
                    _keep_until_done(asyncio.create_task(_ask(station_id, connection, await layer.receive(channel))))
            except Exception:
                logger.exception("The channel layer failed: station %s receives no commands", station_id)
                await asyncio.sleep(LAYER_RETRY_S)
    finally:
        with suppress(Exception):  # a layer that fails here has lost the group anyway
            await layer.group_discard(group, channel)


async def _ask(station_id: int, connection: StationConnection, command: StationCommand) -> None:
    """Send the command, and record the outcome; the first answer counts."""
    action, payload = connection.protocol.encode_command(commands.decode_request(command["request"]))
    answer = await connection.call(action, payload)
    outcome, detail = CommandOutcome.NO_ANSWER, ""
    if answer is not None and answer.error:
        outcome, detail = CommandOutcome.REJECTED, f"The station answered with an error: {answer.error}."
    elif answer is not None:
        outcome = connection.protocol.read_outcome(action, answer.payload)
    await recorder().record(
        events.CommandAnswered(
            station_id=station_id,
            at=timezone.now(),
            audit_id=command["audit"],
            outcome=outcome,
            detail=detail,
        )
    )


_tasks: set[asyncio.Task[None]] = set()  # a task without a reference may be garbage-collected


def _keep_until_done(task: asyncio.Task[None]) -> None:
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
