"""Spans of statuses and connections: in their place in any order, repeated without effect."""

from datetime import datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.spans import (
    ConnectionSpanDraft,
    StatusSpanDraft,
    close_connection,
    insert_status,
    open_connection,
)
from tests.support.builders import NOON

Message = tuple[int, int, str]  # stated minute, minute of arrival, status

MESSAGES = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.sampled_from(["Available", "Charging", "Faulted"])), min_size=1
)


def minute(count: int) -> datetime:
    return NOON + timedelta(minutes=count)


def inserted(messages: list[Message]) -> list[StatusSpanDraft]:
    spans: list[StatusSpanDraft] = []
    for stated, received, status in messages:
        insert_status(spans, StatusSpanDraft(status, "NoError", minute(stated), minute(received)))
    return spans


def told(messages: list[Message]) -> list[tuple[str, int, int | None]]:
    return [
        (
            span.status,
            (span.from_at - NOON) // timedelta(minutes=1),
            None if span.to_at is None else (span.to_at - NOON) // timedelta(minutes=1),
        )
        for span in inserted(messages)
    ]


def status_at(messages: list[Message], at: int) -> str | None:
    """Return the status at a minute: of the latest stated message by then, the one that first arrived last."""
    first_arrival: dict[tuple[int, str], int] = {}
    for stated, received, status in messages:
        key = (stated, status)
        first_arrival[key] = min(received, first_arrival.get(key, received))
    known = [(stated, received, status) for (stated, status), received in first_arrival.items() if stated <= at]
    return max(known)[2] if known else None


def test_late_status_splits_a_span() -> None:
    assert told([(0, 0, "Available"), (9, 9, "Charging"), (4, 10, "Faulted")]) == [
        ("Available", 0, 4),
        ("Faulted", 4, 9),
        ("Charging", 9, None),
    ]


def test_status_before_all_others_ends_at_the_first() -> None:
    assert told([(5, 5, "Charging"), (1, 6, "Available")]) == [("Available", 1, 5), ("Charging", 5, None)]


def test_same_second_is_ordered_by_arrival() -> None:
    assert told([(5, 7, "Available"), (5, 6, "Finishing")]) == [("Finishing", 5, 5), ("Available", 5, None)]


@given(MESSAGES)
def test_repeated_messages_change_nothing(messages: list[Message]) -> None:
    spans = inserted(messages)
    for span in spans:
        span.is_changed = False

    for stated, received, status in messages:
        insert_status(spans, StatusSpanDraft(status, "NoError", minute(stated), minute(received)))

    assert not any(span.is_changed for span in spans)
    assert len(spans) == len(inserted(messages))


@given(MESSAGES, st.randoms())
def test_any_order_gives_the_same_spans(messages: list[Message], random: Random) -> None:
    shuffled = list(messages)
    random.shuffle(shuffled)

    assert told(shuffled) == told(messages)


@given(MESSAGES)
def test_spans_equal_a_count_minute_by_minute(messages: list[Message]) -> None:
    spans = told(messages)

    for at in range(-1, 15):
        covering = [status for status, start, end in spans if start <= at and (end is None or at < end)]
        assert covering == [status for status in [status_at(messages, at)] if status is not None]


def test_connection_without_an_end_ends_when_last_seen() -> None:
    spans: list[ConnectionSpanDraft] = []
    open_connection(spans, connection="killed", at=minute(0), last_seen_at=None)

    open_connection(spans, connection="next", at=minute(60), last_seen_at=minute(20))

    assert [(span.disconnected_at, span.is_end_recorded) for span in spans] == [(minute(20), False), (None, False)]


def test_socket_that_closes_late_keeps_the_end() -> None:
    spans: list[ConnectionSpanDraft] = []
    open_connection(spans, connection="lost", at=minute(0), last_seen_at=None)
    open_connection(spans, connection="next", at=minute(30), last_seen_at=minute(20))

    close_connection(spans, connection="lost", at=minute(50))

    assert [(span.disconnected_at, span.is_end_recorded) for span in spans] == [(minute(20), True), (None, False)]


def test_end_is_within_the_time_until_the_next_connection() -> None:
    for last_seen_at in (None, minute(-5), minute(99)):
        spans: list[ConnectionSpanDraft] = []
        open_connection(spans, connection="a", at=minute(0), last_seen_at=None)
        open_connection(spans, connection="b", at=minute(10), last_seen_at=last_seen_at)

        assert minute(0) <= (spans[0].disconnected_at or minute(-1)) <= minute(10)
