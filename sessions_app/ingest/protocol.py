"""What an OCPP version must do; `versions.py` lists those that we speak.

Sockets, recording and pages know events, outcomes and commands. Only a module of this protocol knows the
actions and payloads of its version.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from sessions_app.domain.commands import StationRequest
from sessions_app.domain.events import Event, Outcome
from sessions_app.domain.station_states import CommandOutcome

Payload = dict[str, Any]
Parser = Callable[[int, Payload, datetime], Event]
Reply = Callable[[Outcome, datetime], Payload]


class StationProtocol(Protocol):
    """One OCPP version, implemented by a module without state."""

    @property
    def SUBPROTOCOLS(self) -> tuple[str, ...]:  # noqa: N802 - a constant of the module
        """The WebSocket subprotocols that it speaks, preferred first."""

    def parse_call(self, station_id: int, action: str, payload: Any, at: datetime) -> tuple[Event, ...] | None:
        """Return the events of a call that arrived `at`; None if the action is not implemented.

        One call may give several events. Never raise: an error would close the socket.
        """

    def encode_reply(self, action: str, outcomes: Sequence[Outcome], now: datetime) -> Payload:
        """Return the reply to a call from the outcomes of its events, all of them recorded."""

    def encode_command(self, request: StationRequest) -> tuple[str, Payload]:
        """Return the action and payload that ask a station for this."""

    def read_outcome(self, action: str, answer: Any) -> CommandOutcome:
        """Return what a station's answer to that action means; the answer may be anything."""
