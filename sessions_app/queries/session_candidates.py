"""The sessions that the matching of a batch may need, loaded before its rules run.

Most batches need only the sessions in progress and those with the ids that we issued. The rest is for
messages that these do not explain: late, repeated, or with an id that the station made up. The number of
queries does not depend on the number of messages, apart from one for each `LOOKUPS_PER_QUERY` late ones.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, Subquery

from sessions_app.domain import events
from sessions_app.domain.connector_sessions import only_connector, open_session, sessions_started_after
from sessions_app.domain.drafts import ConnectorDraft, StationDraft
from sessions_app.domain.session_matching import REPEATED_FOR, session_of_issued_id, session_of_own_id
from sessions_app.domain.station_states import ConnectorStatus, TransactionPhase
from sessions_app.models import ChargingSession, ChargingStation
from sessions_app.queries import drafts

LOOKUPS_PER_QUERY = 100
LATE_AFTER = timedelta(seconds=1)  # a start that arrives on time is before its stop
NO_CONNECTOR = 0  # of a session that a stop has opened at a station with several

StationEvent = tuple[StationDraft, events.Event]


class SessionLookup(NamedTuple):
    """The last session of a connector that began by a time, or with `is_after` the first one after it."""

    station_id: int
    connector_id: int
    at: datetime
    is_after: bool


def load_candidates(station_events: Iterable[StationEvent], stations: dict[int, StationDraft]) -> None:
    """Add the sessions that may explain what the loaded ones do not."""
    late = [(station, event) for station, event in station_events if _may_need_more(station, event)]
    if not late:
        return
    _add_by_own_id(late, stations)
    _add_stopped_alike(late, stations)
    lookups = sorted({lookup for station, event in late for lookup in _lookups(station, event)})
    ids: set[int] = set()
    for start in range(0, len(lookups), LOOKUPS_PER_QUERY):
        ids |= _find(lookups[start : start + LOOKUPS_PER_QUERY])
    if ids:
        add_sessions(Q(pk__in=ids), stations)


def add_sessions(condition: Q, stations: dict[int, StationDraft]) -> None:
    """Add the sessions that fulfil the condition to the drafts of their stations."""
    sessions = ChargingSession.objects.filter(condition).order_by("started_at")
    for values in sessions.values_list(*drafts.SESSION_FIELDS):
        station = stations[values[1]]
        if not any(draft.id == values[0] for draft in station.sessions):
            station.sessions.append(drafts.session_draft(station, values))


def _may_need_more(station: StationDraft, event: events.Event) -> bool:
    match event:
        case events.Measured():
            return bool(event.readings) and not _is_explained(station, event)
        case events.TransactionReported():
            return session_of_own_id(station, event.transaction.id) is None or event.phase is TransactionPhase.ENDED
        case events.Stopped() | events.StatusChanged(status=ConnectorStatus.AVAILABLE):
            return True
        case events.Started():
            return event.received_at is not None and event.received_at - event.at > LATE_AFTER
    return False


def _is_explained(station: StationDraft, event: events.Measured) -> bool:
    """Return whether the readings belong to a session in progress that is loaded, as most do."""
    connector = _connector(station, event)
    current = open_session(station, connector) if connector is not None else None
    issued = session_of_issued_id(station, event.transaction)
    if issued is not None and not issued.state.is_ended:
        return current is None or issued is current
    if current is None or event.readings[0].at < current.state.started_at:
        return False
    return not event.own_transaction or current.station_transaction_id == event.own_transaction


def _connector(station: StationDraft, event: events.Measured) -> ConnectorDraft | None:
    """Return the connector that the readings name or must mean; None if it is new or unknown."""
    if event.connector == 0 and event.own_transaction:
        return only_connector(station)
    return station.connectors.get(event.connector)


def _add_by_own_id(late: list[StationEvent], stations: dict[int, StationDraft]) -> None:
    """Add the sessions of ids that the stations made up."""
    ids = {
        event.own_transaction
        for station, event in late
        if isinstance(event, events.Measured | events.Stopped) and event.own_transaction
    }
    if ids:
        owners = {station.id for station, event in late if isinstance(event, events.Measured | events.Stopped)}
        is_own = Q(station_id__in=owners, station_transaction_id__in=ids) & ~Q(station_transaction_id="")
        add_sessions(is_own, stations)


def _add_stopped_alike(late: list[StationEvent], stations: dict[int, StationDraft]) -> None:
    """Add the sessions that a stop may have ended before, at another time and without our id."""
    stops = [
        (station, event, event.meter_stop_wh)
        for station, event in late
        if isinstance(event, events.Stopped) and event.meter_stop_wh and not _is_open_issued(station, event)
    ]
    if stops:
        times = [event.at for _, event, _ in stops]
        is_alike = Q(
            station_id__in={station.id for station, _, _ in stops},
            meter_stop_wh__in={register_wh for _, _, register_wh in stops},
            stopped_at__range=(min(times) - REPEATED_FOR, max(times) + REPEATED_FOR),
        )
        add_sessions(is_alike, stations)


def _is_open_issued(station: StationDraft, event: events.Stopped) -> bool:
    issued = session_of_issued_id(station, event.transaction)
    return issued is not None and not issued.state.is_ended


def _lookups(station: StationDraft, event: events.Event) -> Iterator[SessionLookup]:
    """Yield what is needed of the connectors around the time of an event."""
    match event:
        case events.Measured():
            connector = _connector(station, event)
            if connector is not None:
                yield from _around_readings(station, connector, event)
        case events.TransactionReported():
            yield from _around_transaction(station, event)
        case events.Stopped():
            begun = [(draft.connector, draft.state.started_at) for draft in station.sessions]
            first_at = event.readings[0].at if event.readings else event.at
            for connector, at in [*begun, (only_connector(station), first_at)]:
                if connector is not None:
                    yield SessionLookup(station.id, connector.id, at, is_after=True)
        case events.Started():  # its stop may have come before, and named no connector
            yield SessionLookup(station.id, NO_CONNECTOR, event.at, is_after=True)
        case events.StatusChanged():
            connector = station.connectors.get(event.connector)
            if connector is not None and sessions_started_after(station, connector, event.at):
                yield SessionLookup(station.id, connector.id, event.at, is_after=False)


def _around_transaction(station: StationDraft, event: events.TransactionReported) -> Iterator[SessionLookup]:
    own = session_of_own_id(station, event.transaction.id)
    connector = station.connectors.get(event.connector) or (own.connector if own else only_connector(station))
    if connector is not None:
        yield SessionLookup(station.id, connector.id, own.state.started_at if own else event.at, is_after=True)
        yield SessionLookup(station.id, connector.id, event.at, is_after=False)


def _around_readings(
    station: StationDraft, connector: ConnectorDraft, event: events.Measured
) -> Iterator[SessionLookup]:
    last_at = event.readings[-1].at
    current = open_session(station, connector)
    if current is None or last_at < current.state.started_at:
        yield SessionLookup(station.id, connector.id, last_at, is_after=False)
    if event.own_transaction:
        yield SessionLookup(station.id, connector.id, event.readings[0].at, is_after=True)
        own = session_of_own_id(station, event.own_transaction)
        if own is not None and own.connector is None:
            yield SessionLookup(station.id, connector.id, own.state.started_at, is_after=True)


def _find(lookups: list[SessionLookup]) -> set[int]:
    """Return the ids of the sessions, in one query."""
    station = ChargingStation.objects.filter(pk=lookups[0].station_id)
    row = station.values_list(*[Subquery(_first(lookup)) for lookup in lookups]).get()
    return {pk for pk in row if pk is not None}


def _first(lookup: SessionLookup) -> QuerySet[ChargingSession, Any]:
    connector = Q(connector_id=lookup.connector_id) if lookup.connector_id else Q(connector=None)
    sessions = ChargingSession.objects.filter(connector, station_id=lookup.station_id)
    if lookup.is_after:
        return sessions.filter(started_at__gt=lookup.at).order_by("started_at").values("pk")[:1]
    return sessions.filter(started_at__lte=lookup.at).order_by("-started_at").values("pk")[:1]
