"""What stations tell us, in the project's own words, whatever OCPP version they speak.

Times are aware and in UTC. `connector` is OCPP's number; 0 is the station as a whole.
"""

from datetime import datetime
from decimal import Decimal

import msgspec

from sessions_app.domain.meter import Reading

# What stations send in place of an id that they lack: nothing, or the end of some range of numbers.
NO_TRANSACTION = frozenset({"", "0", "-1", "2147483647", "9223372036854775807"})


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened at a station; `at` is when."""

    station_id: int
    at: datetime


class UnparsedMessage(Event, frozen=True, kw_only=True):
    """A message about a transaction that cannot be read as what it says: kept as it came."""

    action: str
    payload: str
    error: str


class Connected(Event, frozen=True, kw_only=True):
    """A socket of the station has opened; `connection` names it."""

    connection: str


class Disconnected(Event, frozen=True, kw_only=True):
    """A socket of the station has closed."""

    connection: str


class BootNotified(Event, frozen=True, kw_only=True):
    """The station has started (BootNotification)."""

    vendor: str = ""
    model: str = ""
    serial_number: str = ""
    firmware_version: str = ""


class Heartbeat(Event, frozen=True, kw_only=True):
    """The station is there (Heartbeat)."""


class StatusChanged(Event, frozen=True, kw_only=True):
    """A connector has a status (StatusNotification).

    `received_at` is by our clock: what came after what is known by it, and not by the station's.
    """

    connector: int
    status: str
    received_at: datetime
    error_code: str = ""


class AuthorizeRequested(Event, frozen=True, kw_only=True):
    """Somebody holds a tag to the station (Authorize)."""

    id_tag: str


class Started(Event, frozen=True, kw_only=True):
    """A transaction has begun (StartTransaction).

    One that names no connector may be kept `fallback`, where the station has several.
    """

    connector: int
    id_tag: str
    meter_start_wh: Decimal | None
    flags: int = 0
    fallback: UnparsedMessage | None = None


class Measured(Event, frozen=True, kw_only=True):
    """Readings of a transaction, or of a connector (MeterValues)."""

    connector: int
    transaction: str
    readings: tuple[Reading, ...]

    @property
    def own_transaction(self) -> str:
        """The id as it is; empty where the station names none."""
        return "" if self.transaction in NO_TRANSACTION else self.transaction


class Stopped(Event, frozen=True, kw_only=True):
    """A transaction has ended (StopTransaction); readings may come along."""

    transaction: str
    meter_stop_wh: Decimal | None
    connector: int = 0  # OCPP 1.6 names none
    reason: str = ""
    id_tag: str = ""
    readings: tuple[Reading, ...] = ()
    is_timed: bool = True  # by the station's clock; else `at` is when the message came, and new each time

    @property
    def own_transaction(self) -> str:
        """The id to keep where the station names none that is ours: the same for the same stop."""
        if self.transaction not in NO_TRANSACTION:
            return self.transaction
        at = self.at.isoformat() if self.is_timed else ""
        return f"{self.transaction}@{at}/{self.meter_stop_wh}/{self.id_tag}"[:64]


class ConnectionAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody connects as a station, with that password; known and right, or refused."""

    identity: str
    password: bytes
    address: str
    at: datetime


class CommandAnswered(Event, frozen=True, kw_only=True):
    """The station has answered a command of ours; `audit_id` is the row of whoever gave it."""

    audit_id: int
    outcome: str
    detail: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """What recording an event gave: the tag's status, the transaction, the station that is let in."""

    tag_status: str = "Accepted"
    transaction_id: int = 0
    station_id: int = 0
