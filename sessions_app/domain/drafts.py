"""The stations, connectors and sessions that an event batch works on, loaded once and saved once.

Drafts change in place while a batch is recorded and are then discarded. They contain no rules.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from sessions_app.domain.energy_correction import EnergyCorrection
from sessions_app.domain.events import CommandAnswered, ConnectionAttempt
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.meter import Reading
from sessions_app.domain.pricing import Tariff
from sessions_app.domain.session_totals import BillingContext, SessionPoint, SessionTotals, StatusAt
from sessions_app.domain.spans import ConnectionSpanDraft, StatusSpanDraft


@dataclass(slots=True)
class ConnectorDraft:
    """A connector; `id` is 0 until it is saved for the first time."""

    id: int
    station_id: int
    number: int
    max_power_w: int | None = None
    phases: int = 3
    limit_a: float | None = None
    status: str = ""
    error_code: str = ""
    status_at: datetime | None = None
    available_at: datetime | None = None
    is_changed: bool = False


@dataclass(slots=True)
class Sample:
    """A reading with its number in order of arrival and the figures at its moment."""

    number: int
    reading: Reading
    point: SessionPoint


@dataclass(slots=True)
class SessionDraft:
    """A session; `id` is 0 until it is saved for the first time."""

    id: int
    station_id: int
    connector: ConnectorDraft | None
    state: SessionState
    billing: BillingContext
    totals: SessionTotals | None
    reading_count: int = 0
    site_area_id: int = 0
    site_id: int = 0
    driver_id: int | None = None
    id_tag_id: int | None = None
    id_tag_value: str = ""
    station_transaction_id: str = ""
    station_transaction_uses: int = 0  # messages that confirm the id, as far as they count
    policy_id: int | None = None
    tariff: str = ""
    currency: str = ""
    statuses: tuple[StatusAt, ...] = ()  # of its connector, in order of time
    new_statuses: list[StatusAt] = field(default_factory=list)
    new_readings: list[Reading] = field(default_factory=list)
    new_samples: list[Sample] = field(default_factory=list)
    changed_samples: list[Sample] = field(default_factory=list)
    start_received_at: datetime | None = None
    start_stated_at: datetime | None = None  # the station's own time, where its clock is off
    clock_offset_s: float | None = None
    moved_since: datetime | None = None  # what arrived since then is moved by `moved_by` to our clock
    moved_by: timedelta = timedelta(0)
    is_changed: bool = False
    is_reassigned: bool = False  # driver, place, policy or correction differ from the stored ones
    needs_tariff: bool = False  # its policy is not looked up yet
    previous_state: SessionState = field(init=False)  # the state that `totals` was computed for
    stored_transaction_id: str = field(init=False)  # the station's own id in the database
    is_stored: bool = field(init=False)

    def __post_init__(self) -> None:
        self.previous_state = self.state
        self.stored_transaction_id = self.station_transaction_id
        self.is_stored = self.id != 0

    @property
    def is_named(self) -> bool:
        """Whether a message has named the session's transaction with its readings."""
        named = self.totals is not None and self.totals.settled.seen.is_named
        return named or any(each.is_named for each in (*self.new_readings, *self._pending))

    @property
    def _pending(self) -> tuple[Reading, ...]:
        return self.totals.pending if self.totals is not None else ()

    @property
    def was_ended(self) -> bool:
        """Whether the session had ended before this batch."""
        return self.previous_state.is_ended

    def set_tariff(self, policy_id: int | None, tariff: Tariff | None) -> None:
        """Replace the session's copy of its policy; None removes it."""
        self.policy_id, self.currency = policy_id, tariff.currency if tariff else ""
        self.tariff = msgspec.json.encode(tariff).decode() if tariff else ""
        self.billing = msgspec.structs.replace(self.billing, tariff=tariff)
        self.is_changed = self.is_reassigned = True

    def set_correction(self, correction: EnergyCorrection | None) -> None:
        """Set which energy counts; None leaves it to the rules."""
        self.billing = msgspec.structs.replace(self.billing, correction=correction)
        self.is_changed = self.is_reassigned = True

    def add_status(self, at: datetime, status: str) -> None:
        """Add a status of the connector; one that changes nothing is left out."""
        before = [each for each in self.statuses if each.at <= at]
        after = self.statuses[len(before) :]
        if before and before[-1].status == status:
            return
        new = StatusAt(at, status)
        self.statuses = (*before, new, *after)
        self.new_statuses.append(new)
        self.is_changed = True

    def set_state(self, state: SessionState) -> None:
        if state != self.state:
            self.state = state
            self.is_changed = True


@dataclass(slots=True)
class StationDraft:
    """A station with its site."""

    id: int
    site_area_id: int
    site_id: int
    zone: str
    accepts_unknown_tags: bool
    vendor: str
    model: str
    serial_number: str
    firmware_version: str
    booted_at: datetime | None
    connection_id: str
    connected_at: datetime | None
    disconnected_at: datetime | None
    last_seen_at: datetime | None
    refused_versions: str
    refused_at: datetime | None
    clock: str = ""  # as `clock.StationClock` encodes it
    away_from: datetime | None = None  # the last time that it was not heard from for long
    away_until: datetime | None = None
    connectors: dict[int, ConnectorDraft] = field(default_factory=dict)
    sessions: list[SessionDraft] = field(default_factory=list)
    status_spans: dict[int, list[StatusSpanDraft]] = field(default_factory=dict)  # by connector; 0 is the station
    connection_spans: list[ConnectionSpanDraft] = field(default_factory=list)
    is_changed: bool = False

    @property
    def away(self) -> tuple[datetime, datetime] | None:
        """When the station was last not heard from for long: the last message before, the first after."""
        return (self.away_from, self.away_until) if self.away_from and self.away_until else None

    def set_transaction_id(self, draft: SessionDraft, transaction: str) -> None:
        """Set the station's own id of a session and clear it on any other session that had it."""
        for previous in self.sessions:
            if previous.station_transaction_id == transaction:
                previous.station_transaction_id = ""
                previous.is_changed = True
        draft.station_transaction_id, draft.station_transaction_uses = transaction, 0
        draft.is_changed = True


@dataclass(slots=True)
class Tag:
    """An IdTag with its driver and its expiry."""

    id: int
    driver_id: int | None
    is_blocked: bool
    expires_at: datetime | None

    def status(self, at: datetime) -> str:
        """Return the OCPP authorization status of the tag at that moment."""
        if self.is_blocked:
            return "Blocked"
        return "Expired" if self.expires_at is not None and self.expires_at <= at else "Accepted"


@dataclass(slots=True)
class DeadLetterDraft:
    """A message that could not be recorded as an event."""

    station_id: int
    action: str
    payload: str
    error: str
    received_at: datetime
    reason: str = ""


@dataclass(slots=True)
class EventBatch:
    """Everything that recording a batch of events reads and changes."""

    stations: dict[int, StationDraft]
    identities: dict[str, tuple[int, str]] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    attempts: list[ConnectionAttempt] = field(default_factory=list)
    dead_letters: list[DeadLetterDraft] = field(default_factory=list)
    command_answers: list[CommandAnswered] = field(default_factory=list)
    stopped_by: dict[int, str] = field(default_factory=dict)  # session id → manager whose remote stop was taken

    @property
    def sessions(self) -> list[SessionDraft]:
        return [draft for station in self.stations.values() for draft in station.sessions]
