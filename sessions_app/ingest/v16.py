"""OCPP 1.6 (edition 2): what each message of a station means, and what is answered.

Any other action gets NotImplemented. A message about a transaction is never answered with an error,
for a station repeats it for days: what cannot be read is set aside whole, and accepted.
"""

import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sessions_app.domain import events
from sessions_app.domain.events import Event, Outcome
from sessions_app.domain.flags import Flag
from sessions_app.ingest import values

logger = logging.getLogger(__name__)

HEARTBEAT_S = 60
MAX_CONNECTOR = 999
OF_TRANSACTIONS = frozenset({"StartTransaction", "MeterValues", "StopTransaction"})

Payload = dict[str, Any]
Parser = Callable[[int, Payload, datetime], Event]
Reply = Callable[[Outcome, datetime], Payload]


def format_timestamp(at: datetime) -> str:
    """Return a time as OCPP writes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _connector(payload: Payload) -> int:
    """Return the connector that a message names; 0 where it names none that a station may have."""
    number = values.to_int(payload.get("connectorId"))
    return number if number <= MAX_CONNECTOR else 0


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


def _heartbeat(station_id: int, payload: Payload, at: datetime) -> Event:
    return events.Heartbeat(station_id=station_id, at=at)


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
        fallback = _unparsed(station_id, "StartTransaction", payload, at, "The start names no connector.")
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
        transaction=values.to_transaction_id(payload.get("transactionId")),
        readings=values.parse_readings(payload.get("meterValue"), at),
    )


def _stop(station_id: int, payload: Payload, at: datetime) -> Event:
    stopped_at, is_trusted = values.parse_timestamp(payload.get("timestamp"), at)
    return events.Stopped(
        station_id=station_id,
        at=stopped_at,
        is_timed=is_trusted,
        received_at=at if stopped_at != at else None,
        transaction=values.to_transaction_id(payload.get("transactionId")),
        meter_stop_wh=values.to_register_wh(payload.get("meterStop")),
        reason=values.to_text(payload.get("reason"), 64),
        id_tag=values.to_text(payload.get("idTag")),
        readings=values.parse_readings(payload.get("transactionData"), at),
    )


def _nothing(outcome: Outcome, now: datetime) -> Payload:
    return {}


def _tag_info(outcome: Outcome, now: datetime) -> Payload:
    return {"idTagInfo": {"status": outcome.tag_status}}


ACTIONS: dict[str, tuple[Parser, Reply]] = {
    "BootNotification": (
        _boot,
        lambda outcome, now: {
            "currentTime": format_timestamp(now),
            "interval": HEARTBEAT_S,
            "status": "Accepted",
        },
    ),
    "Heartbeat": (_heartbeat, lambda outcome, now: {"currentTime": format_timestamp(now)}),
    "StatusNotification": (_status, _nothing),
    "Authorize": (_authorize, _tag_info),
    "StartTransaction": (
        _start,
        lambda outcome, now: {"transactionId": outcome.transaction_id, **_tag_info(outcome, now)},
    ),
    "MeterValues": (_meter_values, _nothing),
    "StopTransaction": (_stop, _tag_info),
}


def parse(station_id: int, action: str, payload: Any, at: datetime) -> Event:
    """Return the event of a message with a known action; at worst it is `Unreadable`, and kept."""
    if not isinstance(payload, dict):
        if action in OF_TRANSACTIONS:
            return _unparsed(station_id, action, payload, at, "The payload is no object.")
        payload = {}  # that the station has called says enough
    try:
        return ACTIONS[action][0](station_id, payload, at)
    except Exception as error:  # whatever a station may think of: the message is kept, the socket lives
        logger.exception("A %s could not be read", action)
        return _unparsed(station_id, action, payload, at, repr(error))


def encode_reply(action: str, outcome: Outcome, now: datetime) -> Payload:
    """Return the payload that answers a message with a known action."""
    return ACTIONS[action][1](outcome, now)


def _unparsed(station_id: int, action: str, payload: Any, at: datetime, error: str) -> events.UnparsedMessage:
    try:
        kept = json.dumps(payload).replace("\\u0000", "")  # escapes what a database takes for no text
    except RecursionError:  # what can just be read may be nested too deep to be written
        kept = ""
    return events.UnparsedMessage(station_id=station_id, at=at, action=action, payload=kept, error=error)
