"""Keep the spans of statuses and connections that a batch reports."""

from collections.abc import Sequence

from sessions_app.domain import events
from sessions_app.domain.drafts import StationDraft
from sessions_app.domain.events import ConnectionAttempt, Event
from sessions_app.domain.spans import StatusSpanDraft, close_connection, insert_status, open_connection


def update_spans(stations: dict[int, StationDraft], batch_events: Sequence[Event | ConnectionAttempt]) -> None:
    """Put the statuses and connections of the events among the spans of their stations.

    Call it before the events are applied: a connection without a recorded end ends at the stored `last_seen_at`.
    """
    for event in batch_events:
        station = stations.get(event.station_id) if isinstance(event, Event) else None
        if station is None:
            continue
        match event:
            case events.StatusChanged() if event.status:
                spans = station.status_spans.setdefault(event.connector, [])
                insert_status(spans, StatusSpanDraft(event.status, event.error_code, event.at, event.received_at))
            case events.Connected():
                open_connection(
                    station.connection_spans,
                    connection=event.connection,
                    at=event.at,
                    last_seen_at=station.last_seen_at,
                )
            case events.Disconnected():
                close_connection(station.connection_spans, connection=event.connection, at=event.at)
