"""A manager's command reaches the station over its own socket, and its answer is noted."""

import asyncio
import json
import urllib.parse
import urllib.request
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from sessions_app.announce import StationCommand
from sessions_app.domain import commands as station_requests
from sessions_app.domain import wording
from sessions_app.domain.station_states import Action
from sessions_app.domain.transactions import issued_id
from sessions_app.ingest import commands, v16
from sessions_app.models import ActionAudit, ChargingSession, Manager
from sessions_app.recorder import recorder
from sessions_app.store.audits import audit_begin
from sessions_app.store.credentials import password_digest
from tests import factories
from tests.e2e.serving import Server
from tests.stations import PASSWORD, RawStation, raw_station

pytestmark = pytest.mark.django_db(transaction=True)

START = {"connectorId": 1, "idTag": "T", "meterStart": 100, "timestamp": "2026-03-03T12:00:00Z"}
SETTLES_WITHIN_S = 20


def ask_to_stop(server: Server, manager: Manager, session_id: int) -> None:
    """Answer the question of the stop page with yes, as a browser without JavaScript does."""
    client = Client()
    client.force_login(manager)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    path = reverse("stop", args=[session_id])
    page = urllib.request.urlopen(urllib.request.Request(server.url + path, headers={"Cookie": cookie}))
    token = page.headers["Set-Cookie"].split(";")[0]
    (form,) = [each for each in html.fromstring(page.read()).forms if each.action == path]
    data = urllib.parse.urlencode(form.form_values()).encode()
    headers = {"Cookie": f"{cookie}; {token}", "Referer": server.url}
    urllib.request.urlopen(urllib.request.Request(server.url + path, data, headers))


async def outcome() -> str:
    """Return what is noted once the command is settled."""
    async with asyncio.timeout(SETTLES_WITHIN_S):
        while True:
            found = await asyncio.to_thread(lambda: ActionAudit.objects.get().outcome)
            if found != "waiting":
                return str(found)


@pytest.mark.parametrize(
    ("answer", "noted"),
    [
        ([3, {"status": "Accepted"}], "accepted"),
        ([3, {"status": "Rejected"}], "rejected"),
        ([4, "InternalError", "", {}], "rejected"),
        ([3, None], "rejected"),
    ],
)
def test_a_stop_is_asked_of_the_station_and_its_answer_noted(server: Server, answer: list[Any], noted: str) -> None:
    station = factories.station("ST-1", password_digest=password_digest(PASSWORD))
    dana = factories.manager(of=[station.site_area.site])

    async def scenario() -> tuple[int, Any, str]:
        async with raw_station(server.ws, "ST-1") as socket:
            session_id = int((await socket.call("StartTransaction", START))[2]["transactionId"])
            asking = asyncio.create_task(asyncio.to_thread(ask_to_stop, server, dana, session_id))
            asked = await next_frame(socket)
            await socket.socket.send(json.dumps([answer[0], asked[1], *answer[1:]]))
            await asking
            return session_id, asked, await outcome()

    session_id, asked, found = asyncio.run(scenario())

    assert asked[0] == 2
    assert asked[2:] == ["RemoteStopTransaction", {"transactionId": session_id}]
    assert found == noted
    audit = ActionAudit.objects.get()
    assert (audit.manager, audit.session_id, audit.station) == (dana, session_id, station)


def test_stop_after_a_stray_id_names_our_id(server: Server) -> None:
    station = factories.station("ST-1", password_digest=password_digest(PASSWORD))
    dana = factories.manager(of=[station.site_area.site])
    value = {"timestamp": "2026-03-03T12:05:00Z", "sampledValue": [{"value": "150"}]}

    async def scenario() -> tuple[int, Any]:
        async with raw_station(server.ws, "ST-1") as socket:
            session_id = int((await socket.call("StartTransaction", START))[2]["transactionId"])
            await socket.call("MeterValues", {"connectorId": 1, "transactionId": 990_099, "meterValue": [value]})
            asking = asyncio.create_task(asyncio.to_thread(ask_to_stop, server, dana, session_id))
            asked = await next_frame(socket)
            await socket.socket.send(json.dumps([3, asked[1], {"status": "Accepted"}]))
            await asking
            return session_id, asked[3]

    session_id, payload = asyncio.run(scenario())

    assert payload == {"transactionId": session_id}
    assert ChargingSession.objects.get().station_transaction_id == "990099"


def test_a_station_that_never_answers_is_noted_though_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(station_requests, "ANSWER_TIMEOUT", timedelta(0))
    session = factories.session(lasted=None)
    dana = factories.manager(of=[session.site])
    audit = audit_begin(dana, action=Action.STOP_CHARGING, session=session, at=factories.NOON)
    stop = station_requests.StopCharging(session_id=session.pk, transaction=issued_id(str(session.pk)))
    request = station_requests.encode_request(stop)
    asked = StationCommand(type="station.command", request=request, audit=audit.pk)
    sent: list[Any] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def scenario() -> None:
        async with asyncio.timeout(SETTLES_WITHIN_S):
            await commands._ask(session.station_id, commands.StationConnection(send, v16), asked)
        await recorder().stop()

    asyncio.run(scenario())

    audit.refresh_from_db()
    assert (len(sent), audit.outcome) == (1, "no answer")


def test_a_session_says_who_stopped_it(server: Server) -> None:
    station = factories.station("ST-1", password_digest=password_digest(PASSWORD))
    dana = factories.manager(of=[station.site_area.site])
    Manager.objects.update(first_name="Dana", last_name="Ng")
    dana.refresh_from_db()

    async def scenario() -> None:
        async with raw_station(server.ws, "ST-1") as socket:
            session_id = int((await socket.call("StartTransaction", START))[2]["transactionId"])
            asking = asyncio.create_task(asyncio.to_thread(ask_to_stop, server, dana, session_id))
            asked = await next_frame(socket)
            await socket.socket.send(json.dumps([3, asked[1], {"status": "Accepted"}]))
            at = "2026-03-03T12:10:00Z"
            stop = {"transactionId": session_id, "meterStop": 200, "timestamp": at, "reason": "Remote"}
            await socket.call("StopTransaction", stop)
            await asking

    asyncio.run(scenario())

    session = ChargingSession.objects.get()
    assert wording.reason(session.end_reason, session.ended_by) == "Stopped remotely by Dana Ng"


async def next_frame(socket: RawStation) -> list[Any]:
    async with asyncio.timeout(SETTLES_WITHIN_S):
        return list(json.loads(await socket.socket.recv()))
