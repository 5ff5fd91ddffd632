"""What the messages of all OCPP versions share: replies, and what cannot be parsed."""

import json
from datetime import datetime
from typing import Any

from sessions_app.domain import events
from sessions_app.domain.station_states import CommandOutcome

HEARTBEAT_S = 60
MAX_CONNECTOR = 999


def format_timestamp(at: datetime) -> str:
    """Return a time in the format of OCPP."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def boot_reply(now: datetime) -> dict[str, Any]:
    """Return the reply to BootNotification: accept at once, some firmware never leaves Pending."""
    return {"currentTime": format_timestamp(now), "interval": HEARTBEAT_S, "status": "Accepted"}


def read_status(answer: Any) -> CommandOutcome:
    """Return the outcome of a command from the status of its answer, which may be anything."""
    status = answer.get("status") if isinstance(answer, dict) else None
    return CommandOutcome.ACCEPTED if status == "Accepted" else CommandOutcome.REJECTED


def unparsed(station_id: int, action: str, payload: Any, at: datetime, error: str) -> events.UnparsedMessage:
    """Return the message whole, to be stored as a dead letter."""
    try:
        text = json.dumps(payload).replace("\\u0000", "")  # escaped, except NUL, which databases reject
    except RecursionError:  # JSON that can just be parsed may be nested too deep to be encoded
        text = ""
    return events.UnparsedMessage(station_id=station_id, at=at, action=action, payload=text, error=error)
