"""What stations report, independent of the OCPP version.

Times are aware and in UTC. `connector` is OCPP's number; 0 is the whole station.
"""

from datetime import datetime
from decimal import Decimal

import msgspec

from sessions_app.domain.meter import Reading
from sessions_app.domain.station_states import ChargingState, CommandOutcome, TransactionPhase
from sessions_app.domain.transactions import TransactionRef


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened at a station at the time `at`."""

    station_id: int
    at: datetime


class UnparsedMessage(Event, frozen=True, kw_only=True):
    """A message about a transaction that cannot be parsed; stored unchanged as a dead letter."""

    action: str
    payload: str
    error: str


class Connected(Event, frozen=True, kw_only=True):
    """A socket of the station has opened; `connection` is its id."""

    connection: str


class Disconnected(Event, frozen=True, kw_only=True):
    """A socket of the station has closed."""

    connection: str


class VersionRefused(Event, frozen=True, kw_only=True):
    """The station was refused: it offers only OCPP versions that we do not speak."""

    offered_versions: str


class BootNotified(Event, frozen=True, kw_only=True):
    """The station has started (BootNotification)."""

    vendor: str = ""
    model: str = ""
    serial_number: str = ""
    firmware_version: str = ""


class Heartbeat(Event, frozen=True, kw_only=True):
    """The station is alive (Heartbeat)."""


class StatusChanged(Event, frozen=True, kw_only=True):
    """A connector has a new status (StatusNotification).

    `received_at` is our clock: only arrival times order events reliably, station clocks may be wrong.
    """

    connector: int
    status: str  # a ConnectorStatus, or the station's own word
    received_at: datetime
    error_code: str = ""


class AuthorizeRequested(Event, frozen=True, kw_only=True):
    """A tag was presented at the station (Authorize)."""

    id_tag: str


class Started(Event, frozen=True, kw_only=True):
    """A transaction has started (StartTransaction).

    `fallback` is stored instead if the start names no connector and the station has several. `received_at`
    is our clock, or None if the station stated no time; `stated_at` is its own time, where that is off.
    """

    connector: int
    id_tag: str
    meter_start_wh: Decimal | None
    flags: int = 0
    fallback: UnparsedMessage | None = None
    received_at: datetime | None = None
    stated_at: datetime | None = None


class Measured(Event, frozen=True, kw_only=True):
    """Readings of a transaction, or of a connector (MeterValues)."""

    connector: int
    transaction: TransactionRef
    readings: tuple[Reading, ...]

    @property
    def own_transaction(self) -> str:
        """The station's own transaction id, or "" if it sent none."""
        return "" if self.transaction.is_missing else self.transaction.id


class Stopped(Event, frozen=True, kw_only=True):
    """A transaction has ended (StopTransaction), with the readings it carries."""

    transaction: TransactionRef
    meter_stop_wh: Decimal | None
    connector: int = 0  # OCPP 1.6 sends none
    reason: str = ""
    id_tag: str = ""
    readings: tuple[Reading, ...] = ()
    received_at: datetime | None = None  # our clock; None if the station stated no time
    is_timed: bool = True  # False: `at` is the arrival time, which differs for each repetition

    @property
    def own_transaction(self) -> str:
        """The transaction id to store if it is not one that we issued: the same for a repeated stop."""
        if not self.transaction.is_missing:
            return self.transaction.id
        at = self.at.isoformat() if self.is_timed else ""
        return f"{self.transaction.id}@{at}/{self.meter_stop_wh}/{self.id_tag}"[:64]


class TransactionReported(Event, frozen=True, kw_only=True):
    """A part of a transaction whose id the station issues (TransactionEvent of OCPP 2.x).

    Parts arrive in any order, twice, or not at all. `connector` is 0 if the part names none. `has_token` says
    whether it carries a token, which the reply must judge; `is_of_driver` whether that is the driver's.
    `received_at` is our clock, or None if the station stated no time or sends the part from an offline queue.
    """

    connector: int
    transaction: TransactionRef
    phase: TransactionPhase
    id_tag: str = ""
    has_token: bool = False
    is_of_driver: bool = True
    readings: tuple[Reading, ...] = ()
    charging_state: ChargingState | None = None
    reason: str = ""
    is_unplugged: bool = False
    flags: int = 0
    received_at: datetime | None = None
    stated_at: datetime | None = None  # its own time, where that is off


class ConnectionAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """A client tries to connect as a station with this password."""

    identity: str
    password: bytes
    address: str
    at: datetime
    offered_versions: str = ""


class CommandAnswered(Event, frozen=True, kw_only=True):
    """The station has answered a command of ours; `audit_id` is the command's audit row."""

    audit_id: int
    outcome: CommandOutcome
    detail: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """The result of recording an event: the tag's status, the transaction id, the id of the accepted station.

    `tag_status` is empty if a `TransactionReported` has no token. `price` is the running or final price of its
    session; None without a policy.
    """

    tag_status: str = "Accepted"
    transaction_id: int = 0
    station_id: int = 0
    price: Decimal | None = None
