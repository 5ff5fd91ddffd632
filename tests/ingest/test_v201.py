"""OCPP 2.0.1 and 2.1: every answer fits the schemas of the `ocpp` package, whatever the station sends."""

import json
from typing import Any

import pytest
from ocpp.messages import MessageType, get_validator

from sessions_app.domain.commands import StopCharging
from sessions_app.domain.station_states import CommandOutcome
from sessions_app.domain.transactions import TransactionIssuer, TransactionRef
from sessions_app.ingest import frames, v16, v201
from sessions_app.ingest.protocol import StationProtocol
from sessions_app.recording import record
from tests.support import builders
from tests.support.builders import NOON
from tests.support.station_201 import transaction_event

pytestmark = pytest.mark.django_db
PAYLOADS: tuple[Any, ...] = (
    {},
    [],
    None,
    "text",
    transaction_event("Updated", NOON, token="TAG"),
    {"idToken": {"idToken": "", "type": "NoAuthorization"}, "evseId": "99", "connectorStatus": 7},
    {"idToken": [], "evse": [], "transactionInfo": 1, "eventType": "Ended", "meterValue": {"sampledValue": "x"}},
)
NEW_IN_21 = {"NotifyEVChargingSchedule"}


def answers(protocol: StationProtocol, action: str) -> list[dict[str, Any]]:
    """Return the reply to each payload, as JSON that went over a socket."""
    builders.policy()
    station = builders.station()
    replies = []
    for payload in PAYLOADS:
        outcomes, _ = record(protocol.parse_call(station.pk, action, payload, NOON) or ())
        call = frames.Call("1", action, payload)
        frame = frames.encode_result(call, protocol.encode_reply(action, outcomes, NOON))
        replies.append(json.loads(frame)[2])
    return replies


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
@pytest.mark.parametrize("action", sorted(v201.ACTIONS_201))
def test_every_answer_fits_the_schema(version: str, action: str) -> None:
    if version == "2.0.1" and action in NEW_IN_21:
        version = "2.1"
    validator = get_validator(MessageType.CallResult, action, version)
    for reply in answers(v201, action):
        validator.validate(reply)


@pytest.mark.parametrize("action", sorted(v16.ACTIONS))
def test_every_answer_of_16_fits_the_schema(action: str) -> None:
    validator = get_validator(MessageType.CallResult, action, "1.6")
    for reply in answers(v16, action):
        validator.validate(reply)


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
def test_stop_command_fits_the_schema(version: str) -> None:
    request = StopCharging(session_id=1, transaction=TransactionRef(TransactionIssuer.STATION, "T-1"))

    action, payload = v201.encode_command(request)

    get_validator(MessageType.Call, action, version).validate(payload)
    assert (action, payload) == ("RequestStopTransaction", {"transactionId": "T-1"})


@pytest.mark.parametrize("answer", [None, [], {"status": "Rejected"}, {"status": 1}, {}])
def test_other_answers_are_rejections(answer: Any) -> None:
    assert v201.read_outcome("RequestStopTransaction", answer) is CommandOutcome.REJECTED
    assert v201.read_outcome("RequestStopTransaction", {"status": "Accepted"}) is CommandOutcome.ACCEPTED


@pytest.mark.parametrize("action", ["StartTransaction", "StopTransaction", "Unknown", ""])
def test_actions_of_16_are_not_implemented(action: str) -> None:
    assert v201.parse_call(1, action, {}, NOON) is None


def test_boot_in_the_shape_of_16_is_read() -> None:
    (boot,) = v201.parse_call(1, "BootNotification", {"chargePointVendor": "Acme", "chargePointModel": "M"}, NOON) or ()

    assert (getattr(boot, "vendor", ""), getattr(boot, "model", "")) == ("Acme", "M")


def test_status_in_the_shape_of_16_is_read() -> None:
    (status,) = v201.parse_call(1, "StatusNotification", {"connectorId": 2, "status": "Charging"}, NOON) or ()

    assert (getattr(status, "connector", 0), getattr(status, "status", "")) == (2, "Charging")
