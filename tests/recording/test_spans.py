"""What is kept of statuses and connections over time, however their messages arrive."""

from collections.abc import Iterator
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions_app.domain import events
from sessions_app.domain.events import Event
from sessions_app.models import ChargingStation, ConnectionSpan, StatusSpan
from sessions_app.recording import record
from tests.support import builders
from tests.support.event_builders import measured, minutes, start, status

pytestmark = pytest.mark.django_db(transaction=True)

MINUTES = st.integers(0, 20)
Message = tuple[int, int, int, str]
MESSAGES = st.lists(
    st.tuples(st.integers(0, 2), MINUTES, MINUTES, st.sampled_from(["Available", "Charging", "Faulted"])), max_size=12
)


def reported(station: ChargingStation, message: tuple[int, int, int, str]) -> events.StatusChanged:
    number, stated, received, name = message
    return events.StatusChanged(
        station_id=station.pk, at=minutes(stated), received_at=minutes(received), connector=number, status=name
    )


def spans(station: ChargingStation) -> list[tuple[object, ...]]:
    kept = StatusSpan.objects.filter(station=station).order_by("connector_number", "from_at", "received_at", "status")
    return [*kept.values_list("connector_number", "status", "from_at", "to_at", "received_at")]


def connections(station: ChargingStation) -> list[tuple[object, ...]]:
    kept = ConnectionSpan.objects.filter(station=station).order_by("connected_at")
    return [*kept.values_list("connection", "connected_at", "disconnected_at", "is_end_recorded")]


def connected(station: ChargingStation, minute: float, name: str) -> events.Connected:
    return events.Connected(station_id=station.pk, at=minutes(minute), connection=name)


def disconnected(station: ChargingStation, minute: float, name: str) -> events.Disconnected:
    return events.Disconnected(station_id=station.pk, at=minutes(minute), connection=name)


def batches(messages: list[Message], sizes: list[int]) -> Iterator[list[Message]]:
    """Cut the messages into batches of these sizes, and the rest into one."""
    for size in sizes:
        yield messages[:size]
        messages = messages[size:]
    yield messages


@settings(max_examples=40)
@given(MESSAGES, st.randoms(use_true_random=False), st.lists(st.integers(1, 4), max_size=6))
def test_late_doubled_and_shuffled_give_the_same(messages: list[Message], random: Random, sizes: list[int]) -> None:
    in_order, shuffled = builders.station(), builders.station()
    record([reported(in_order, message) for message in messages])
    again = messages + messages[::2]
    random.shuffle(again)

    for batch in batches(again, sizes):
        record([reported(shuffled, message) for message in batch])

    assert spans(shuffled) == spans(in_order)


def test_status_span_ends_where_the_next_begins() -> None:
    station = builders.station()

    record([status(station, 0)])
    record([status(station, 9, "Charging")])
    record([status(station, 4, "Preparing", received=10)])

    assert [row[1:4] for row in spans(station)] == [
        ("Available", minutes(0), minutes(4)),
        ("Preparing", minutes(4), minutes(9)),
        ("Charging", minutes(9), None),
    ]


def test_status_of_whole_station_is_kept() -> None:
    station = builders.station()

    record([reported(station, (0, 1, 1, "Faulted"))])

    assert [row[:2] for row in spans(station)] == [(0, "Faulted")]


def test_status_without_text_is_not_kept() -> None:
    station = builders.station()

    record([reported(station, (1, 1, 1, ""))])

    assert spans(station) == []


def test_status_of_deleted_station_is_ignored() -> None:
    station = builders.station()
    event = reported(station, (1, 1, 1, "Available"))
    station.delete()

    record([event, events.Connected(station_id=event.station_id, at=minutes(1), connection="c")])

    assert not StatusSpan.objects.exists()
    assert not ConnectionSpan.objects.exists()


def test_connection_is_kept_from_open_to_close() -> None:
    station = builders.station()

    record([connected(station, 0, "a")])
    record([disconnected(station, 30, "a")])

    assert connections(station) == [("a", minutes(0), minutes(30), True)]


def test_repeated_batch_of_connections_changes_nothing() -> None:
    """A commit may succeed and its answer get lost: the recorder then records the batch again."""
    station = builders.station()
    batch = [connected(station, 0, "a"), disconnected(station, 30, "a"), connected(station, 40, "b")]
    record(batch)
    kept = connections(station)

    record(batch)

    assert connections(station) == kept


def test_killed_process_leaves_the_end_at_last_seen() -> None:
    station = builders.station()
    record([connected(station, 0, "killed")])
    ChargingStation.objects.update(last_seen_at=minutes(17))

    record([connected(station, 60, "next")])

    assert connections(station) == [("killed", minutes(0), minutes(17), False), ("next", minutes(60), None, False)]


def test_old_socket_that_closes_late_keeps_its_end() -> None:
    station = builders.station()
    record([connected(station, 0, "old")])
    ChargingStation.objects.update(last_seen_at=minutes(17))
    record([connected(station, 20, "new")])

    record([disconnected(station, 45, "old")])

    assert connections(station) == [("old", minutes(0), minutes(17), True), ("new", minutes(20), None, False)]


def statements(batch: list[Event]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        record(batch)
    return [query["sql"] for query in captured if "span" in query["sql"]]


def test_readings_cost_no_statement_about_spans() -> None:
    station = builders.station()
    session_id = start(station)
    record([status(station, 0)])

    assert statements([measured(station, session_id, (5, 1500))]) == []


def test_statements_are_few_for_any_number_of_events() -> None:
    stations = [builders.station() for _ in range(12)]
    record(
        [
            reported(station, (n, minute, minute, "Available"))
            for station in stations
            for n in (0, 1)
            for minute in (3, 9)
        ]
    )
    record([connected(station, 0, "first") for station in stations])

    def batch(of: list[ChargingStation]) -> list[Event]:
        late_and_new = [(n, minute, 30, "Charging") for n in (0, 1) for minute in (0, 5, 12)]
        changes = [reported(station, message) for station in of for message in late_and_new]
        return changes + [connected(station, 20, "next") for station in of]

    one, many = statements(batch(stations[:1])), statements(batch(stations[1:]))

    assert len(many) == len(one) <= 7
