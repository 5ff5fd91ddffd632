"""What viewers cost: an update reaches them without a query, and a quiet connection says that it is there."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.sessions.backends.db import SessionStore
from django.db.backends.utils import CursorWrapper

from sessions_app import announce
from sessions_app.live import consumers
from sessions_app.models import Manager
from tests.support import builders
from tests.support.browser_client import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

VIEWERS = 5


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the queries of all threads and connections from now on."""
    run: list[str] = []
    execute = CursorWrapper.execute

    def noted(self: Any, sql: str, params: Any = None) -> Any:
        run.append(sql)
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", noted)
    return run


def viewer_of(manager: Manager) -> ApplicationCommunicator:
    """Return the socket of a browser in which the manager has signed in."""
    session = SessionStore(sign_in(manager).cookies["sessionid"].value)
    scope = {"type": "websocket", "path": "/live/sessions/", "user": manager, "session": session}
    return ApplicationCommunicator(consumers.SessionsConsumer.as_asgi(), scope)


async def heard(viewer: ApplicationCommunicator) -> dict[str, Any]:
    """Return the next event that a viewer hears."""
    return dict(json.loads((await viewer.receive_output(timeout=5))["text"]))


def watched(viewers: list[ApplicationCommunicator], scenario: Callable[[], Awaitable[Any]]) -> Any:
    """Return what the scenario does while the viewers are connected."""

    async def run() -> Any:
        for viewer in viewers:
            await viewer.send_input({"type": "websocket.connect"})
            assert (await viewer.receive_output(timeout=5))["type"] == "websocket.accept"
        seen = await scenario()
        for viewer in viewers:
            await viewer.send_input({"type": "websocket.disconnect", "code": 1000})
            await viewer.wait()
        return seen

    return asyncio.run(run())


def test_update_costs_its_viewers_no_query(queries: list[str]) -> None:
    session = builders.session(lasted=None)
    viewers = [viewer_of(builders.manager(f"m{n}", of=[session.site])) for n in range(VIEWERS)]

    async def scenario() -> list[dict[str, Any]]:
        outbox = announce.ChangeAnnouncer()
        queries.clear()
        outbox.put([announce.SessionChange(session.pk, session.site_id)])
        events = [await heard(viewer) for viewer in viewers]
        await outbox.stop()
        return events

    events = watched(viewers, scenario)

    assert [event["type"] for event in events] == ["session.changed"] * VIEWERS
    assert len(queries) == 1  # the row, rendered once for everybody


def test_quiet_connection_sends_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "BEAT_EVERY_S", 0.05)
    viewer = viewer_of(builders.operator())

    async def scenario() -> list[dict[str, Any]]:
        return [await heard(viewer) for _ in range(2)]

    assert watched([viewer], scenario) == [{"type": "beat"}, {"type": "beat"}]
