"""The socket of one station: a plain ASGI application that handles one call after the other.

A Channels consumer takes three to four times as long, and cannot read a station's answer while it
waits for it. No frame, however malformed, closes the socket.
"""

import asyncio
import logging
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from django.utils import timezone

from sessions_app.domain import events
from sessions_app.ingest import credentials, frames, v16
from sessions_app.ingest.commands import StationConnection, relay_commands
from sessions_app.recorder import recorder

logger = logging.getLogger(__name__)

SUBPROTOCOL = "ocpp1.6"
MAX_IDENTITY = 255

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

ignored_frames: Counter[str] = Counter()  # frames that are not OCPP-J, by station identity


async def station_socket(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Serve a station at /ocpp/<identity>: authenticate it, then answer its calls."""
    name = credentials.identity(scope)
    await receive()  # websocket.connect
    station_id = await _authenticate(scope, name)
    if not station_id:
        # repr: the client chooses the name, which may contain line breaks
        logger.info("Rejected with 401: %r from %s", name[:MAX_IDENTITY], (scope.get("client") or ("?",))[0])
        await _reject(send)
        return
    offered = scope.get("subprotocols", [])
    await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL if SUBPROTOCOL in offered else None})
    connection_id = str(uuid.uuid4())
    connection = StationConnection(send)
    await recorder().record(events.Connected(station_id=station_id, connection=connection_id, at=timezone.now()))
    command_task = asyncio.create_task(relay_commands(station_id, connection))
    try:
        await _serve(name, station_id, connection, receive)
    finally:
        command_task.cancel()
        await asyncio.shield(
            recorder().record(events.Disconnected(station_id=station_id, connection=connection_id, at=timezone.now()))
        )


async def _authenticate(scope: dict[str, Any], name: str) -> int:
    """Return the station's id; 0 if it is unknown or its password wrong."""
    if not name or len(name) > MAX_IDENTITY or "\x00" in name:
        return 0
    password = credentials.password(scope, name)
    client = scope.get("client") or ("", 0)
    attempt = events.ConnectionAttempt(
        identity=name, password=password or b"", address=str(client[0])[:64], at=timezone.now()
    )
    outcome = await recorder().record(attempt)
    return outcome.station_id


async def _reject(send: Send) -> None:
    """Answer the handshake with 401, so that the station's log shows the reason."""
    headers = [(b"www-authenticate", b'Basic realm="OCPP"'), (b"content-type", b"text/plain")]
    await send({"type": "websocket.http.response.start", "status": 401, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b"Unknown station or wrong password."})


async def _serve(name: str, station_id: int, connection: StationConnection, receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text")
        frame = frames.parse_frame(text if text is not None else message.get("bytes") or b"")
        match frame:
            case frames.Call():
                await _answer(station_id, frame, connection)
            case frames.Answer():
                connection.resolve(frame)
            case None:
                ignored_frames[name] += 1
                logger.warning("%s: ignored a frame that is not OCPP-J (%d so far)", name, ignored_frames[name])


async def _answer(station_id: int, call: frames.Call, connection: StationConnection) -> None:
    """Record a call, then answer it: never before its data is committed."""
    if call.action not in v16.ACTIONS:
        await connection.send(frames.encode_error(call, "NotImplemented", "This action is not supported."))
        return
    event = v16.parse(station_id, call.action, call.payload, timezone.now())
    outcome = await recorder().record(event)
    await connection.send(frames.encode_result(call, v16.encode_reply(call.action, outcome, timezone.now())))
