"""What we ask of a station, whatever the OCPP version."""

from datetime import timedelta
from typing import Any

import msgspec

from sessions_app.domain.transactions import TransactionRef

ANSWER_TIMEOUT = timedelta(seconds=30)  # how long a station may take to answer a command


class StopCharging(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """End a session; `transaction` is what its station calls it."""

    session_id: int
    transaction: TransactionRef


StationRequest = StopCharging  # a union as soon as there are more


def encode_request(request: StationRequest) -> dict[str, Any]:
    """Return the request as text and ints, which every channel layer carries."""
    encoded: dict[str, Any] = msgspec.to_builtins(request)
    return encoded


def decode_request(encoded: dict[str, Any]) -> StationRequest:
    """Return the request that `encode_request` has encoded."""
    return msgspec.convert(encoded, StationRequest)
