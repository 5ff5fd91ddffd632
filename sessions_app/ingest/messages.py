"""What the messages of all OCPP versions share: how a call is parsed by a table of actions, and replies."""

import json
import logging
from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any

from sessions_app.domain import events
from sessions_app.domain.events import Event
from sessions_app.domain.station_states import CommandOutcome
from sessions_app.ingest.protocol import Parser, Payload, Reply

HEARTBEAT_S = 60

logger = logging.getLogger(__name__)

Actions = Mapping[str, tuple[Parser, Reply]]


def parse_call(
    actions: Actions, kept: Container[str], station_id: int, action: str, payload: Any, at: datetime
) -> tuple[Event, ...] | None:
    """Return the event of a call; an `UnparsedMessage` if it cannot be parsed; None for other actions.

    A payload that is no object is empty, except for the actions in `kept`, whose messages are kept whole.
    """
    if action not in actions:
        return None
    if not isinstance(payload, dict):
        if action in kept:
            return (unparsed(station_id, action, payload, at, "The payload is not an object."),)
        payload = {}  # the action is enough
    try:
        return (actions[action][0](station_id, payload, at),)
    except Exception as error:  # no message of a station may close its socket or be lost
        logger.exception("A %s could not be parsed", action)
        return (unparsed(station_id, action, payload, at, repr(error)),)


def heartbeat(station_id: int, payload: Payload, at: datetime) -> Event:
    """Return the event of a message that only shows that the station is alive."""
    return events.Heartbeat(station_id=station_id, at=at)


def format_timestamp(at: datetime) -> str:
    """Return a time in the format of OCPP."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def boot_reply(now: datetime) -> dict[str, Any]:
    """Return the reply to BootNotification: accept at once, some firmware never leaves Pending."""
    return {"currentTime": format_timestamp(now), "interval": HEARTBEAT_S, "status": "Accepted"}


def read_outcome(action: str, answer: Any) -> CommandOutcome:
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
