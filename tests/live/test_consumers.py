"""The events of a browser's socket, and the access to them."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from sessions_app.models import ChargingStation, Manager, Membership
from sessions_app.store.credentials import password_digest
from tests.support import builders
from tests.support.async_station_client import PASSWORD, AsyncStation, async_station, meter_values, start_payload
from tests.support.browser_client import session_cookie, submit_form
from tests.support.serving import Server

pytestmark = pytest.mark.django_db(transaction=True)

QUIET_S = 1.5  # longer than the throttling of changes of one session
HEARS_WITHIN_S = 20
Event = dict[str, Any]


def station(**fields: Any) -> ChargingStation:
    return builders.station("ST-1", password_digest=password_digest(PASSWORD), **fields)


async def events_until_quiet(socket: ClientConnection, seconds: float = QUIET_S) -> list[dict[str, Any]]:
    """Return the events until none has arrived for that time."""
    events: list[dict[str, Any]] = []
    while len(events) < 100:
        try:
            events.append(json.loads(await asyncio.wait_for(socket.recv(), seconds)))
        except TimeoutError:
            break
    return [event for event in events if event["type"] != "beat"]


async def events_until(socket: ClientConnection, is_last: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    """Return the events up to the expected one, and those that follow within QUIET_S."""
    events: list[dict[str, Any]] = []
    async with asyncio.timeout(HEARS_WITHIN_S):
        while not events or not is_last(events[-1]):
            events.append(json.loads(await socket.recv()))
    return events + await events_until_quiet(socket)


def is_access_changed(event: dict[str, Any]) -> bool:
    return bool(event["type"] == "access.changed")


async def listen(server: Server, path: str, manager: Manager | None, **headers: str) -> ClientConnection:
    origin = {"Origin": server.url} | headers
    signed_in = {"Cookie": await asyncio.to_thread(session_cookie, manager)} if manager else {}
    return await connect(f"{server.ws}{path}", additional_headers=origin | signed_in)


def reading(transaction: int, minute: int, wh: int) -> dict[str, Any]:
    return meter_values(transaction, builders.NOON + timedelta(minutes=minute), {"value": str(wh)})


async def charge(socket: AsyncStation) -> int:
    """Start, measure five times in a burst, stop; return the session's id."""
    session_id = await socket.start(start_payload(builders.NOON))
    for minute in range(1, 6):
        await socket.call("MeterValues", reading(session_id, minute, minute * 100))
    return session_id


def test_manager_receives_start_change_and_end_of_a_session(server: Server) -> None:
    place = station().site_area.site
    dana = builders.manager(of=[place])

    async def scenario() -> Any:
        browser = await listen(server, "/live/sessions/", dana)
        async with browser, async_station(server.ws, "ST-1") as socket:
            began = monotonic()
            session_id = await charge(socket)
            burst = await events_until(browser, lambda event: "0.50 kWh" in event.get("cells", {}).values())
            took = monotonic() - began
            stop = {"transactionId": session_id, "meterStop": 600, "timestamp": "2026-03-03T12:10:00Z"}
            await socket.call("StopTransaction", stop)
            return session_id, burst, took, await events_until(browser, lambda event: "text" in event)

    session_id, burst, took, ending = asyncio.run(asyncio.wait_for(scenario(), 30))

    assert burst[0] == {"type": "session.started", "session": session_id}
    changes = [each for each in burst if each["type"] == "session.changed"]
    assert len(changes) - 1 <= took - QUIET_S  # at most one a second
    assert changes[-1]["cells"]["consumption"] == "0.50 kWh"
    assert [each["type"] for each in ending] == ["session.ended"]
    assert "Stopped by user" in ending[0]["text"]


def test_points_of_a_session_are_numbered_without_gaps(server: Server) -> None:
    station()
    olga = builders.operator()

    async def scenario() -> Any:
        async with async_station(server.ws, "ST-1") as socket:
            session_id = await charge(socket)
            async with await listen(server, f"/live/sessions/{session_id}/", olga) as browser:
                for minute in range(6, 12):
                    await socket.call("MeterValues", reading(session_id, minute, minute * 100))
                return await events_until(browser, lambda event: event["points"][-1][0] == 11)

    events = asyncio.run(asyncio.wait_for(scenario(), 30))

    numbers = [point[0] for event in events for point in event.get("points", [])]
    assert numbers[-6:] == [6, 7, 8, 9, 10, 11]


