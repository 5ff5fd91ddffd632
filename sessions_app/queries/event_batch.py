"""Load and lock everything that a batch of events changes.

The row of a station locks all of its data. Two processes may hold sockets of one station while it
reconnects; the lock makes them record one after the other.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import OuterRef, Q, Subquery

from sessions_app.domain import events
from sessions_app.domain.drafts import ConnectorDraft, EventBatch, StationDraft
from sessions_app.domain.events import ConnectionAttempt, Event
from sessions_app.domain.station_states import ConnectorStatus, StopReason, TransactionPhase
from sessions_app.domain.transactions import TransactionIssuer, TransactionRef
from sessions_app.models import ChargingSession, ChargingStation, Connector
from sessions_app.queries import drafts
from sessions_app.queries.audits import load_stopped_by
from sessions_app.queries.session_candidates import StationEvent, add_sessions, load_candidates
from sessions_app.queries.spans import load_spans
from sessions_app.queries.tags import load_tags

MAX_ID = 2**63 - 1


def load_batch(batch: Sequence[Event | ConnectionAttempt]) -> EventBatch:
    """Return the drafts that a batch of events works on, with its stations locked.

    It contains every session that the matching may need: no query runs between its rules.
    """
    stations = _lock_stations({event.station_id for event in batch if isinstance(event, Event)})
    station_events = [
        (stations[event.station_id], event)
        for event in batch
        if isinstance(event, Event) and event.station_id in stations
    ]
    _add_sessions(station_events, stations)
    load_candidates(station_events, stations)
    load_spans(batch, stations)
    return EventBatch(
        stations=stations,
        identities=_identities(batch),
        tags=load_tags(batch),
        stopped_by=_stopped_by(station_events),
    )


def load_session_batch(session_id: int) -> EventBatch:
    """Return the drafts of one session, with its station locked; empty if there is no such session."""
    sessions = ChargingSession.objects.filter(pk=session_id)
    stations = _lock_stations(set(sessions.values_list("station_id", flat=True)))
    if stations:
        add_sessions(Q(pk=session_id), stations)
    return EventBatch(stations=stations)


def _lock_stations(ids: set[int]) -> dict[int, StationDraft]:
    if not ids:
        return {}
    locked = ChargingStation.objects.select_for_update(of=("self",), no_key=True)
    rows = locked.filter(pk__in=ids).order_by("pk").values_list(*drafts.STATION_FIELDS)
    stations = {values[0]: StationDraft(*values) for values in rows}
    for values in Connector.objects.filter(station_id__in=ids).values_list(*drafts.CONNECTOR_FIELDS):
        draft = ConnectorDraft(*values)
        stations[draft.station_id].connectors[draft.number] = draft
    return stations


def _identities(batch_events: Sequence[Event | ConnectionAttempt]) -> dict[str, tuple[int, str]]:
    names = {event.identity for event in batch_events if isinstance(event, ConnectionAttempt)}
    if not names:
        return {}
    stations = ChargingStation.objects.filter(identity__in=names)
    return {
        identity: (pk, digest) for identity, pk, digest in stations.values_list("identity", "pk", "password_digest")
    }


def _add_sessions(station_events: Sequence[StationEvent], stations: dict[int, StationDraft]) -> None:
    """Add the sessions in progress, those with ids that we issued, and the last one of each connector concerned.

    Collect the conditions first: one for each event is too deep an expression for SQLite.
    """
    ids: set[int] = set()
    own_ids: set[str] = set()  # that the stations have issued
    starts: set[datetime] = set()  # a start may be repeated
    open_on: set[int] = set()
    open_at: set[int] = set()  # a station that connects or disconnects concerns all its connectors
    last_on: set[int] = set()
    for station, event in station_events:
        connectors = _connector_ids(station, event)
        open_on |= connectors
        match event:
            case events.Measured() | events.Stopped():
                ids |= _session_ids(event.transaction)
            case events.TransactionReported():
                own_ids.add(event.transaction.id)
                if event.phase is TransactionPhase.STARTED:
                    starts.add(event.at)
                    last_on |= connectors
            case events.Connected() | events.Disconnected():
                open_at.add(station.id)
            case events.Started():
                starts.add(event.at)
                last_on |= connectors
            case events.StatusChanged(status=ConnectorStatus.AVAILABLE):  # its last car may have stayed until then
                last_on |= connectors
    add_sessions(
        Q(pk__in=ids | _last_sessions(last_on), station_id__in=stations)
        | Q(connector_id__in=open_on, ended_at=None)
        | Q(station_id__in=open_at, ended_at=None)
        | Q(started_at__in=starts, station_id__in=stations)
        | (Q(station_transaction_id__in=own_ids, station_id__in=stations) & ~Q(station_transaction_id="")),
        stations,
    )


def _stopped_by(station_events: Sequence[StationEvent]) -> dict[int, str]:
    """Return who asked for the remote stops in the batch, by session."""
    stations = {
        station.id: station
        for station, event in station_events
        if isinstance(event, events.Stopped | events.TransactionReported) and event.reason == StopReason.REMOTE
    }
    ids = [draft.id for station in stations.values() for draft in station.sessions]
    return load_stopped_by(ids) if ids else {}


def _last_sessions(connector_ids: set[int]) -> set[int]:
    """Return the id of the last session on each connector."""
    if not connector_ids:
        return set()
    sessions = ChargingSession.objects.filter(station_id=OuterRef("station_id"), connector_id=OuterRef("pk"))
    last = Subquery(sessions.order_by("-started_at").values("pk")[:1])
    ids = Connector.objects.filter(pk__in=connector_ids).values_list(last, flat=True)
    return {pk for pk in ids if pk is not None}


def _session_ids(transaction: TransactionRef) -> set[int]:
    """Return the session id that a transaction may have: ours are whole numbers from 1."""
    text = transaction.id
    if transaction.issuer is not TransactionIssuer.OURS or not (text.isascii() and text.isdigit() and len(text) <= 19):
        return set()
    number = int(text)
    return {number} if 0 < number <= MAX_ID else set()


def _connector_ids(station: StationDraft, event: Event) -> set[int]:
    """Return the ids of the event's connectors; an event without a connector concerns all."""
    number = getattr(event, "connector", 0)
    if number == 0:
        return {connector.id for connector in station.connectors.values()}
    return {station.connectors[number].id} if number in station.connectors else set()
