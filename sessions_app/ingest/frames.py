"""OCPP-J frames (OCPP-J 1.6 §4): what arrives as text becomes a call or an answer; what cannot, nothing."""

import json
import re
from typing import Any

import msgspec

CALL, RESULT, ERROR = 2, 3, 4
LONGEST_NUMBER = 40  # digits
_MISSING_VALUE = re.compile(r":\s*(?=[,}\]])")  # seen: "transactionId":,


class Call(msgspec.Struct, frozen=True):
    """A request of the station; the id names it on this connection only."""

    id: str
    action: str
    payload: Any


class Answer(msgspec.Struct, frozen=True):
    """The station's answer to a request of ours; `error` is its code, or empty."""

    id: str
    payload: Any
    error: str = ""


def parse_frame(frame: str | bytes) -> Call | Answer | None:
    """Return what a frame says; None for what is no OCPP-J message, which gets no reply."""
    text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
    try:
        message = _decoded(text.strip("\ufeff\x00 \r\n\t"))
    except (ValueError, RecursionError):
        return None
    match message:
        case [2, str() | int() as id_, str() as action, payload, *_]:
            return Call(_plain(id_), action, payload)
        case [2, str() | int() as id_, str() as action]:
            return Call(_plain(id_), action, {})
        case [3, str() | int() as id_, payload, *_]:
            return Answer(str(id_), payload)
        case [4, str() | int() as id_, str() as code, *rest]:
            return Answer(str(id_), rest, error=code or "GenericError")
    return None


def encode_result(call: Call, payload: dict[str, Any]) -> str:
    """Return the frame that answers a call."""
    return msgspec.json.encode([RESULT, call.id, payload]).decode()


def encode_error(call: Call, code: str, description: str) -> str:
    """Return the frame that refuses a call, by a code of OCPP-J 1.6 §4.2.3."""
    return msgspec.json.encode([ERROR, call.id, code, description, {}]).decode()


def encode_call(id_: str, action: str, payload: dict[str, Any]) -> str:
    """Return the frame of a request of ours."""
    return msgspec.json.encode([CALL, id_, action, payload]).decode()


def _decoded(text: str) -> Any:
    """Return the value of a JSON text, and of what firmware takes for one.

    msgspec is quick and strict; the standard library also reads 1e309, NaN and lone surrogates.
    """
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        mended = _MISSING_VALUE.sub(":null", text).encode("utf-8", "replace").decode()
        return json.loads(mended, parse_int=_whole)


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= LONGEST_NUMBER else None


def _plain(id_: str | int) -> str:
    """Return a message id as text that can be sent back: an escaped lone surrogate cannot."""
    return str(id_).encode("utf-8", "replace").decode()
