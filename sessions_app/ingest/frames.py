"""Parse and encode OCPP-J frames (OCPP-J 1.6 §4)."""

import json
import re
from typing import Any

import msgspec

CALL, RESULT, ERROR = 2, 3, 4
MAX_INTEGER_DIGITS = 40
_MISSING_VALUE = re.compile(r":\s*(?=[,}\]])")  # seen: "transactionId":,


class Call(msgspec.Struct, frozen=True):
    """A request of the station. The id is unique on this connection only."""

    id: str
    action: str
    payload: Any


class Answer(msgspec.Struct, frozen=True):
    """The station's answer to our request; `error` is its error code, or empty."""

    id: str
    payload: Any
    error: str = ""


def parse_frame(frame: str | bytes) -> Call | Answer | None:
    """Return the call or answer in a frame; None if it is no OCPP-J message, which gets no reply."""
    text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
    try:
        message = _decode_json(text.strip("\ufeff\x00 \r\n\t"))
    except (ValueError, RecursionError):
        return None
    match message:
        case [2, str() | int() as id_, str() as action, payload, *_]:
            return Call(_message_id(id_), action, payload)
        case [2, str() | int() as id_, str() as action]:
            return Call(_message_id(id_), action, {})
        case [3, str() | int() as id_, payload, *_]:
            return Answer(str(id_), payload)
        case [4, str() | int() as id_, str() as code, *rest]:
            return Answer(str(id_), rest, error=code or "GenericError")
    return None


def encode_result(call: Call, payload: dict[str, Any]) -> str:
    """Return the frame that answers a call."""
    return msgspec.json.encode([RESULT, call.id, payload]).decode()


def encode_error(call: Call, code: str, description: str) -> str:
    """Return the frame that rejects a call with a code of OCPP-J 1.6 §4.2.3."""
    return msgspec.json.encode([ERROR, call.id, code, description, {}]).decode()


def encode_call(id_: str, action: str, payload: dict[str, Any]) -> str:
    """Return the frame of our own request."""
    return msgspec.json.encode([CALL, id_, action, payload]).decode()


def _decode_json(text: str) -> Any:
    """Return the value of a JSON text, including invalid JSON that some firmware sends.

    msgspec is fast and strict. The standard library also accepts 1e309, NaN and lone surrogates.
    """
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        repaired = _MISSING_VALUE.sub(":null", text).encode("utf-8", "replace").decode()
        return json.loads(repaired, parse_int=_parse_int)


def _parse_int(digits: str) -> int | None:
    return int(digits) if len(digits) <= MAX_INTEGER_DIGITS else None


def _message_id(id_: str | int) -> str:
    """Return a message id as text that can be encoded: replace lone surrogates."""
    return str(id_).encode("utf-8", "replace").decode()
