"""The state of a connector, against a count minute by minute that applies the rules one by one."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions_app.domain.insights.states import (
    ConnectorHistory,
    ConnectorState,
    StateSpan,
    connector_states,
    seconds_by_state,
)
from sessions_app.domain.spans import ConnectionSpanDraft, StatusSpanDraft, insert_status

Moment = Callable[[int], datetime]
MINUTE = timedelta(minutes=1)
# Sydney and Lord Howe change their clocks on these days: by an hour, and by half an hour.
CHANGES = [
    ("Australia/Sydney", date(2026, 4, 5), 25 * 60),
    ("Australia/Sydney", date(2026, 10, 4), 23 * 60),
    ("Australia/Lord_Howe", date(2026, 4, 5), 24 * 60 + 30),
    ("Australia/Lord_Howe", date(2026, 10, 4), 23 * 60 + 30),
]
SPAN_OF_INPUT = st.integers(-120, 1_620)
STATUSES = st.lists(
    st.tuples(
        SPAN_OF_INPUT, st.sampled_from(["Available", "Preparing", "Charging", "Faulted", "Unavailable", "Reserved"])
    ),
    max_size=8,
)
STATION_STATUSES = st.lists(
    st.tuples(SPAN_OF_INPUT, st.sampled_from(["Available", "Unavailable", "Faulted"])), max_size=3
)
PERIODS = st.tuples(SPAN_OF_INPUT, st.integers(0, 400))
CONNECTIONS = st.lists(st.tuples(PERIODS, st.booleans(), st.booleans()), max_size=5)
PHASES = st.lists(
    st.tuples(PERIODS, st.sampled_from([ConnectorState.CHARGING, ConnectorState.HELD_BACK, ConnectorState.IDLE])),
    max_size=5,
)


def status_spans(messages: list[tuple[int, str]], at: Moment) -> list[StatusSpanDraft]:
    spans: list[StatusSpanDraft] = []
    for number, (stated, status) in enumerate(messages):
        insert_status(spans, StatusSpanDraft(status, "", at(stated), at(number)))
    return spans


def connection_spans(rows: list[tuple[tuple[int, int], bool, bool]], at: Moment) -> list[ConnectionSpanDraft]:
    return [
        ConnectionSpanDraft(str(number), at(begin), None if is_open else at(begin + length), not is_open and recorded)
        for number, ((begin, length), is_open, recorded) in enumerate(rows)
    ]


def holds(spans: Sequence[StatusSpanDraft], moment: datetime, *names: str) -> bool:
    return any(
        span.status in names and span.from_at <= moment and (span.to_at is None or moment < span.to_at)
        for span in spans
    )


def presence(connections: Sequence[ConnectionSpanDraft], moment: datetime) -> str:
    """Return whether the station was connected at the moment, the grace included, unconnected, or not known."""
    begun = [span for span in connections if span.connected_at <= moment]
    if not begun:
        return "unknown"
    if any(span.disconnected_at is None or moment < span.disconnected_at for span in begun):
        return "connected"
    ended = [(span.disconnected_at, span) for span in begun if span.disconnected_at is not None]
    last_end = max(end for end, _ in ended)
    # Of connections that end together the first to begin decides.
    last = min((span for end, span in ended if end == last_end), key=lambda span: span.connected_at)
    nexts = [span.connected_at for span in connections if span.connected_at > moment]
    if moment - last_end < timedelta(minutes=5):
        return "connected"
    if nexts and min(nexts) - last_end <= timedelta(minutes=5):
        return "connected"
    return "unconnected" if last.is_end_recorded else "unknown"


def state_at(moment: datetime, history: ConnectorHistory) -> ConnectorState:
    if history.heard_from is None or moment < history.heard_from:
        return ConnectorState.UNKNOWN
    if holds([*history.statuses, *history.station_statuses], moment, "Faulted", "Unavailable"):
        return ConnectorState.DOWN
    for state in (ConnectorState.CHARGING, ConnectorState.HELD_BACK, ConnectorState.IDLE):
        if any(phase.state is state and phase.start <= moment < phase.end for phase in history.phases):
            return state
    if (there := presence(history.connections, moment)) != "connected":
        return ConnectorState.DOWN if there == "unconnected" else ConnectorState.UNKNOWN
    if holds(history.statuses, moment, "Preparing", "Charging", "Finishing"):
        return ConnectorState.PLUGGED
    return ConnectorState.RESERVED if holds(history.statuses, moment, "Reserved") else ConnectorState.FREE


def local_day(zone: str, day: date) -> tuple[datetime, datetime]:
    begin, end = (datetime.combine(each, time(), ZoneInfo(zone)) for each in (day, day + timedelta(days=1)))
    return begin, end


@st.composite
def histories(draw: st.DrawFn, begin: datetime) -> ConnectorHistory:
    def at(minute: int) -> datetime:
        return begin + minute * MINUTE

    heard = draw(st.none() | SPAN_OF_INPUT)
    return ConnectorHistory(
        heard_from=None if heard is None else at(heard),
        statuses=status_spans(draw(STATUSES), at),
        station_statuses=status_spans(draw(STATION_STATUSES), at),
        connections=connection_spans(draw(CONNECTIONS), at),
        phases=[StateSpan(state, at(first), at(first + length)) for (first, length), state in draw(PHASES)],
    )


@settings(max_examples=300)
@given(st.data(), st.sampled_from(CHANGES))
def test_states_equal_a_count_by_minutes(data: st.DataObject, change: tuple[str, date, int]) -> None:
    zone, day, minutes = change
    start, end = local_day(zone, day)
    begin = start.astimezone(UTC)
    history = data.draw(histories(begin))

    spans = connector_states(start, end, history)

    expected = [state_at(begin + minute * MINUTE, history) for minute in range(minutes)]
    assert [span.state for span in spans for _ in range((span.end - span.start) // MINUTE)] == expected
    assert all(one.end == other.start and one.state is not other.state for one, other in pairwise(spans))


@pytest.mark.parametrize(("zone", "day", "minutes"), CHANGES)
def test_states_add_up_to_the_whole_day(zone: str, day: date, minutes: int) -> None:
    start, end = local_day(zone, day)
    connected = [ConnectionSpanDraft("c", start.astimezone(UTC) - timedelta(days=1))]
    charging = StateSpan(
        ConnectorState.CHARGING, start.astimezone(UTC) + 60 * MINUTE, start.astimezone(UTC) + 300 * MINUTE
    )

    history = ConnectorHistory(connected[0].connected_at, connections=connected, phases=[charging])

    seconds = seconds_by_state(connector_states(start, end, history))

    assert seconds == {ConnectorState.FREE: (minutes - 240) * 60, ConnectorState.CHARGING: 240 * 60}


NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def shown(heard_from: datetime | None = NOON, **history: Any) -> list[tuple[str, int]]:
    """Return the states of the hour from noon, each with its minutes."""
    spans = connector_states(NOON, NOON + 60 * MINUTE, ConnectorHistory(heard_from, **history))
    return [(span.state.value, (span.end - span.start) // MINUTE) for span in spans]


def test_never_heard_of_is_unknown() -> None:
    assert shown(heard_from=None, connections=[ConnectionSpanDraft("c", NOON)]) == [("unknown", 60)]


def test_station_is_down_beyond_the_grace() -> None:
    gap = [
        ConnectionSpanDraft("a", NOON - 60 * MINUTE, NOON + 10 * MINUTE, is_end_recorded=True),
        ConnectionSpanDraft("b", NOON + 40 * MINUTE),
    ]

    assert shown(connections=gap) == [("free", 15), ("down", 25), ("free", 20)]


def test_short_gap_is_no_outage() -> None:
    gap = [
        ConnectionSpanDraft("a", NOON, NOON + 10 * MINUTE, is_end_recorded=True),
        ConnectionSpanDraft("b", NOON + 15 * MINUTE),
    ]

    assert shown(connections=gap) == [("free", 60)]


def test_gap_without_a_recorded_end_is_unknown() -> None:
    gap = [ConnectionSpanDraft("a", NOON, NOON + 10 * MINUTE), ConnectionSpanDraft("b", NOON + 40 * MINUTE)]

    assert shown(connections=gap) == [("free", 15), ("unknown", 25), ("free", 20)]


def test_session_counts_while_its_station_is_offline() -> None:
    offline = [ConnectionSpanDraft("a", NOON - 60 * MINUTE, NOON, is_end_recorded=True)]
    charging = StateSpan(ConnectorState.CHARGING, NOON, NOON + 30 * MINUTE)

    assert shown(connections=offline, phases=[charging]) == [("charging", 30), ("down", 30)]


def test_window_is_half_open() -> None:
    connected = [ConnectionSpanDraft("a", NOON - 60 * MINUTE)]
    starts = [NOON - 10 * MINUTE, NOON + 60 * MINUTE]
    around = [StateSpan(ConnectorState.CHARGING, start, start + 10 * MINUTE) for start in starts]

    assert shown(connections=connected, phases=around) == [("free", 60)]


def test_empty_and_reversed_windows_have_no_states() -> None:
    assert connector_states(NOON, NOON, ConnectorHistory(NOON)) == []
    assert connector_states(NOON + MINUTE, NOON, ConnectorHistory(NOON)) == []
