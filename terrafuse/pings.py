"""Websocket pings: the server's own, which browsers answer and some stations never do."""

from collections.abc import Awaitable, Callable
from typing import Any

Application = Callable[..., Awaitable[None]]


def unpinged(application: Application) -> Application:
    """Return the application, its sockets without the server's pings, whatever the server was started with.

    uvicorn would cut off a station that answers none after 40 s, although it speaks. It knows the
    interval for the whole process alone; ASGI has no word for it. But `send` is a method of the one
    connection, which looks at its own `ping_interval` when the handshake ends. Another server, or one
    that puts something between, pings as it was told.
    """

    async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
        connection: Any = getattr(send, "__self__", None)
        if hasattr(connection, "ping_interval"):
            connection.ping_interval = None
        await application(scope, receive, send)

    return serve
