"""The server's websocket pings: browsers respond to them, some stations do not."""

from collections.abc import Awaitable, Callable
from typing import Any

Application = Callable[..., Awaitable[None]]


def without_server_pings(application: Application) -> Application:
    """Turn off the server's pings for the sockets of the application.

    uvicorn disconnects a station that sends messages but no pongs after 40 s. Its ping interval applies to
    the whole process, and ASGI has no setting for it. But `send` is a method of the connection, which reads
    its own `ping_interval` at the end of the handshake. Another server, or one that wraps `send`, still
    sends its pings.
    """

    async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
        connection: Any = getattr(send, "__self__", None)
        if hasattr(connection, "ping_interval"):
            connection.ping_interval = None
        await application(scope, receive, send)

    return serve
