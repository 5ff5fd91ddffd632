"""Everything that a batch of events works on, read at once and locked.

A station's row is the lock of all that is its own: two processes that hold sockets of one station
(the old one lingers while the new one opens) record one after the other.
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
from sessions_app.queries.tags import load_tags

MAX_ID = 2**63 - 1


def load_batch(batch: Sequence[Event | ConnectionAttempt]) -> EventBatch:
    """Return the desk of a batch, with its stations locked.

    A handful of queries, whatever its size.
    """
    stations = _stations({event.station_id for event in batch if isinstance(event, Event)})
    _sessions(batch, stations)
    return EventBatch(stations=stations, identities=_identities(batch), tags=load_tags(batch))


def load_session_batch(session_id: int) -> EventBatch:
    """Return the desk of one session, with its station locked; empty where there is no such session."""
    sessions = ChargingSession.objects.filter(pk=session_id)
    stations = _stations(set(sessions.values_list("station_id", flat=True)))
    if stations:
        _add_sessions(Q(pk=session_id), stations)
    return EventBatch(stations=stations)


def _stations(ids: set[int]) -> dict[int, StationDraft]:
    if not ids:
        return {}
    locked = ChargingStation.objects.select_for_update(of=("self",), no_key=True)
    found = locked.filter(pk__in=ids).order_by("pk").values_list(*drafts.STATION_FIELDS)
    stations = {values[0]: StationDraft(*values) for values in found}
    for values in Connector.objects.filter(station_id__in=ids).values_list(*drafts.CONNECTOR_FIELDS):
        draft = ConnectorDraft(*values)
        stations[draft.station_id].connectors[draft.number] = draft
    return stations


def _identities(batch: Sequence[Event | ConnectionAttempt]) -> dict[str, tuple[int, str]]:
    names = {event.identity for event in batch if isinstance(event, ConnectionAttempt)}
    if not names:
        return {}
    known = ChargingStation.objects.filter(identity__in=names)
    return {identity: (pk, digest) for identity, pk, digest in known.values_list("identity", "pk", "password_digest")}


def _sessions(batch: Sequence[Event | ConnectionAttempt], stations: dict[int, StationDraft]) -> None:
    """Put the sessions that the batch is about on their stations, in one query.

    What is sought is gathered first: a condition for each event is too deep an expression for SQLite.
    A second look is for ids that stations made up themselves, where an id is not one of ours.
    """
    ids: set[int] = set()
    starts: set[datetime] = set()  # a start may be a repeated one
    open_on: set[int] = set()
    open_at: set[int] = set()  # on whatever connector: that a station comes or goes is news of them all
    last_on: set[int] = set()
    transactions: list[tuple[StationDraft, str]] = []
    for event in batch:
        station = stations.get(event.station_id) if isinstance(event, Event) else None
        if station is None:
            continue
        connectors = _connector_ids(station, event)
        open_on |= connectors
        match event:
            case events.Measured() | events.Stopped():
                ids |= _own_id(event.transaction)
                transactions.append((station, event.own_transaction))
            case events.Connected() | events.Disconnected():
                open_at.add(station.id)
            case events.Started():
                starts.add(event.at)
                last_on |= connectors
            case events.StatusChanged(status="Available"):  # its last car may have been there till then
                last_on |= connectors
    _add_sessions(
        Q(pk__in=ids | _last_on(last_on), station_id__in=stations)
        | Q(connector_id__in=open_on, ended_at=None)
        | Q(station_id__in=open_at, ended_at=None)
        | Q(started_at__in=starts, station_id__in=stations),
        stations,
    )
    unknown = [(station, own) for station, own in transactions if own and not station.session_by_transaction(own)]
    if unknown:
        made_up = {own for _, own in unknown}
        where = Q(station_id__in={station.id for station, _ in unknown}, station_transaction_id__in=made_up)
        _add_sessions(where & ~Q(station_transaction_id=""), stations)


def _last_on(connector_ids: set[int]) -> set[int]:
    """Return the last session of each of the connectors."""
    if not connector_ids:
        return set()
    sessions = ChargingSession.objects.filter(station_id=OuterRef("station_id"), connector_id=OuterRef("pk"))
    last = Subquery(sessions.order_by("-started_at").values("pk")[:1])
    found = Connector.objects.filter(pk__in=connector_ids).values_list(last, flat=True)
    return {pk for pk in found if pk is not None}


def load_last_session(station: StationDraft, connector: ConnectorDraft, *, by: datetime | None = None) -> None:
    """Put the session on the desk that has last begun on a connector, or had by that moment."""
    begun = ChargingSession.objects.filter(station_id=station.id, connector_id=connector.id)
    if by is not None:
        begun = begun.filter(started_at__lte=by)
    _add_sessions(Q(pk__in=begun.order_by("-started_at").values("pk")[:1]), {station.id: station})


def load_stopped_sessions(station: StationDraft, *, at: datetime, within: timedelta, meter_stop_wh: Decimal) -> None:
    """Put the sessions of a station on the desk that stopped about that moment with that register."""
    about = (at - within, at + within)
    _add_sessions(Q(station_id=station.id, meter_stop_wh=meter_stop_wh, stopped_at__range=about), {station.id: station})


def next_start(connector_id: int, *, after: datetime) -> datetime | None:
    """Return when the next session of a connector began, or None."""
    later = ChargingSession.objects.filter(connector_id=connector_id, started_at__gt=after)
    return later.order_by("started_at").values_list("started_at", flat=True).first()


def _add_sessions(wanted: Q, stations: dict[int, StationDraft]) -> None:
    for values in ChargingSession.objects.filter(wanted).order_by("started_at").values_list(*drafts.SESSION_FIELDS):
        station = stations[values[1]]
        if not any(draft.id == values[0] for draft in station.sessions):  # both looks may find it
            station.sessions.append(drafts.session_draft(station, values))


def _own_id(transaction: str) -> set[int]:
    """Return the session id that a transactionId may be: ours are whole numbers from 1."""
    if not (transaction.isascii() and transaction.isdigit() and len(transaction) <= 19):
        return set()
    number = int(transaction)
    return {number} if 0 < number <= MAX_ID else set()


def _connector_ids(station: StationDraft, event: Event | ConnectionAttempt) -> set[int]:
    """Return the connectors that an event is about; one that names none is about all."""
    number = getattr(event, "connector", 0)
    if number == 0:
        return {each.id for each in station.connectors.values()}
    return {station.connectors[number].id} if number in station.connectors else set()
