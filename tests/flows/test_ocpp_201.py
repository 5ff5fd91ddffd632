"""Stations of OCPP 2.0.1 over real sockets: the client of the `ocpp` package, which knows nothing of ours."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from time import monotonic, sleep
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from sessions_app.models import ActionAudit, ChargingSession, ChargingStation, DeadLetter, Manager
from sessions_app.store.credentials import password_digest
from tests.support import builders
from tests.support.async_station_client import PASSWORD, async_station
from tests.support.browser_client import session_cookie, submit_form
from tests.support.serving import Server
from tests.support.station_201 import Station201, meter_value, station_201, transaction_event

pytestmark = pytest.mark.django_db(transaction=True)
WITHIN_S = 60


def at(minute: float) -> Any:
    """Return a moment of the last hours."""
    return timezone.now().replace(microsecond=0) - timedelta(hours=5) + timedelta(minutes=minute)


def add_station(**fields: Any) -> ChargingStation:
    builders.policy()
    return builders.station("ST-1", password_digest=password_digest(PASSWORD), accepts_unknown_tags=True, **fields)


def run(server: Server, scenario: Callable[[Station201], Awaitable[Any]], version: str = "ocpp2.0.1") -> Any:
    async def connected() -> Any:
        async with asyncio.timeout(WITHIN_S), station_201(server.ws, "ST-1", version) as station:
            return await scenario(station)

    return asyncio.run(connected())


def parts(readings: int = 3, **more: Any) -> list[dict[str, Any]]:
    """Return a session at 6 kW with a reading each minute."""
    begin = meter_value(at(0), 1000, context="Transaction.Begin")
    end = meter_value(at(readings + 1), 1000 + 100 * (readings + 1), context="Transaction.End")
    started = transaction_event("Started", at(0), begin, token="TAG", trigger="CablePluggedIn", **more)
    updated = [
        transaction_event("Updated", at(n), meter_value(at(n), 1000 + 100 * n, power_w=6000), seq=n, **more)
        for n in range(1, readings + 1)
    ]
    reason = {"stoppedReason": "EVDisconnected"}
    last: dict[str, Any] = {"seq": readings + 1, "trigger": "EVDeparted", "info": reason}
    return [started, *updated, transaction_event("Ended", at(readings + 1), end, **last, **more)]


@pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1", "ocpp2.0.1.1"])
def test_full_session(server: Server, version: str) -> None:
    add_station()

    async def scenario(station: Station201) -> list[Any]:
        boot = await station.boot()
        await station.status(at(0), "Occupied")
        answers = [await station.transaction(part) for part in parts()]
        await station.status(at(5), "Available")
        return [boot, *answers]

    boot, *answers = run(server, scenario, version)

    session = ChargingSession.objects.get()
    assert boot.status == "Accepted"
    assert answers[0].id_token_info["status"] == "Accepted"
    assert answers[-1].total_cost == pytest.approx(0.14)
    assert (session.energy_wh, session.price, session.reading_count) == (400, Decimal("0.14"), 3)
    assert (session.end_reason, session.connector.number if session.connector else 0) == ("EVDisconnected", 1)


def test_offline_queue_in_shuffled_order(server: Server) -> None:
    add_station()
    queue = parts(readings=198, offline=True)
    random.Random(7).shuffle(queue)

    async def scenario(station: Station201) -> None:
        for part in [*queue, *queue[:20]]:
            await station.transaction(part)

    run(server, scenario)

    session = ChargingSession.objects.get()
    assert (session.energy_wh, session.reading_count, session.price) == (19_900, 198, Decimal("6.97"))
    assert (session.is_in_progress, session.id_tag_value, session.flags & 256) == (False, "TAG", 0)


def test_reboot_in_the_middle(server: Server) -> None:
    add_station()
    first, second = parts()[:2], parts()[2:]

    async def send(station: Station201, events: list[Any], *, boots: bool) -> None:
        if boots:
            await station.boot()
        for part in events:
            await station.transaction(part)

    run(server, lambda station: send(station, first, boots=True))
    run(server, lambda station: send(station, second, boots=True))

    assert (ChargingSession.objects.get().energy_wh, ChargingSession.objects.get().is_in_progress) == (400, False)


def test_two_evses_charge_two_cars(server: Server) -> None:
    add_station()

    async def scenario(station: Station201) -> None:
        for one, two in zip(parts(), parts(transaction="T-2", evse=2), strict=True):
            await station.transaction(one)
            await station.transaction(two)

    run(server, scenario)

    sessions = ChargingSession.objects.order_by("connector__number")
    assert [(each.connector_id is not None, each.energy_wh) for each in sessions] == [(True, 400), (True, 400)]
    assert len({each.connector_id for each in sessions}) == 2


def test_remote_stop_names_the_stations_transaction(server: Server) -> None:
    station = add_station()
    dana = builders.manager(of=[station.site_area.site])

    async def scenario(connected: Station201) -> str:
        await connected.transaction(parts()[0])
        asking = asyncio.create_task(asyncio.to_thread(ask_to_stop, server, dana))
        transaction = await connected.asked_to_stop.get()
        await asking
        info = {"stoppedReason": "Remote"}
        await connected.transaction(transaction_event("Ended", at(9), seq=9, trigger="RemoteStop", info=info))
        await asyncio.to_thread(wait_for_outcome)
        return transaction

    transaction = run(server, scenario)

    session = ChargingSession.objects.get()
    assert (transaction, ActionAudit.objects.get().outcome) == ("T-1", "accepted")
    assert (session.end_reason, session.ended_by, session.is_in_progress) == ("Remote", "dana", False)


def ask_to_stop(server: Server, manager: Manager) -> None:
    page = reverse("stop", args=[ChargingSession.objects.get().pk])
    submit_form(server.url, page, page, cookie=session_cookie(manager))


def wait_for_outcome() -> None:
    deadline = monotonic() + WITHIN_S
    while ActionAudit.objects.get().is_waiting:
        assert monotonic() < deadline
        sleep(0.01)


def test_bad_input_gets_results_on_an_open_socket(server: Server) -> None:
    add_station()
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    bad: list[Any] = [
        transaction_event("Started", at(0), transaction="x" * 10_000),
        transaction_event("Updated", at(1), transaction="T-2") | {"seqNo": "seven"},
        transaction_event("Updated", at(2), transaction="T-3", evse=99),
        [1, 2],
        deep,
        {"transactionInfo": deep, "eventType": "Started"},
        {"eventType": "Started", "transactionInfo": {}},
    ]

    async def scenario() -> list[Any]:
        async with async_station(server.ws, "ST-1", subprotocols=["ocpp2.0.1"]) as raw:
            answers = [await raw.call("TransactionEvent", payload) for payload in bad]
            old = await raw.call("StartTransaction", {"connectorId": 1, "idTag": "T", "meterStart": 0})
            return [*answers, old, await raw.call("Heartbeat", {})]

    *answers, old, heartbeat = asyncio.run(scenario())

    assert [answer[0] for answer in answers] == [3] * len(bad)
    assert old[2] == "NotImplemented"
    assert heartbeat[0] == 3
    kept = [json.loads(text) for text in DeadLetter.objects.order_by("pk").values_list("payload", flat=True)]
    assert kept == bad[3:]
