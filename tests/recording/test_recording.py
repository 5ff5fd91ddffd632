"""The rows, figures and outcomes of a recorded batch."""

from itertools import permutations

import pytest
from pytest_django import DjangoAssertNumQueries

from sessions_app.domain import events
from sessions_app.domain.flags import Flag
from sessions_app.models import ChargingSession, MeterSample
from sessions_app.recording import record
from tests.support import builders
from tests.support.event_builders import facts, measured, minutes, start, started, stopped

pytestmark = pytest.mark.django_db(transaction=True)


def test_repeated_start_returns_same_session() -> None:
    station = builders.station()
    event = started(station)

    first, again = start(station), record([event, event])[0]

    assert [outcome.transaction_id for outcome in again] == [first, first]
    assert ChargingSession.objects.count() == 1


def test_order_and_batching_of_readings_change_no_figure() -> None:
    readings = [(5, 1500), (10, 2100), (20, 2100), (30, 4000)]
    result = []
    for order in permutations(readings):
        station = builders.station()
        session_id = start(station)
        for reading in order:
            record([measured(station, session_id, reading)])
        record([stopped(station, session_id, minute=31, wh=4000)])
        result.append(facts(session_id))
    station = builders.station()
    session_id = start(station)
    record([measured(station, session_id, *readings), stopped(station, session_id, minute=31, wh=4000)])
    result.append(facts(session_id))

    same = [{k: v for k, v in each.items() if not k.endswith("_id") and k != "id"} | {"samples": []} for each in result]
    samples = [[{k: v for k, v in s.items() if k != "session_id"} for s in f["samples"]] for f in result]
    assert all(each == same[0] for each in same)
    assert all(each == samples[0] for each in samples)
    assert same[0]["energy_wh"] == 3000


def test_repeated_reading_changes_nothing() -> None:
    station = builders.station()
    session_id = start(station)
    record([measured(station, session_id, (5, 1500), (10, 2100))])
    before = facts(session_id)

    outcomes, changes = record([measured(station, session_id, (5, 1500), (10, 2100))])

    assert facts(session_id) == before
    assert changes == []
    assert len(outcomes) == 1


def test_late_reading_gets_the_last_number_and_its_place() -> None:
    station = builders.station()
    session_id = start(station)
    record([measured(station, session_id, (10, 2000))])

    _, changes = record([measured(station, session_id, (5, 1800))])

    samples = list(MeterSample.objects.order_by("at").values_list("number", "energy_wh"))
    assert samples == [(2, 800), (1, 1000)]
    assert changes[0].redraw


def test_readings_after_the_stop_count() -> None:
    station = builders.station()
    session_id = start(station)
    record([stopped(station, session_id, minute=30, wh=3000)])

    record([measured(station, session_id, (20, 2500), (31, 3000))])

    session = ChargingSession.objects.get(pk=session_id)
    assert (session.energy_wh, session.reading_count) == (2000, 2)
    assert session.ended_at == minutes(30)


def test_stop_of_an_unknown_transaction_is_stored_once() -> None:
    station = builders.station(connectors=1)

    record([stopped(station, 999_999_999, wh=5000)])
    record([stopped(station, 999_999_999, wh=5000)])
    record([stopped(station, -1, minute=90, wh=6000)])
    record([stopped(station, -1, minute=90, wh=6000)])

    sessions = ChargingSession.objects.order_by("pk")
    assert [each.ended_at for each in sessions] == [minutes(60), minutes(90)]
    assert all(each.flags & Flag.START_UNKNOWN for each in sessions)


@pytest.mark.parametrize("transaction", ["", "0", "-1", "9223372036854775807"])
def test_readings_with_unknown_id_match_the_connector(transaction: str) -> None:
    station = builders.station()
    session_id = start(station)

    record([measured(station, transaction, (5, 1700))])

    assert ChargingSession.objects.get().energy_wh == 700
    assert ChargingSession.objects.get().pk == session_id


def test_id_of_another_station_matches_no_session() -> None:
    ours, other = builders.station(), builders.station()
    session_id = start(ours)

    record([stopped(other, session_id, wh=99_000)])

    assert ChargingSession.objects.get(pk=session_id).is_in_progress


def test_late_close_of_an_old_socket_keeps_station_online() -> None:
    station = builders.station()
    record([events.Connected(station_id=station.pk, at=minutes(1), connection="old")])
    record([events.Connected(station_id=station.pk, at=minutes(2), connection="new")])

    record([events.Disconnected(station_id=station.pk, at=minutes(3), connection="old")])

    station.refresh_from_db()
    assert station.is_online


def test_disconnect_and_return_announce_sessions_in_progress() -> None:
    station = builders.station(connectors=2)
    again = stopped(station, start(station), minute=10)
    record([again])
    running = start(station, at=minutes(20))
    [nowhere], _ = record([measured(station, "of its own", (20, 500), connector=0)])
    came, left, returned = (
        events.Connected(station_id=station.pk, at=minutes(21), connection="a"),
        events.Disconnected(station_id=station.pk, at=minutes(22), connection="a"),
        events.Connected(station_id=station.pk, at=minutes(23), connection="b"),
    )

    for event in (came, left, returned):
        _, changes = record([again, event])
        assert {(each.session_id, each.has_begun, each.has_ended) for each in changes} == {
            (running, False, False),
            (nowhere.transaction_id, False, False),
        }


def test_query_count_is_independent_of_the_session_count(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    stations = [builders.station() for _ in range(20)]
    ids = [start(each) for each in stations]

    with django_assert_max_num_queries(9):
        record([measured(each, pk, (5, 1500)) for each, pk in zip(stations, ids, strict=True)])

    assert MeterSample.objects.count() == 20


@pytest.mark.parametrize("own", ["", "0", "700001", None])
def test_reading_in_progress_costs_no_extra_query(
    own: str | None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    station = builders.station()
    session_id = start(station)
    record([measured(station, session_id if own is None else own, (5, 1500))])

    with django_assert_num_queries(7):
        record([measured(station, session_id if own is None else own, (10, 1600))])

    assert ChargingSession.objects.get().reading_count == 2
