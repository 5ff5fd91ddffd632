"""Whether the site can do its work: asked by load balancers and by people who look for what is wrong."""

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
    """Answer 200 when database and channel layer answer, else 503; the JSON says which does not."""
    database, layer = await asyncio.gather(
        _state(sync_to_async(_ask_database, thread_sensitive=False)()),
        _state(announce.send("health", {"type": "health.asked"})),
    )
    is_well = database == layer == "ok"
    return JsonResponse({"database": database, "layer": layer}, status=200 if is_well else 503)


async def _state(asked: Awaitable[None]) -> str:
    """Return "ok", or what kind of error came; its text may hold addresses and stays here."""
    try:
        await asyncio.wait_for(asked, ANSWERS_WITHIN_S)
    except TimeoutError:
        return f"no answer in {ANSWERS_WITHIN_S:.0f} s"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        return type(error).__name__
    return "ok"


def _ask_database() -> None:
    """Ask over a connection of this thread's own: a dead one must not hold up the others."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()
