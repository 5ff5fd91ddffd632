"""What a message means, and what becomes of one that says too little."""

import json
from typing import Any

import pytest

from sessions_app.ingest import v16
from sessions_app.models import ChargingSession, ChargingStation, DeadLetter
from sessions_app.recording import record
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def said(station: ChargingStation, action: str, payload: Any) -> dict[str, Any]:
    """Record a message, and return its answer."""
    outcomes, _ = record(v16.parse_call(station.pk, action, payload, NOON) or ())
    return v16.encode_reply(action, outcomes, NOON)


@pytest.mark.parametrize("payload", [None, [], "x", 5])
@pytest.mark.parametrize("action", ["BootNotification", "Heartbeat", "StatusNotification", "Authorize"])
def test_a_call_that_says_nothing_is_answered_and_not_kept(action: str, payload: Any) -> None:
    station = factories.station()

    assert said(station, action, payload) == said(station, action, {})

    assert not DeadLetter.objects.exists()
    station.refresh_from_db()
    assert station.last_seen_at is not None


def test_a_start_without_a_connector_is_at_the_only_one() -> None:
    station = factories.station(connectors=1, accepts_unknown_tags=True)
    payload = {"idTag": "T", "meterStart": 5, "timestamp": "2026-03-03T12:00:00Z"}

    answers = [said(station, "StartTransaction", payload) for _ in range(2)]

    session = ChargingSession.objects.get()
    assert session.connector == station.connectors.get()
    assert answers == [{"transactionId": session.pk, "idTagInfo": {"status": "Accepted"}}] * 2


@pytest.mark.parametrize("connector", [0, 1_000, "x"])
def test_a_start_at_no_connector_is_set_aside_as_it_came_where_there_are_several(connector: Any) -> None:
    payload = {"idTag": "T", "connectorId": connector, "vendor": "more"}

    said(factories.station(connectors=2), "StartTransaction", payload)

    kept = DeadLetter.objects.get()
    assert (kept.action, json.loads(kept.payload)) == ("StartTransaction", payload)
    assert not ChargingSession.objects.exists()


def nested(depth: int) -> list[Any]:
    made: list[Any] = []
    for _ in range(depth):
        made = [made]
    return made


def test_a_start_is_none_the_worse_for_what_is_nested_deep_in_it() -> None:
    station = factories.station()

    said(station, "StartTransaction", {"connectorId": 1, "custom": nested(5_000)})

    assert ChargingSession.objects.get().connector.number == 1
    assert not DeadLetter.objects.exists()


def test_a_message_that_is_nested_too_deep_to_be_kept_is_accepted_all_the_same() -> None:
    station = factories.station()

    answer = said(station, "StopTransaction", nested(5_000))

    assert answer == {"idTagInfo": {"status": "Accepted"}}
    assert DeadLetter.objects.get().action == "StopTransaction"
