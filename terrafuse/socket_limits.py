"""Limits of a socket that ASGI has no setting for: the longest message, and whether the server pings.

uvicorn's settings apply to the whole process. But `send` is a method of the connection, which reads its own
`ping_interval` at the end of the handshake and its protocol's `max_message_size` at each frame. Another
server, or one that wraps `send`, keeps its own limits.
"""

from collections.abc import Awaitable, Callable
from typing import Any

Application = Callable[..., Awaitable[None]]

STATION_MESSAGE_BYTES = 1 << 20
BROWSER_MESSAGE_BYTES = 1 << 10  # browsers have nothing to send


def limit_sockets(application: Application, *, message_bytes: int, has_pings: bool) -> Application:
    """Close the application's sockets (1009) at a message that is longer after inflating, and ping them or not.

    Some stations send messages but no pongs: uvicorn would disconnect them after 40 s. Without a limit,
    2.4 MB of compressed frames become 1.8 GB of memory.
    """

    async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
        connection: Any = getattr(send, "__self__", None)
        if not has_pings and hasattr(connection, "ping_interval"):
            connection.ping_interval = None
        if hasattr(connection, "conn"):
            connection.conn.max_message_size = message_bytes
        await application(scope, receive, send)

    return serve
