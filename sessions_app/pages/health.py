"""The health check, for load balancers and for troubleshooting."""

import asyncio
from collections.abc import Awaitable

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from sessions_app import announce

ANSWERS_WITHIN_S = 3.0


@login_not_required
@never_cache
async def healthz(request: HttpRequest) -> JsonResponse:
    """Return 200 if database and channel layer answer, else 503; the JSON has the state of each."""
    database, layer = await asyncio.gather(
        _check(sync_to_async(_ask_database, thread_sensitive=False)()),
        _check(announce.send("health", {"type": "health.asked"})),
    )
    is_well = database == layer == "ok"
    return JsonResponse({"database": database, "layer": layer}, status=200 if is_well else 503)


async def _check(probe: Awaitable[None]) -> str:
    """Return "ok" or the type of the error; its text may contain addresses, which are not public."""
    try:
        await asyncio.wait_for(probe, ANSWERS_WITHIN_S)
    except TimeoutError:
        return f"no answer in {ANSWERS_WITHIN_S:.0f} s"
    except Exception as error:  # noqa: BLE001 - any error means unhealthy
        return type(error).__name__
    return "ok"


def _ask_database() -> None:
    """Query over this thread's own connection, so that a dead one blocks no other request."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()
