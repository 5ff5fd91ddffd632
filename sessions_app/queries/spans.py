"""Load the spans that the events of a batch change: nothing if none is about a status or a connection."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q, Subquery

from sessions_app.domain import events
from sessions_app.domain.drafts import StationDraft
from sessions_app.domain.events import ConnectionAttempt, Event
from sessions_app.domain.spans import ConnectionSpanDraft, StatusSpanDraft, status_order
from sessions_app.models import ConnectionSpan, StatusSpan

_CHUNK = 200  # conditions: SQLite allows a depth of 1,000 and, in older versions, 999 parameters

_Moment = tuple[int, int, datetime]  # station, connector number, stated time


def load_spans(batch_events: Sequence[Event | ConnectionAttempt], stations: dict[int, StationDraft]) -> None:
    """Add to the stations the spans that the events touch."""
    statuses = {
        (event.station_id, event.connector, event.at)
        for event in batch_events
        if isinstance(event, events.StatusChanged) and event.station_id in stations
    }
    if statuses:
        _load_statuses(statuses, stations)
    connections = [event for event in batch_events if isinstance(event, events.Connected | events.Disconnected)]
    if connections:
        _load_connections(connections, stations)


def _load_statuses(moments: set[_Moment], stations: dict[int, StationDraft]) -> None:
    """Add the open spans and, for statuses that are not the newest, the spans around them."""
    is_open = Q(
        station_id__in={station for station, _, _ in moments},
        connector_number__in={number for _, number, _ in moments},
        to_at=None,
    )
    spans = _status_spans(is_open)
    newest = {track: span.from_at for track, span in spans.values()}
    late = [moment for moment in moments if moment[:2] in newest and moment[2] <= newest[moment[:2]]]
    for start in range(0, len(late), _CHUNK):
        condition = Q()
        for moment in late[start : start + _CHUNK]:
            condition |= _around(*moment)
        spans |= _status_spans(condition)
    for (station, number), span in sorted(spans.values(), key=lambda item: status_order(item[1])):
        stations[station].status_spans.setdefault(number, []).append(span)


def _status_spans(condition: Q) -> dict[int, tuple[tuple[int, int], StatusSpanDraft]]:
    """Return the spans by their id, each with its station and connector number."""
    rows = StatusSpan.objects.filter(condition).values_list(
        "station_id", "connector_number", "status", "error_code", "from_at", "received_at", "to_at", "id"
    )
    return {row[-1]: ((row[0], row[1]), StatusSpanDraft(*row[2:])) for row in rows}


def _around(station: int, number: int, at: datetime) -> Q:
    """Return the condition of the spans that touch the moment, and of the connector's first span.

    The first is needed if the moment is before all spans. Its time is one probe of an index.
    """
    spans = StatusSpan.objects.filter(station_id=station, connector_number=number)
    first = Subquery(spans.order_by("from_at").values("from_at")[:1])
    connector = {"station_id": station, "connector_number": number}
    return Q(**connector, from_at__lte=at, to_at__gte=at) | Q(**connector, from_at=first)


def _load_connections(
    connections: Iterable[events.Connected | events.Disconnected], stations: dict[int, StationDraft]
) -> None:
    """Add the open connections, those that the events close late, and those that they repeat."""
    is_open = Q(is_end_recorded=False, disconnected_at=None)
    is_closed_late = Q(is_end_recorded=False, connection__in={event.connection for event in connections})
    is_repeated = Q(connected_at__in={event.at for event in connections if isinstance(event, events.Connected)})
    ids = {event.station_id for event in connections} & set(stations)
    rows = ConnectionSpan.objects.filter(is_open | is_closed_late | is_repeated, station_id__in=ids)
    fields = ("connection", "connected_at", "disconnected_at", "is_end_recorded", "id")
    for station, *values in rows.order_by("connected_at").values_list("station_id", *fields):
        stations[station].connection_spans.append(ConnectionSpanDraft(*values))
