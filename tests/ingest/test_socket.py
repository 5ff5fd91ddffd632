"""A station's socket on the real server: authentication, and the answer to each frame."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from sessions_app.models import ChargingSession, ChargingStation, DeadLetter, PendingStation
from sessions_app.store.credentials import password_digest
from tests.support import builders
from tests.support.async_station_client import PASSWORD, Frame, async_station, authorization
from tests.support.serving import Server
from tests.support.station_client import Station

pytestmark = pytest.mark.django_db(transaction=True)

START = {"connectorId": 1, "idTag": "T", "meterStart": 100, "timestamp": "2026-03-03T12:00:00Z"}
Scenario = Callable[[Station], Any]


def station(identity: str = "ST-1", **fields: Any) -> ChargingStation:
    return builders.station(identity, password_digest=password_digest(PASSWORD), **fields)


def run(server: Server, scenario: Scenario, identity: str = "ST-1", **options: Any) -> Any:
    """Connect a station, and return the result of the scenario."""
    with Station(server.ws, identity, **options) as connected:
        return scenario(connected)


def http_status(server: Server, identity: str, **headers: str) -> int:
    """Return the HTTP status of the answer to a connection attempt."""
    try:
        with connect(f"{server.ws}/ocpp/{identity}", additional_headers=headers):
            return 101
    except InvalidStatus as error:
        return error.response.status_code


def boot(connected: Station) -> Frame:
    return connected.call("BootNotification", {"chargePointVendor": "", "chargePointModel": "M"})


def test_known_station_boots(server: Server) -> None:
    known = station()

    kind, _, answer = run(server, boot)

    known.refresh_from_db()
    assert (kind, answer["status"]) == (3, "Accepted")
    assert (known.model, known.booted_at is not None) == ("M", True)


def test_wrong_password_is_refused_with_401(server: Server) -> None:
    station()

    assert http_status(server, "ST-1", **authorization("ST-1", "wrong")) == 401
    assert http_status(server, "ST-1") == 401
    assert http_status(server, "ST-1", Authorization="Basic %%%") == 401
    assert http_status(server, "ST-1", **authorization("ST-2")) == 401
    assert not PendingStation.objects.exists()


def test_unknown_station_is_refused_and_listed_as_pending(server: Server) -> None:
    assert http_status(server, "NEW-1", **authorization("NEW-1")) == 401
    assert http_status(server, "NEW-1", **authorization("NEW-1")) == 401

    attempt = PendingStation.objects.get()
    assert (attempt.identity, attempt.attempts) == ("NEW-1", 2)
    assert attempt.password_digest == password_digest(PASSWORD)


@pytest.mark.parametrize("name", ["Haus/Süd 1", "A%2FB", "a b", "ß:1"])
def test_identity_may_hold_percent_encoded_characters(server: Server, name: str) -> None:
    station(name)

    if ":" in name:  # Basic Auth ends the user at the first colon: such a name must be sent encoded
        assert http_status(server, name, **authorization(name)) == 401
        return
    assert run(server, boot, name)[0] == 3


@pytest.mark.parametrize(
    ("offered", "chosen"), [([], None), (["ocpp1.6"], "ocpp1.6"), (["ocpp2.0.1", "ocpp1.6"], "ocpp2.0.1")]
)
def test_socket_speaks_ocpp_1_6(server: Server, offered: list[str], chosen: str | None) -> None:
    station()

    def scenario(connected: Station) -> Any:
        assert boot(connected)[0] == 3
        return connected.subprotocol

    assert run(server, scenario, subprotocols=offered) == chosen


def test_invalid_frames_are_counted_and_get_no_reply(server: Server) -> None:
    station("BABBLER")

    def scenario(connected: Station) -> Any:
        for frame in ("not json", "", "{}", "[2]", '[2,"1"', '[3,"9",{}]', '[4,"9","Code"]', "[" * 5_000):
            connected.send(frame)
        connected.send(b"\x00\xff")
        return boot(connected)

    assert run(server, scenario, "BABBLER")[0] == 3
    assert "BABBLER: ignored a frame that is not OCPP-J (7 so far)" in server.log.read_text()


def test_unsupported_action_gets_not_implemented(server: Server) -> None:
    station()

    def scenario(connected: Station) -> Any:
        return connected.call("NoSuchAction", {"vendorId": "x"})

    assert run(server, scenario)[:3] == [4, "1", "NotImplemented"]


def test_frames_of_real_firmware_are_parsed(server: Server) -> None:
    station()

    def scenario(connected: Station) -> Any:
        session_id = connected.call("StartTransaction", START)[2]["transactionId"]
        sampled = '{"value":" 0.4 ","unit":"kWh"}'
        value = f'{{"timestamp":"2026-03-03T12:05:00","sampledValue":{sampled}}}'
        broken = f'[2,"a","MeterValues",{{"connectorId":1,"transactionId":,"meterValue":{value}}}]\x00'
        pretty = json.dumps([2, 7, "Heartbeat", {}], indent=4) + "\n\x00\x00"
        return session_id, connected.exchange(broken), connected.exchange(pretty)

    session_id, first, second = run(server, scenario)

    assert (first, second[:2]) == ([3, "a", {}], [3, "7"])
    assert ChargingSession.objects.get(pk=session_id).energy_wh == 300


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("StartTransaction", {"idTag": "T"}),
        ("StartTransaction", [1, 2]),
        ("StopTransaction", "x"),
        ("MeterValues", None),
    ],
)
def test_transaction_message_never_gets_an_error(server: Server, action: str, payload: Any) -> None:
    station()

    def scenario(connected: Station) -> Any:
        return connected.call(action, payload)

    assert run(server, scenario)[0] == 3
    assert DeadLetter.objects.get().action == action


@pytest.mark.parametrize(
    "payload",
    [
        {"meterValue": []},
        {"meterValue": [{"timestamp": None, "sampledValue": [{"value": "NaN"}, {"value": "1e309"}, 7]}]},
        {"connectorId": 0, "meterValue": {"timestamp": "x", "sampledValue": {"value": 5}}},
        {"connectorId": "1", "transactionId": {"a": 1}, "meterValue": "x"},
        {"connectorId": 1e308, "transactionId": 1.5, "meterValue": [None, {"sampledValue": []}]},
    ],
)
def test_unreadable_values_are_dropped_alone(server: Server, payload: Any) -> None:
    station()

    def scenario(connected: Station) -> Any:
        return connected.call("MeterValues", payload)

    assert run(server, scenario) == [3, "1", {}]


@pytest.mark.parametrize(
    "sampled",
    [
        '{"value": 1e309}, {"value": NaN}',
        '{"value": "\\ud800"}',
        '{"value": ' + "9" * 5_000 + "}",
        '{"value": "5", "measurand": ["x"], "unit": {}}',
        '{"value": "5", "phase": 7, "context": []}',
    ],
)
def test_frame_with_invalid_json_values_is_answered(server: Server, sampled: str) -> None:
    station()
    value = f'{{"timestamp": "2026-03-03T12:05:00Z", "sampledValue": [{sampled}]}}'
    frame = f'\ufeff[2,"a\\ud800","MeterValues",{{"connectorId":1,"meterValue":[{value}]}}]'

    def scenario(connected: Station) -> Any:
        return connected.exchange(frame)

    assert run(server, scenario) == [3, "a?", {}]


def test_enormous_frame_is_answered(server: Server) -> None:
    station()

    def scenario(connected: Station) -> Any:
        value = {"timestamp": "2026-03-03T12:05:00Z", "sampledValue": [{"value": "x" * 1_000_000}]}
        return connected.call("MeterValues", {"connectorId": 1, "meterValue": [value]})

    assert run(server, scenario) == [3, "1", {}]


def test_unknown_tags_are_refused_unless_allowed(server: Server) -> None:
    station("STRICT")
    station("OPEN", accepts_unknown_tags=True)
    builders.id_tag("KNOWN", of=builders.driver())
    builders.id_tag("BLOCKED", is_blocked=True)

    def scenario(connected: Station) -> list[str]:
        tags = ("known", "KNOWN;extra", "BLOCKED", "nobody", "", "back\\slash")
        answers = [connected.call("Authorize", {"idTag": tag}) for tag in tags]
        return [answer[2]["idTagInfo"]["status"] for answer in answers]

    assert run(server, scenario, "STRICT") == ["Accepted", "Accepted", "Blocked", *["Invalid"] * 3]
    assert run(server, scenario, "OPEN") == ["Accepted", "Accepted", "Blocked", *["Accepted"] * 3]


def test_bad_message_never_fails_its_neighbours(server: Server) -> None:
    station()
    too_big = START | {"meterStart": 999_999_999_999.5, "idTag": "BIG"}

    async def both() -> list[Any]:
        async with async_station(server.ws, "ST-1") as one, async_station(server.ws, "ST-1") as other:
            return list(
                await asyncio.gather(
                    one.call("StartTransaction", START),
                    other.call("StartTransaction", too_big | {"connectorId": 2}),
                )
            )

    answers = asyncio.run(both())
    assert [answer[0] for answer in answers] == [3, 3]
    assert ChargingSession.objects.filter(id_tag_value="T").exists()
