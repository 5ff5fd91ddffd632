"""Which socket answers at which address: stations' at /ocpp/<identity>, browsers' below /live/."""

from collections.abc import Awaitable, Callable
from typing import Any

from channels.routing import URLRouter
from django.urls import path

from sessions_app.ingest.credentials import PREFIX
from sessions_app.live.consumers import SessionConsumer, SessionsConsumer

AsgiApplication = Callable[..., Awaitable[None]]

_live = URLRouter(
    [
        path("live/sessions/", SessionsConsumer.as_asgi()),
        path("live/sessions/<int:pk>/", SessionConsumer.as_asgi()),
    ]
)


async def browser_sockets(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Serve a browser's socket; an address that is not there is closed, not an error in the log."""
    try:
        await _live(scope, receive, send)
    except ValueError as error:
        if "No route found" not in str(error):
            raise
        await send({"type": "websocket.close"})


def sockets(*, stations: AsgiApplication, browsers: AsgiApplication) -> AsgiApplication:
    """Return the application of all sockets.

    Stations' are told apart by `raw_path` before Channels sees them: their identities may hold a
    percent-encoded slash, and they send no Origin.
    """

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        raw = scope.get("raw_path") or scope["path"].encode()
        serve = stations if raw.startswith(PREFIX) else browsers
        await serve(scope, receive, send)

    return application
