"""A manager's command reaches the station over its socket, and the answer is stored."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import pytest
from django.urls import reverse

from sessions_app.announce import StationCommand
from sessions_app.domain import commands as station_requests
from sessions_app.domain import wording
from sessions_app.domain.station_states import Action
from sessions_app.domain.transactions import issued_id
from sessions_app.ingest import commands, v16
from sessions_app.models import ActionAudit, ChargingSession, Manager
from sessions_app.recorder import recorder
from sessions_app.store.audits import begin_audit
from sessions_app.store.credentials import password_digest
from tests.support import builders
from tests.support.async_station_client import PASSWORD
from tests.support.browser_client import session_cookie, submit_form
from tests.support.serving import Server
from tests.support.station_client import Station

pytestmark = pytest.mark.django_db(transaction=True)

START = {"connectorId": 1, "idTag": "T", "meterStart": 100, "timestamp": "2026-03-03T12:00:00Z"}
SETTLES_WITHIN_S = 20


@contextmanager
def asking_to_stop(server: Server, manager: Manager, session_id: int) -> Iterator[None]:
    """Confirm the stop page as the manager, while the station handles the command."""
    page = reverse("stop", args=[session_id])
    cookie = session_cookie(manager)
    with ThreadPoolExecutor(1) as browser:
        asking = browser.submit(submit_form, server.url, page, page, cookie=cookie)
        yield
        asking.result()


def settled_outcome() -> str:
    """Return the outcome in the audit once the station has answered."""
    deadline = monotonic() + SETTLES_WITHIN_S
    while (outcome := ActionAudit.objects.get().outcome) == "waiting":
        assert monotonic() < deadline
        sleep(0.01)
    return outcome


@pytest.mark.parametrize(
    ("answer", "noted"),
    [
        ([3, {"status": "Accepted"}], "accepted"),
        ([3, {"status": "Rejected"}], "rejected"),
        ([4, "InternalError", "", {}], "rejected"),
        ([3, None], "rejected"),
    ],
)
def test_stop_command_stores_the_answer_of_the_station(server: Server, answer: list[Any], noted: str) -> None:
    station = builders.station("ST-1", password_digest=password_digest(PASSWORD))
    dana = builders.manager(of=[station.site_area.site])

    with Station(server.ws, "ST-1") as connected:
        session_id = int(connected.request("StartTransaction", **START)["transactionId"])
        with asking_to_stop(server, dana, session_id):
            number, action, payload = connected.receive_call()
            connected.send(json.dumps([answer[0], number, *answer[1:]]))
        outcome = settled_outcome()

    assert (action, payload) == ("RemoteStopTransaction", {"transactionId": session_id})
    assert outcome == noted
    audit = ActionAudit.objects.get()
    assert (audit.manager, audit.session_id, audit.station) == (dana, session_id, station)


def test_stop_after_a_stray_id_names_our_id(server: Server) -> None:
    station = builders.station("ST-1", password_digest=password_digest(PASSWORD))
    dana = builders.manager(of=[station.site_area.site])
    value = {"timestamp": "2026-03-03T12:05:00Z", "sampledValue": [{"value": "150"}]}

    with Station(server.ws, "ST-1") as connected:
        session_id = int(connected.request("StartTransaction", **START)["transactionId"])
        connected.request("MeterValues", connectorId=1, transactionId=990_099, meterValue=[value])
        with asking_to_stop(server, dana, session_id):
            number, _, payload = connected.receive_call()
            connected.send(json.dumps([3, number, {"status": "Accepted"}]))

    assert payload == {"transactionId": session_id}
    assert ChargingSession.objects.get().station_transaction_id == "990099"


def test_missing_answer_is_stored_without_a_viewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(station_requests, "ANSWER_TIMEOUT", timedelta(0))
    session = builders.session(lasted=None)
    dana = builders.manager(of=[session.site])
    audit = begin_audit(dana, action=Action.STOP_CHARGING, session=session, at=builders.NOON)
    stop = station_requests.StopCharging(session_id=session.pk, transaction=issued_id(str(session.pk)))
    message = StationCommand(type="station.command", request=station_requests.encode_request(stop), audit=audit.pk)
    sent: list[Any] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def scenario() -> None:
        async with asyncio.timeout(SETTLES_WITHIN_S):
            await commands._ask(session.station_id, commands.StationConnection(send, v16), message)
        await recorder().stop()

    asyncio.run(scenario())

    audit.refresh_from_db()
    assert (len(sent), audit.outcome) == (1, "no answer")


def test_session_names_the_manager_behind_its_stop(server: Server) -> None:
    station = builders.station("ST-1", password_digest=password_digest(PASSWORD))
    dana = builders.manager(of=[station.site_area.site])
    Manager.objects.update(first_name="Dana", last_name="Ng")
    dana.refresh_from_db()

    with Station(server.ws, "ST-1") as connected:
        session_id = int(connected.request("StartTransaction", **START)["transactionId"])
        with asking_to_stop(server, dana, session_id):
            connected.answer(status="Accepted")
            at = "2026-03-03T12:10:00Z"
            connected.request("StopTransaction", transactionId=session_id, meterStop=200, timestamp=at, reason="Remote")

    session = ChargingSession.objects.get()
    assert wording.reason(session.end_reason, session.ended_by) == "Stopped remotely by Dana Ng"