def test_manager_of_another_site_receives_nothing(server: Server) -> None:
    station()
    eli = builders.other_manager(of=[builders.site()])

    async def scenario() -> Any:
        browser = await listen(server, "/live/sessions/", eli)
        async with browser, async_station(server.ws, "ST-1") as socket:
            session_id = await charge(socket)
            return session_id, await events_until_quiet(browser)

    session_id, events = asyncio.run(asyncio.wait_for(scenario(), 30))
    assert events == []

    async def one_session() -> int | None:
        async with await listen(server, f"/live/sessions/{session_id}/", eli) as browser:
            return await closed(browser)

    assert asyncio.run(one_session()) == 4404


def test_removed_membership_closes_the_view_at_once(server: Server) -> None:
    place = station().site_area.site
    dana = builders.manager(of=[place])

    async def scenario() -> Any:
        browser = await listen(server, "/live/sessions/", dana)
        async with browser, async_station(server.ws, "ST-1") as socket:
            session_id = await charge(socket)
            await events_until(browser, lambda event: "0.50 kWh" in event.get("cells", {}).values())
            one = await listen(server, f"/live/sessions/{session_id}/", dana)
            async with one:
                await asyncio.to_thread(take_away, server, dana)
                received = await events_until(browser, is_access_changed)
                code = await closed(one)
                await socket.call("MeterValues", reading(session_id, 30, 3000))
                return code, received, await events_until_quiet(browser)

    code, received, afterwards = asyncio.run(asyncio.wait_for(scenario(), 30))
    assert code == 4404
    assert {each["type"] for each in received} == {"access.changed"}
    assert afterwards == []


def take_away(server: Server, manager: Manager) -> None:
    """Delete the membership in the admin of the server, as an operator does."""
    ticked = {"memberships-0-DELETE": "on", "_save": "Save"}
    page = f"/admin/sessions_app/manager/{manager.pk}/change/"
    submit_form(server.url, page, "manager_form", cookie=session_cookie(builders.operator()), **ticked)
    assert not Membership.objects.filter(manager=manager).exists()


async def closed(socket: ClientConnection) -> int | None:
    """Wait until the server closes the socket, and return its code."""
    await asyncio.wait_for(socket.wait_closed(), 10)
    return socket.close_code


def test_anonymous_browser_receives_nothing(server: Server) -> None:
    async def scenario() -> int | None:
        async with await listen(server, "/live/sessions/", None) as browser:
            return await closed(browser)

    assert asyncio.run(asyncio.wait_for(scenario(), 30)) == 4401


def test_sign_out_closes_the_sockets_of_that_browser_only(server: Server) -> None:
    dana = builders.manager(of=[builders.site()])
    here, there = session_cookie(dana), session_cookie(dana)

    async def scenario() -> tuple[int | None, list[dict[str, Any]]]:
        ours = await listen(server, "/live/sessions/", None, Cookie=here)
        theirs = await listen(server, "/live/sessions/", None, Cookie=there)
        async with ours, theirs:
            await asyncio.to_thread(submit_form, server.url, "/", "/sign-out/", cookie=here)
            return await closed(ours), await events_until(theirs, is_access_changed)

    code, events = asyncio.run(asyncio.wait_for(scenario(), 30))

    assert code == 4401
    assert {each["type"] for each in events} == {"access.changed"}


@pytest.mark.parametrize("path", ["/live/nothing/", "/live/sessions/x/", "/"])
def test_unknown_path_is_refused(server: Server, path: str) -> None:
    with pytest.raises(InvalidStatus):
        asyncio.run(listen(server, path, None))


def test_foreign_origin_is_refused(server: Server) -> None:
    with pytest.raises(InvalidStatus):
        asyncio.run(listen(server, "/live/sessions/", None, Origin="http://evil.example"))
