"""What each connector's status and each station's connection were, from when to when.

Spans are half-open, [from, to). The status spans of a connector have no gaps: each ends where the next one begins,
and the last is open. The result does not depend on the order in which messages arrive.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class StatusSpanDraft:
    """A status from the time that the station stated; `id` is 0 until it is saved for the first time.

    `received_at` is our clock. It orders statuses of the same stated time: stations state whole seconds.
    """

    status: str
    error_code: str
    from_at: datetime
    received_at: datetime
    to_at: datetime | None = None
    id: int = 0
    is_changed: bool = False


@dataclass(slots=True)
class ConnectionSpanDraft:
    """A station's connection, by our clock; `id` is 0 until it is saved for the first time.

    `is_end_recorded` is False while it is open, and when its process died without recording that it closed.
    """

    connection: str
    connected_at: datetime
    disconnected_at: datetime | None = None
    is_end_recorded: bool = False
    id: int = 0
    is_changed: bool = False


def insert_status(spans: list[StatusSpanDraft], new: StatusSpanDraft) -> None:
    """Put a status in its place among the spans of a connector; a repeated one changes nothing.

    `spans` are in order and need not be complete: those that touch the new moment are enough or, if the
    status is earlier than all others, the first span.
    """
    at = new.from_at
    start = bisect_left(spans, at, key=_from)
    stop = bisect_right(spans, at, key=_from)
    before, same, after = spans[:start], spans[start:stop], spans[stop:]
    previous = same or before
    end = previous[-1].to_at if previous else next((span.from_at for span in after), None)
    repeated = next((span for span in same if _content(span) == _content(new)), None)
    if repeated is None:
        same.append(new)
    elif new.received_at < repeated.received_at:
        repeated.received_at, repeated.is_changed = new.received_at, True
    same.sort(key=status_order)
    for span in (*before[-1:], *same[:-1]):
        _set_end(span, at)
    _set_end(same[-1], end)
    spans[start:stop] = same


def status_order(span: StatusSpanDraft) -> tuple[datetime, datetime, str, str]:
    """Return the sort key of the status spans of a connector."""
    return span.from_at, span.received_at, span.status, span.error_code


def open_connection(
    spans: list[ConnectionSpanDraft], *, connection: str, at: datetime, last_seen_at: datetime | None
) -> None:
    """Add a connection, and end an older one that is open when the station was last heard from.

    Such a connection belongs to a process that died, or the station lost it without closing it.
    """
    if any(span.connection == connection and span.connected_at == at for span in spans):
        return
    for span in spans:
        if span.disconnected_at is None and span.connected_at <= at:
            span.disconnected_at = min(max(span.connected_at, last_seen_at or span.connected_at), at)
            span.is_changed = True
    spans.append(ConnectionSpanDraft(connection, at))


def close_connection(spans: list[ConnectionSpanDraft], *, connection: str, at: datetime) -> None:
    """End a connection; keep the end of one that a newer connection has ended before."""
    for span in spans:
        if span.connection == connection and not span.is_end_recorded:
            span.disconnected_at = span.disconnected_at or max(at, span.connected_at)
            span.is_end_recorded = span.is_changed = True


def _from(span: StatusSpanDraft) -> datetime:
    return span.from_at


def _content(span: StatusSpanDraft) -> tuple[str, str]:
    return span.status, span.error_code


def _set_end(span: StatusSpanDraft, to_at: datetime | None) -> None:
    if span.to_at != to_at:
        span.to_at, span.is_changed = to_at, True
