"""Route sockets by path: stations at /ocpp/<identity>, browsers below /live/."""

from collections.abc import Awaitable, Callable
from typing import Any

from channels.routing import URLRouter
from django.urls import path

from sessions_app.ingest.credentials import STATION_PATH_PREFIX
from sessions_app.live.consumers import SessionConsumer, SessionsConsumer

AsgiApplication = Callable[..., Awaitable[None]]

_live_router = URLRouter(
    [
        path("live/sessions/", SessionsConsumer.as_asgi()),
        path("live/sessions/<int:pk>/", SessionConsumer.as_asgi()),
    ]
)


async def browser_sockets(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Serve a browser's socket. Close one with an unknown path, without an error in the log."""
    try:
        await _live_router(scope, receive, send)
    except ValueError as error:
        if "No route found" not in str(error):
            raise
        await send({"type": "websocket.close"})


def sockets(*, stations: AsgiApplication, browsers: AsgiApplication) -> AsgiApplication:
    """Return the application for all sockets.

    Select stations by `raw_path`, before Channels: their identities may contain a percent-encoded
    slash, and they send no Origin.
    """

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        raw_path = scope.get("raw_path") or scope["path"].encode()
        serve = stations if raw_path.startswith(STATION_PATH_PREFIX) else browsers
        await serve(scope, receive, send)

    return application
