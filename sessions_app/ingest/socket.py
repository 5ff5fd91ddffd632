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
from sessions_app.ingest import credentials, frames
from sessions_app.ingest.commands import StationConnection, relay_commands
from sessions_app.ingest.versions import choose_version, describe_offer, describe_spoken
from sessions_app.recorder import recorder

logger = logging.getLogger(__name__)

MAX_IDENTITY = 255
REFUSAL_LOG_INTERVAL_S = 60.0

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

ignored_frames: Counter[str] = Counter()  # frames that are not OCPP-J, by station identity
_refusal_logged_at: dict[str, float] = {}  # by the identity of a known station


async def station_socket(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Serve a station at /ocpp/<identity>: authenticate it, choose the OCPP version, answer its calls."""
    name = credentials.identity(scope)
    await receive()  # websocket.connect
    station_id = await _authenticate(scope, name)
    if not station_id:
        # repr: the client chooses the name, which may contain line breaks
        logger.info("Rejected with 401: %r from %s", name[:MAX_IDENTITY], (scope.get("client") or ("?",))[0])
        await _reject(send, 401, "Unknown station or wrong password.")
        return
    version = choose_version(scope.get("subprotocols", []))
    if version is None:
        await _refuse_version(name, station_id, scope, send)
        return
    await send({"type": "websocket.accept", "subprotocol": version.subprotocol})
    connection_id = str(uuid.uuid4())
    connection = StationConnection(send, version.protocol)
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
        identity=name,
        password=password or b"",
        address=str(client[0])[:64],
        at=timezone.now(),
        offered_versions=describe_offer(scope.get("subprotocols", [])),
    )
    outcome = await recorder().record(attempt)
    return outcome.station_id


async def _refuse_version(name: str, station_id: int, scope: dict[str, Any], send: Send) -> None:
    """Reject a station that offers only versions that we do not speak; show it to operators."""
    offered, now = describe_offer(scope["subprotocols"]), asyncio.get_running_loop().time()
    if now - _refusal_logged_at.get(name, -REFUSAL_LOG_INTERVAL_S) >= REFUSAL_LOG_INTERVAL_S:
        _refusal_logged_at[name] = now
        logger.warning("Refused %r: it offers %r, we speak %s", name, offered, describe_spoken())
    await recorder().record(events.VersionRefused(station_id=station_id, at=timezone.now(), offered_versions=offered))
    await _reject(send, 400, f"None of the offered subprotocols is supported. Supported: {describe_spoken()}.")


async def _reject(send: Send, status: int, reason: str) -> None:
    """Answer the handshake with an error, so that the station's log shows the reason."""
    headers = [(b"content-type", b"text/plain")]
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="OCPP"'))
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": reason.encode()})


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
    protocol = connection.protocol
    found = protocol.parse_call(station_id, call.action, call.payload, timezone.now())
    if found is None:
        await connection.send(frames.encode_error(call, "NotImplemented", "This action is not supported."))
        return
    outcomes = await recorder().record_all(found)
    await connection.send(frames.encode_result(call, protocol.encode_reply(call.action, outcomes, timezone.now())))
