"""Load and lock everything that a batch of events changes.

The row of a station locks all of its data. Two processes may hold sockets of one station while it
reconnects; the lock makes them record one after the other.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import OuterRef, Q, Subquery

from sessions_app.domain import events
from sessions_app.domain.drafts import ConnectorDraft, EventBatch, StationDraft
from sessions_app.domain.events import ConnectionAttempt, Event
from sessions_app.models import ChargingSession, ChargingStation, Connector
from sessions_app.queries import drafts
from sessions_app.queries.spans import load_spans
from sessions_app.queries.tags import load_tags

MAX_ID = 2**63 - 1


def load_batch(batch_events: Sequence[Event | ConnectionAttempt]) -> EventBatch:
    """Lock the stations of the events and load what the events need, in a few queries."""
    stations = _lock_stations({event.station_id for event in batch_events if isinstance(event, Event)})
    _load_sessions(batch_events, stations)
    load_spans(batch_events, stations)
    return EventBatch(stations=stations, identities=_identities(batch_events), tags=load_tags(batch_events))


def load_session_batch(session_id: int) -> EventBatch:
    """Lock the station of one session and load both; empty if there is no such session."""
    sessions = ChargingSession.objects.filter(pk=session_id)
    stations = _lock_stations(set(sessions.values_list("station_id", flat=True)))
    if stations:
        _add_sessions(Q(pk=session_id), stations)
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


def _load_sessions(batch_events: Sequence[Event | ConnectionAttempt], stations: dict[int, StationDraft]) -> None:
    """Add the sessions that the events refer to to their stations, in one query.

    Collect the ids first: one condition per event nests too deeply for SQLite. A second query looks for
    transaction ids that stations assigned themselves, if an id is not one of ours.
    """
    ids: set[int] = set()
    starts: set[datetime] = set()  # a start may be repeated
    open_on: set[int] = set()
    open_at: set[int] = set()  # on any connector: a connect or disconnect affects them all
    last_on: set[int] = set()
    transactions: list[tuple[StationDraft, str]] = []
    for event in batch_events:
        station = stations.get(event.station_id) if isinstance(event, Event) else None
        if station is None:
            continue
        connectors = _connector_ids(station, event)
        open_on |= connectors
        match event:
            case events.Measured() | events.Stopped():
                ids |= _session_id(event.transaction)
                transactions.append((station, event.own_transaction))
            case events.Connected() | events.Disconnected():
                open_at.add(station.id)
            case events.Started():
                starts.add(event.at)
                last_on |= connectors
            case events.StatusChanged(status="Available"):  # the last car may have been plugged in until then
                last_on |= connectors
    _add_sessions(
        Q(pk__in=ids | _last_sessions(last_on), station_id__in=stations)
        | Q(connector_id__in=open_on, ended_at=None)
        | Q(station_id__in=open_at, ended_at=None)
        | Q(started_at__in=starts, station_id__in=stations),
        stations,
    )
    unmatched = [
        (station, transaction)
        for station, transaction in transactions
        if transaction and not station.session_by_transaction(transaction)
    ]
    if unmatched:
        condition = Q(
            station_id__in={station.id for station, _ in unmatched},
            station_transaction_id__in={transaction for _, transaction in unmatched},
        )
        _add_sessions(condition & ~Q(station_transaction_id=""), stations)


def _last_sessions(connector_ids: set[int]) -> set[int]:
    """Return the id of the last session on each connector."""
    if not connector_ids:
        return set()
    sessions = ChargingSession.objects.filter(station_id=OuterRef("station_id"), connector_id=OuterRef("pk"))
    last = Subquery(sessions.order_by("-started_at").values("pk")[:1])
    ids = Connector.objects.filter(pk__in=connector_ids).values_list(last, flat=True)
    return {pk for pk in ids if pk is not None}


def load_last_session(station: StationDraft, connector: ConnectorDraft, *, by: datetime | None = None) -> None:
    """Add the last session that started on the connector to the station; with `by`, started at or before it."""
    sessions = ChargingSession.objects.filter(station_id=station.id, connector_id=connector.id)
    if by is not None:
        sessions = sessions.filter(started_at__lte=by)
    _add_sessions(Q(pk__in=sessions.order_by("-started_at").values("pk")[:1]), {station.id: station})


def load_stopped_sessions(station: StationDraft, *, at: datetime, within: timedelta, meter_stop_wh: Decimal) -> None:
    """Add the station's sessions that stopped `within` that time of `at` with that register."""
    window = (at - within, at + within)
    _add_sessions(
        Q(station_id=station.id, meter_stop_wh=meter_stop_wh, stopped_at__range=window), {station.id: station}
    )


def next_start(connector_id: int, *, after: datetime) -> datetime | None:
    """Return when the next session on the connector started, or None."""
    later = ChargingSession.objects.filter(connector_id=connector_id, started_at__gt=after)
    return later.order_by("started_at").values_list("started_at", flat=True).first()


def _add_sessions(condition: Q, stations: dict[int, StationDraft]) -> None:
    sessions = ChargingSession.objects.filter(condition).order_by("started_at")
    for values in sessions.values_list(*drafts.SESSION_FIELDS):
        station = stations[values[1]]
        if not any(draft.id == values[0] for draft in station.sessions):  # both queries may return it
            station.sessions.append(drafts.session_draft(station, values))


def _session_id(transaction: str) -> set[int]:
    """Return the session id that a transactionId may be: we assign whole numbers from 1."""
    if not (transaction.isascii() and transaction.isdigit() and len(transaction) <= 19):
        return set()
    number = int(transaction)
    return {number} if 0 < number <= MAX_ID else set()


def _connector_ids(station: StationDraft, event: Event | ConnectionAttempt) -> set[int]:
    """Return the ids of the event's connectors; an event without a connector concerns all."""
    number = getattr(event, "connector", 0)
    if number == 0:
        return {connector.id for connector in station.connectors.values()}
    return {station.connectors[number].id} if number in station.connectors else set()
