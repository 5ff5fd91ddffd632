"""Parsing of OCPP 1.6 messages, incomplete ones included."""

import json
from typing import Any

import pytest

from sessions_app.ingest import v16
from sessions_app.models import ChargingSession, ChargingStation, DeadLetter
from sessions_app.recording import record
from tests.support import builders
from tests.support.builders import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def answer_to(station: ChargingStation, action: str, payload: Any) -> dict[str, Any]:
    """Record a message, and return its answer."""
    outcomes, _ = record(v16.parse_call(station.pk, action, payload, NOON) or ())
    return v16.encode_reply(action, outcomes, NOON)


@pytest.mark.parametrize("payload", [None, [], "x", 5])
@pytest.mark.parametrize("action", ["BootNotification", "Heartbeat", "StatusNotification", "Authorize"])
def test_empty_call_is_answered_and_not_stored(action: str, payload: Any) -> None:
    station = builders.station()

    assert answer_to(station, action, payload) == answer_to(station, action, {})

    assert not DeadLetter.objects.exists()
    station.refresh_from_db()
    assert station.last_seen_at is not None


def test_start_without_connector_takes_the_only_one() -> None:
    station = builders.station(connectors=1, accepts_unknown_tags=True)
    payload = {"idTag": "T", "meterStart": 5, "timestamp": "2026-03-03T12:00:00Z"}

    answers = [answer_to(station, "StartTransaction", payload) for _ in range(2)]

    session = ChargingSession.objects.get()
    assert session.connector == station.connectors.get()
    assert answers == [{"transactionId": session.pk, "idTagInfo": {"status": "Accepted"}}] * 2


@pytest.mark.parametrize("connector", [0, 1_000, "x"])
def test_start_without_connector_is_ambiguous_at_several(connector: Any) -> None:
    payload = {"idTag": "T", "connectorId": connector, "vendor": "more"}

    answer_to(builders.station(connectors=2), "StartTransaction", payload)

    dead_letter = DeadLetter.objects.get()
    assert (dead_letter.action, json.loads(dead_letter.payload)) == ("StartTransaction", payload)
    assert not ChargingSession.objects.exists()


def nested(depth: int) -> list[Any]:
    made: list[Any] = []
    for _ in range(depth):
        made = [made]
    return made


def test_deeply_nested_field_does_not_spoil_a_start() -> None:
    station = builders.station()

    answer_to(station, "StartTransaction", {"connectorId": 1, "custom": nested(5_000)})

    assert ChargingSession.objects.get(connector__number=1)
    assert not DeadLetter.objects.exists()


def test_too_deeply_nested_message_is_still_accepted() -> None:
    station = builders.station()

    answer = answer_to(station, "StopTransaction", nested(5_000))

    assert answer == {"idTagInfo": {"status": "Accepted"}}
    assert DeadLetter.objects.get().action == "StopTransaction"
