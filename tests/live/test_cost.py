"""An update costs viewers no query, and a quiet connection sends beats."""

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
    """Return a list that collects the queries of all threads and connections."""
    run: list[str] = []
    execute = CursorWrapper.execute

    def noted(self: Any, sql: str, params: Any = None) -> Any:
        run.append(sql)
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", noted)
    return run


def viewer_of(manager: Manager) -> ApplicationCommunicator:
    """Return the socket of the manager's browser."""
    session = SessionStore(sign_in(manager).cookies["sessionid"].value)
    scope = {"type": "websocket", "path": "/live/sessions/", "user": manager, "session": session}
    return ApplicationCommunicator(consumers.SessionsConsumer.as_asgi(), scope)


async def next_event(viewer: ApplicationCommunicator) -> dict[str, Any]:
    """Return the next event of a viewer."""
    return dict(json.loads((await viewer.receive_output(timeout=5))["text"]))


def run_with_viewers(viewers: list[ApplicationCommunicator], scenario: Callable[[], Awaitable[Any]]) -> Any:
    """Connect the viewers, and return the result of the scenario."""

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
    viewers = [viewer_of(each) for each in builders.many_managers(VIEWERS, of=[session.site])]

    async def scenario() -> list[dict[str, Any]]:
        outbox = announce.ChangeAnnouncer()
        queries.clear()
        outbox.put([announce.SessionChange(session.pk, session.site_id)])
        events = [await next_event(viewer) for viewer in viewers]
        await outbox.stop()
        return events

    events = run_with_viewers(viewers, scenario)

    assert [event["type"] for event in events] == ["session.changed"] * VIEWERS
    assert len(queries) == 1  # the row is rendered once for all viewers


def test_quiet_connection_sends_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "BEAT_EVERY_S", 0.05)
    viewer = viewer_of(builders.operator())

    async def scenario() -> list[dict[str, Any]]:
        return [await next_event(viewer) for _ in range(2)]

    assert run_with_viewers([viewer], scenario) == [{"type": "beat"}, {"type": "beat"}]
