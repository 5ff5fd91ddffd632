"""Requests of ours to stations, and their answers, through whichever process holds the socket."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from channels.layers import get_channel_layer
from django.utils import timezone

from sessions_app.announce import StationCommand, station_group
from sessions_app.domain import events
from sessions_app.ingest import frames
from sessions_app.recorder import recorder
from sessions_app.store.audits import ACCEPTED, NO_ANSWER, REJECTED

logger = logging.getLogger(__name__)

LAYER_RETRY_S = 5.0
ANSWER_TIMEOUT_S = 30.0


class StationConnection:
    """One open socket of a station: says frames, and matches answers to what was asked."""

    def __init__(self, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self._send = send
        self._asked: dict[str, asyncio.Future[frames.Answer]] = {}

    async def send(self, frame: str) -> None:
        """Send a frame; a socket that has just closed is no error."""
        try:
            await self._send({"type": "websocket.send", "text": frame})
        except (OSError, RuntimeError):  # the disconnect is on its way to `receive`
            return

    async def call(self, action: str, payload: dict[str, Any]) -> frames.Answer | None:
        """Return the station's answer to a request, or None after 30 s without one."""
        id_ = str(uuid.uuid4())
        self._asked[id_] = asyncio.get_running_loop().create_future()
        try:
            await self.send(frames.encode_call(id_, action, payload))
            return await asyncio.wait_for(self._asked[id_], ANSWER_TIMEOUT_S)
        except TimeoutError:
            return None
        finally:
            del self._asked[id_]

    def resolve(self, answer: frames.Answer) -> None:
        """Take an answer; one to nothing that was asked is dropped, by the protocol."""
        asked = self._asked.get(answer.id)
        if asked is not None and not asked.done():
            asked.set_result(answer)


async def relay_commands(station_id: int, connection: StationConnection) -> None:
    """Pass on the commands for a station, for as long as its socket is open.

    A channel layer that is away costs commands, which then get no answer; never the socket.
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
                    _started(asyncio.create_task(_ask(station_id, connection, await layer.receive(channel))))
            except Exception:
                logger.exception("The channel layer is away: station %s hears no command", station_id)
                await asyncio.sleep(LAYER_RETRY_S)
    finally:
        with suppress(Exception):  # a layer that is away has forgotten the group anyway
            await layer.group_discard(group, channel)


async def _ask(station_id: int, connection: StationConnection, command: StationCommand) -> None:
    """Ask the station, and note what it answers: the first answer holds."""
    answer = await connection.call(command["command"], command["payload"])
    outcome, detail = NO_ANSWER, ""
    if answer is not None and answer.error:
        outcome, detail = REJECTED, f"The station answered with an error: {answer.error}."
    elif answer is not None:
        status = answer.payload.get("status") if isinstance(answer.payload, dict) else None
        outcome = ACCEPTED if status == "Accepted" else REJECTED
    await recorder().record(
        events.CommandAnswered(
            station_id=station_id,
            at=timezone.now(),
            audit_id=command["audit"],
            outcome=outcome,
            detail=detail,
        )
    )


_running: set[asyncio.Task[None]] = set()  # a task that nobody holds may vanish


def _started(task: asyncio.Task[None]) -> None:
    _running.add(task)
    task.add_done_callback(_running.discard)
