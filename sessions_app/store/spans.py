"""Save the spans that an event batch has changed: at most one insert and one update of each kind."""

from collections.abc import Sequence
from typing import Any

from sessions_app.domain.drafts import StationDraft
from sessions_app.domain.spans import ConnectionSpanDraft, StatusSpanDraft
from sessions_app.models import ConnectionSpan, StatusSpan
from sessions_app.store.bulk import insert_rows, update_rows


def save_spans(stations: Sequence[StationDraft]) -> None:
    """Save the new and changed spans of the stations."""
    statuses = [
        ((station.id, number), span)
        for station in stations
        for number, spans in station.status_spans.items()
        for span in spans
    ]
    insert_rows(
        StatusSpan,
        ("station", "connector_number", "status", "error_code", "from_at", "to_at", "received_at"),
        [(*track, *_status_columns(span)) for track, span in statuses if not span.id],
    )
    update_rows(
        StatusSpan,
        ("to_at", "received_at"),
        [(span.id, span.to_at, span.received_at) for _, span in statuses if span.id and span.is_changed],
    )
    connections = [(station.id, span) for station in stations for span in station.connection_spans]
    insert_rows(
        ConnectionSpan,
        ("station", "connection", "connected_at", "disconnected_at", "is_end_recorded"),
        [(station_id, *_connection_columns(span)) for station_id, span in connections if not span.id],
    )
    update_rows(
        ConnectionSpan,
        ("disconnected_at", "is_end_recorded"),
        [
            (span.id, span.disconnected_at, span.is_end_recorded)
            for _, span in connections
            if span.id and span.is_changed
        ],
    )


def _status_columns(span: StatusSpanDraft) -> tuple[Any, ...]:
    return span.status, span.error_code, span.from_at, span.to_at, span.received_at


def _connection_columns(span: ConnectionSpanDraft) -> tuple[Any, ...]:
    return span.connection, span.connected_at, span.disconnected_at, span.is_end_recorded
