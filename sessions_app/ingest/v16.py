"""OCPP 1.6 (edition 2): the event of each message of a station, the reply to it, and our commands.

It implements `protocol.StationProtocol`. Any other action gets NotImplemented. Never answer a message about
a transaction with an error: the station would repeat it for days. If it cannot be parsed, store it as a
dead letter and accept it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sessions_app.domain import events
from sessions_app.domain.commands import StationRequest, StopCharging
from sessions_app.domain.events import Event, Outcome
from sessions_app.domain.flags import Flag
from sessions_app.domain.transactions import TransactionRef, issued_id
from sessions_app.ingest import messages, values
from sessions_app.ingest.protocol import Payload

SUBPROTOCOLS = ("ocpp1.6",)
TRANSACTION_ACTIONS = frozenset({"StartTransaction", "MeterValues", "StopTransaction"})
NOTIFICATIONS = (  # some firmware crashes, or repeats them for ever, if they are not implemented
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "LogStatusNotification",
    "SecurityEventNotification",
    "SignedFirmwareStatusNotification",
)


def _connector(payload: Payload) -> int:
    return values.to_connector(payload.get("connectorId"))


def _transaction(payload: Payload) -> TransactionRef:
    return issued_id(values.to_transaction_id(payload.get("transactionId")))


def _boot(station_id: int, payload: Payload, at: datetime) -> Event:
    serial = payload.get("chargePointSerialNumber") or payload.get("chargeBoxSerialNumber")
    return events.BootNotified(
        station_id=station_id,
        at=at,
        vendor=values.to_text(payload.get("chargePointVendor")),
        model=values.to_text(payload.get("chargePointModel")),
        serial_number=values.to_text(serial),
        firmware_version=values.to_text(payload.get("firmwareVersion")),
    )


def _status(station_id: int, payload: Payload, at: datetime) -> Event:
    return events.StatusChanged(
        station_id=station_id,
        at=values.timestamp_or_arrival(payload.get("timestamp"), at),
        connector=_connector(payload),
        status=values.to_text(payload.get("status"), 64),
        received_at=at,
        error_code=values.to_text(payload.get("errorCode"), 64),
    )


def _authorize(station_id: int, payload: Payload, at: datetime) -> Event:
    return events.AuthorizeRequested(station_id=station_id, at=at, id_tag=values.to_text(payload.get("idTag")))


def _start(station_id: int, payload: Payload, at: datetime) -> Event:
    started_at, is_trusted = values.parse_timestamp(payload.get("timestamp"), at)
    connector = _connector(payload)
    fallback = None
    if not connector:
        fallback = messages.unparsed(station_id, "StartTransaction", payload, at, "The start has no connector.")
    return events.Started(
        station_id=station_id,
        at=started_at,
        connector=connector,
        id_tag=values.to_text(payload.get("idTag")),
        meter_start_wh=values.to_register_wh(payload.get("meterStart")),
        flags=0 if is_trusted else int(Flag.CLOCK_UNSET),
        received_at=at if started_at != at else None,
        fallback=fallback,
    )


def _meter_values(station_id: int, payload: Payload, at: datetime) -> Event:
    return events.Measured(
        station_id=station_id,
        at=at,
        connector=_connector(payload),
        transaction=_transaction(payload),
        readings=values.parse_readings(payload.get("meterValue"), at),
    )


def _stop(station_id: int, payload: Payload, at: datetime) -> Event:
    stopped_at, is_trusted = values.parse_timestamp(payload.get("timestamp"), at)
    return events.Stopped(
        station_id=station_id,
        at=stopped_at,
        is_timed=is_trusted,
        received_at=at if stopped_at != at else None,
        transaction=_transaction(payload),
        meter_stop_wh=values.to_register_wh(payload.get("meterStop")),
        reason=values.to_text(payload.get("reason"), 64),
        id_tag=values.to_text(payload.get("idTag")),
        readings=values.parse_readings(payload.get("transactionData"), at),
    )


def _empty_reply(outcome: Outcome, now: datetime) -> Payload:
    return {}


def _tag_reply(outcome: Outcome, now: datetime) -> Payload:
    return {"idTagInfo": {"status": outcome.tag_status}}


ACTIONS: messages.Actions = {
    "BootNotification": (_boot, lambda outcome, now: messages.boot_reply(now)),
    "Heartbeat": (messages.heartbeat, lambda outcome, now: {"currentTime": messages.format_timestamp(now)}),
    "StatusNotification": (_status, _empty_reply),
    "Authorize": (_authorize, _tag_reply),
    "StartTransaction": (
        _start,
        lambda outcome, now: {"transactionId": outcome.transaction_id, **_tag_reply(outcome, now)},
    ),
    "MeterValues": (_meter_values, _empty_reply),
    "StopTransaction": (_stop, _tag_reply),
    "DataTransfer": (messages.heartbeat, lambda outcome, now: {"status": "UnknownVendorId"}),
    "SignCertificate": (messages.heartbeat, lambda outcome, now: {"status": "Rejected"}),
} | dict.fromkeys(NOTIFICATIONS, (messages.heartbeat, _empty_reply))


def parse_call(station_id: int, action: str, payload: Any, at: datetime) -> tuple[Event, ...] | None:
    """Return the event of a call; an `UnparsedMessage` if it cannot be parsed; None for other actions."""
    return messages.parse_call(ACTIONS, TRANSACTION_ACTIONS, station_id, action, payload, at)


def encode_reply(action: str, outcomes: Sequence[Outcome], now: datetime) -> Payload:
    """Return the reply to a call: in this version a call has one event."""
    return ACTIONS[action][1](outcomes[0], now)


def encode_command(request: StationRequest) -> tuple[str, Payload]:
    """Return the action and payload of a command.

    A transactionId is any integer, also below zero. An id that is none goes back as the station sent it.
    """
    match request:
        case StopCharging(transaction=transaction):
            is_integer = transaction.id.removeprefix("-").isdecimal()
            return "RemoteStopTransaction", {"transactionId": int(transaction.id) if is_integer else transaction.id}


read_outcome = messages.read_outcome
