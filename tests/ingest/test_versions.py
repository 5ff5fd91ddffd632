"""The OCPP version of a connection: which one is chosen, which are refused, and what a new one needs."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from django.test import Client
from django.utils import timezone

from sessions_app.ingest import socket, v16, v201, versions
from sessions_app.models import ActionAudit, ChargingSession, ChargingStation, Manager, PendingStation
from sessions_app.recorder import recorder
from sessions_app.recording.station_commands import send_stop
from sessions_app.store.credentials import password_digest
from tests.ingest import toy_version
from tests.support import builders
from tests.support.async_station_client import PASSWORD, async_station, authorization
from tests.support.serving import Server, free_port

pytestmark = pytest.mark.django_db(transaction=True)
WITHIN_S = 20
HANDSHAKE = (
    "GET /ocpp/{name} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
)


def station(identity: str = "ST-1", **fields: Any) -> ChargingStation:
    return builders.station(identity, password_digest=password_digest(PASSWORD), **fields)


def handshake(server: Server, *offers: str, name: str = "ST-1") -> tuple[int, str]:
    """Open a socket with these Sec-WebSocket-Protocol headers; return the status and the whole answer."""

    async def answer() -> str:
        reader, writer = await asyncio.open_connection(urlsplit(server.url).hostname, server.port)
        headers = [*authorization(name).items(), *(("Sec-WebSocket-Protocol", offer) for offer in offers)]
        lines = "".join(f"{key}: {value}\r\n" for key, value in headers)
        writer.write(HANDSHAKE.format(name=name, headers=lines).encode())
        async with asyncio.timeout(WITHIN_S):
            head = await reader.readuntil(b"\r\n\r\n")
            body = b"" if head.startswith(b"HTTP/1.1 101") else await reader.read(200)
        writer.close()
        return (head + body).decode()

    text = asyncio.run(answer())
    return int(text.split()[1]), text.lower()


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([], None),
        ([""], None),
        (["ocpp1.6"], "ocpp1.6"),
        (["OCPP1.6"], "OCPP1.6"),
        (["ocpp1.5", "", " ocpp1.6 "], " ocpp1.6 "),
        (["ocpp1.6", "ocpp1.6"], "ocpp1.6"),
    ],
)
def test_version_is_chosen_from_the_offer(offered: list[str], chosen: str | None) -> None:
    assert versions.choose_version(offered) == (v16, chosen)


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["ocpp1.6", "ocpp2.0.1"], "ocpp2.0.1"),
        (["ocpp1.6", "ocpp2.0.1", "ocpp2.1"], "ocpp2.1"),
        (["ocpp2.0.1.1"], "ocpp2.0.1.1"),
    ],
)
def test_ocpp_2_is_preferred(offered: list[str], chosen: str) -> None:
    assert versions.choose_version(offered) == (v201, chosen)


@pytest.mark.parametrize("offered", [["ocpp2.0"], ["ocpp1.5", "x" * 10_000], ["ocpp1.6j"]])
def test_unknown_versions_are_not_chosen(offered: list[str]) -> None:
    assert versions.choose_version(offered) is None


def test_preferred_version_wins_over_the_stations_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "PROTOCOLS", (toy_version, v16))

    assert versions.choose_version(["ocpp1.6", "toy9.1", "toy9"]) == (toy_version, "toy9")


def test_long_offer_is_shortened_for_people() -> None:
    assert versions.describe_offer(["a", "b", "a", ""]) == "a, b"
    assert len(versions.describe_offer(["x" * 10_000])) == 255


def test_refused_version_has_a_plain_reason(server: Server) -> None:
    station()

    status, text = handshake(server, "ocpp1.5, ocpp2.0")

    assert status == 400
    assert "none of the offered subprotocols is supported. supported: ocpp2.1, ocpp2.0.1, ocpp2.0.1.1, ocpp1.6." in text


async def heartbeat(server: Server) -> None:
    async with async_station(server.ws, "ST-1") as raw:
        await raw.call("Heartbeat", {})


def test_operator_sees_a_refused_station_until_it_connects(server: Server) -> None:
    refused = station()
    handshake(server, "ocpp1.5")
    admin = Client()
    admin.force_login(builders.operator())

    listed = admin.get("/admin/sessions_app/chargingstation/").text
    page = admin.get(f"/admin/sessions_app/chargingstation/{refused.pk}/change/").text

    assert "Refused: it offers ocpp1.5 only" in listed
    assert "Set it to ocpp2.1, ocpp2.0.1, ocpp2.0.1.1, ocpp1.6." in page
    asyncio.run(heartbeat(server))
    refused.refresh_from_db()
    assert (refused.refused_versions, refused.refused_at) == ("", None)


def test_unknown_station_is_listed_with_its_offer(server: Server) -> None:
    assert handshake(server, "ocpp1.5", name="NEW-1")[0] == 401

    assert PendingStation.objects.get().offered_versions == "ocpp1.5"


def test_refusal_is_logged_once_a_minute(server: Server) -> None:
    station("RETRIES")

    for _ in range(3):
        handshake(server, "ocpp1.5", name="RETRIES")

    log = server.log.read_text()
    assert log.count("Refused 'RETRIES': it offers 'ocpp1.5', we speak ocpp2.1, ocpp2.0.1, ocpp2.0.1.1, ocpp1.6") == 1


def test_refusals_write_the_station_once_a_minute(server: Server) -> None:
    refused = station()

    handshake(server, "ocpp1.5")
    refused.refresh_from_db()
    first_at = refused.refused_at
    handshake(server, "ocpp1.5")
    refused.refresh_from_db()

    assert (refused.refused_at, refused.refused_versions) == (first_at, "ocpp1.5")


@pytest.mark.parametrize(
    ("offers", "status", "answer"),
    [
        (["ocpp2.0.1", "ocpp1.6"], 101, "sec-websocket-protocol: ocpp2.0.1"),
        (["ocpp1.6", "ocpp1.6"], 101, "sec-websocket-protocol: ocpp1.6"),
        (["x" * 10_000], 400, ""),
    ],
    ids=["two headers", "the same twice", "10,000 characters"],
)
def test_odd_subprotocol_headers_get_a_clear_answer(
    server: Server, offers: list[str], status: int, answer: str
) -> None:
    station()

    found, text = handshake(server, *offers)

    assert found == status
    assert answer in text


@pytest.mark.parametrize("offer", ["ocpp1.6,,", " , ocpp1.6"])
def test_empty_items_are_ignored(server: Server, offer: str) -> None:
    station()

    status, text = handshake(server, offer)

    assert status == 101
    assert "sec-websocket-protocol: ocpp1.6" in text


@pytest.mark.parametrize("offer", ["", ","])
def test_header_without_items_is_rejected_with_a_reason(server: Server, offer: str) -> None:
    station()

    status, text = handshake(server, offer)

    assert status == 400
    assert "invalid sec-websocket-protocol header" in text


@asynccontextmanager
async def station_server() -> AsyncIterator[str]:
    """Serve the station socket in this process, where a test can change the registry."""
    port = free_port()
    config = uvicorn.Config(socket.station_socket, port=port, ws="websockets-sansio", lifespan="off", log_level="error")
    running = uvicorn.Server(config)
    serving = asyncio.create_task(running.serve())
    try:
        while not running.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield f"ws://127.0.0.1:{port}"
    finally:
        running.should_exit = True
        await serving
        await recorder().stop()


def test_new_version_needs_only_its_module_and_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "PROTOCOLS", (toy_version, v16))
    where = station(accepts_unknown_tags=True)
    dana = builders.manager(of=[where.site_area.site])

    async def scenario() -> tuple[list[Any], list[Any], list[Any], list[Any]]:
        async with station_server() as ws, async_station(ws, "ST-1", subprotocols=["toy9"]) as raw:
            charging = await raw.call("Charge", {"id": "1", "wh": 500})
            await asyncio.to_thread(ask_to_stop, charging[2]["sessions"][0], dana)
            asked = await raw.receive()
            await raw.send(json.dumps([3, asked[1], {"halting": True}]))
            finished = await raw.call("Finish", {"id": "1", "wh": 900, "tag": "ANY"})
            return charging, asked, finished, await raw.call("StartTransaction", {})

    charging, asked, finished, other = asyncio.run(scenario())

    session = ChargingSession.objects.get()
    assert charging[2]["sessions"] == [session.pk]
    assert asked[2:] == ["Halt", {"id": "1"}]
    assert ActionAudit.objects.get().outcome == "accepted"
    assert finished[2] == {"sessions": [session.pk, session.pk, 0], "tag": "Accepted"}
    assert (session.energy_wh, session.is_in_progress, session.station_transaction_id) == (900, False, "1")
    assert other[2] == "NotImplemented"


def ask_to_stop(session_id: int, manager: Manager) -> None:
    session = ChargingSession.objects.select_related("station").get(pk=session_id)
    send_stop(session, by=manager, at=timezone.now())


@pytest.mark.parametrize(("interval_s", "logged"), [(60.0, ["ONE", "TWO"]), (0.0, ["ONE", "TWO", "ONE"])])
def test_refusals_are_logged_for_each_station_and_interval(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, interval_s: float, logged: list[str]
) -> None:
    monkeypatch.setattr(socket, "REFUSAL_LOG_INTERVAL_S", interval_s)
    monkeypatch.setattr(socket, "_refusal_logged_at", {})
    for name in ("ONE", "TWO"):
        station(name)

    async def scenario() -> None:
        async with station_server() as ws:
            for name in ("ONE", "TWO", "ONE"):
                with pytest.raises(Exception, match="400"):
                    async with async_station(ws, name, subprotocols=["ocpp1.5"]):
                        pass

    with caplog.at_level(logging.WARNING, logger="sessions_app.ingest.socket"):
        asyncio.run(scenario())

    assert [record.args[0] for record in caplog.records if isinstance(record.args, tuple)] == logged
