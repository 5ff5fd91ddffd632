"""OCPP 2.0.1 and 2.1: the event of each message of a station, the reply to it, and our commands.

It implements `protocol.StationProtocol`. What we read of 2.1 is the same as of 2.0.1: one lenient reader serves
both. Never answer a TransactionEvent with an error: the station would repeat it for days.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sessions_app.domain import events
from sessions_app.domain.commands import StationRequest, StopCharging
from sessions_app.domain.events import Event, Outcome
from sessions_app.domain.transactions import TransactionIssuer, TransactionRef
from sessions_app.ingest import messages, values
from sessions_app.ingest.protocol import Payload, Reply
from sessions_app.ingest.transaction_event import (
    fields,
    parse_transaction_event,
    read_sampled_value,
    read_token,
)

SUBPROTOCOLS = ("ocpp2.1", "ocpp2.0.1", "ocpp2.0.1.1")
WITH_ENERGY = frozenset({"TransactionEvent", "MeterValues"})  # kept whole if they cannot be parsed


def _boot(station_id: int, payload: Payload, at: datetime) -> Event:
    """Read a boot, also one of the shape of OCPP 1.6 that some firmware sends."""
    station = fields(payload.get("chargingStation"))
    return events.BootNotified(
        station_id=station_id,
        at=at,
        vendor=values.to_text(station.get("vendorName") or payload.get("chargePointVendor")),
        model=values.to_text(station.get("model") or payload.get("chargePointModel")),
        serial_number=values.to_text(station.get("serialNumber") or payload.get("chargePointSerialNumber")),
        firmware_version=values.to_text(station.get("firmwareVersion") or payload.get("firmwareVersion")),
    )


def _status(station_id: int, payload: Payload, at: datetime) -> Event:
    """Read a status, also one of the shape of OCPP 1.6. EVSE 0 is the station."""
    evse = payload["evseId"] if "evseId" in payload else payload.get("connectorId")
    return events.StatusChanged(
        station_id=station_id,
        at=values.timestamp_or_arrival(payload.get("timestamp"), at),
        connector=values.to_connector(evse),
        status=values.to_text(payload.get("connectorStatus") or payload.get("status"), 64),
        received_at=at,
        error_code=values.to_text(payload.get("errorCode"), 64),
    )


def _authorize(station_id: int, payload: Payload, at: datetime) -> Event:
    token = payload.get("idToken")
    if fields(token).get("type") == "NoAuthorization":
        return messages.heartbeat(station_id, payload, at)
    return events.AuthorizeRequested(station_id=station_id, at=at, id_tag=read_token(token))


def _meter_values(station_id: int, payload: Payload, at: datetime) -> Event:
    return events.Measured(
        station_id=station_id,
        at=at,
        connector=values.to_connector(payload.get("evseId")),
        transaction=TransactionRef(TransactionIssuer.STATION, ""),
        readings=values.parse_readings(payload.get("meterValue"), at, read_sampled_value),
    )


def _fixed(**payload: str) -> Reply:
    return lambda outcome, now: dict(payload)


def _token_reply(outcome: Outcome, now: datetime) -> Payload:
    return {"idTokenInfo": {"status": outcome.tag_status}}


def _transaction_reply(outcome: Outcome, now: datetime) -> Payload:
    """Return the token's status, without which some stations suspend, and the cost; without a policy none."""
    reply = _token_reply(outcome, now) if outcome.tag_status else {}
    return reply if outcome.price is None else reply | {"totalCost": float(outcome.price)}


ACTIONS_201: messages.Actions = {
    "BootNotification": (_boot, lambda outcome, now: messages.boot_reply(now)),
    "Heartbeat": (messages.heartbeat, lambda outcome, now: {"currentTime": messages.format_timestamp(now)}),
    "StatusNotification": (_status, _fixed()),
    "Authorize": (_authorize, _token_reply),
    "TransactionEvent": (parse_transaction_event, _transaction_reply),
    "MeterValues": (_meter_values, _fixed()),
    "NotifyEVChargingNeeds": (messages.heartbeat, _fixed(status="Accepted")),
    "NotifyEVChargingSchedule": (messages.heartbeat, _fixed(status="Accepted")),
    "GetCertificateStatus": (messages.heartbeat, _fixed(status="Failed")),
    "Get15118EVCertificate": (messages.heartbeat, _fixed(status="Failed", exiResponse="")),
    "SignCertificate": (messages.heartbeat, _fixed(status="Rejected")),
    "DataTransfer": (messages.heartbeat, _fixed(status="UnknownVendorId")),
} | {
    action: (messages.heartbeat, _fixed())
    for action in (
        "ClearedChargingLimit",
        "FirmwareStatusNotification",
        "LogStatusNotification",
        "NotifyChargingLimit",
        "NotifyCustomerInformation",
        "NotifyDisplayMessages",
        "NotifyEvent",
        "NotifyMonitoringReport",
        "NotifyReport",
        "PublishFirmwareStatusNotification",
        "ReportChargingProfiles",
        "ReservationStatusUpdate",
        "SecurityEventNotification",
    )
}


def parse_call(station_id: int, action: str, payload: Any, at: datetime) -> tuple[Event, ...] | None:
    """Return the event of a call; an `UnparsedMessage` if it cannot be parsed; None for other actions."""
    return messages.parse_call(ACTIONS_201, WITH_ENERGY, station_id, action, payload, at)


def encode_reply(action: str, outcomes: Sequence[Outcome], now: datetime) -> Payload:
    """Return the reply to a call: TransactionEvent is one event, too."""
    return ACTIONS_201[action][1](outcomes[0], now)


def encode_command(request: StationRequest) -> tuple[str, Payload]:
    """Return the action and payload of a command."""
    match request:
        case StopCharging(transaction=transaction):
            return "RequestStopTransaction", {"transactionId": transaction.id}


read_outcome = messages.read_outcome
