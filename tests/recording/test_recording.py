"""What recording a batch leaves behind: rows, figures and outcomes."""

from itertools import permutations

import pytest

from sessions_app.domain import events
from sessions_app.domain.flags import Flag
from sessions_app.models import ChargingSession, MeterSample
from sessions_app.recording import record
from tests import factories
from tests.recording.event_builders import facts, measured, minutes, start, started, stopped

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_start_that_comes_again_is_the_same_session() -> None:
    station = factories.station()
    event = started(station)

    first, again = start(station), record([event, event])[0]

    assert [outcome.transaction_id for outcome in again] == [first, first]
    assert ChargingSession.objects.count() == 1


def test_readings_give_the_same_figures_in_any_order_and_any_batching() -> None:
    readings = [(5, 1500), (10, 2100), (20, 2100), (30, 4000)]
    found = []
    for order in permutations(readings):
        station = factories.station()
        session_id = start(station)
        for reading in order:
            record([measured(station, session_id, reading)])
        record([stopped(station, session_id, minute=31, wh=4000)])
        found.append(facts(session_id))
    station = factories.station()
    session_id = start(station)
    record([measured(station, session_id, *readings), stopped(station, session_id, minute=31, wh=4000)])
    found.append(facts(session_id))

    same = [{k: v for k, v in each.items() if not k.endswith("_id") and k != "id"} | {"samples": []} for each in found]
    samples = [[{k: v for k, v in s.items() if k != "session_id"} for s in f["samples"]] for f in found]
    assert all(each == same[0] for each in same)
    assert all(each == samples[0] for each in samples)
    assert same[0]["energy_wh"] == 3000


def test_a_reading_that_comes_twice_changes_nothing() -> None:
    station = factories.station()
    session_id = start(station)
    record([measured(station, session_id, (5, 1500), (10, 2100))])
    before = facts(session_id)

    outcomes, changes = record([measured(station, session_id, (5, 1500), (10, 2100))])

    assert facts(session_id) == before
    assert changes == []
    assert len(outcomes) == 1


def test_a_late_reading_is_numbered_last_and_put_in_its_place() -> None:
    station = factories.station()
    session_id = start(station)
    record([measured(station, session_id, (10, 2000))])

    _, changes = record([measured(station, session_id, (5, 1800))])

    samples = list(MeterSample.objects.order_by("at").values_list("number", "energy_wh"))
    assert samples == [(2, 800), (1, 1000)]
    assert changes[0].redraw


def test_readings_after_the_stop_count() -> None:
    station = factories.station()
    session_id = start(station)
    record([stopped(station, session_id, minute=30, wh=3000)])

    record([measured(station, session_id, (20, 2500), (31, 3000))])

    session = ChargingSession.objects.get(pk=session_id)
    assert (session.energy_wh, session.reading_count) == (2000, 2)
    assert session.ended_at == minutes(30)


def test_a_stop_for_a_transaction_that_nobody_knows_is_kept_once() -> None:
    station = factories.station(connectors=1)

    record([stopped(station, 999_999_999, wh=5000)])
    record([stopped(station, 999_999_999, wh=5000)])
    record([stopped(station, -1, minute=90, wh=6000)])
    record([stopped(station, -1, minute=90, wh=6000)])

    sessions = ChargingSession.objects.order_by("pk")
    assert [each.ended_at for each in sessions] == [minutes(60), minutes(90)]
    assert all(each.flags & Flag.START_UNKNOWN for each in sessions)


@pytest.mark.parametrize("transaction", ["", "0", "-1", "9223372036854775807"])
def test_readings_under_another_id_belong_to_the_session_on_the_connector(transaction: str) -> None:
    station = factories.station()
    session_id = start(station)

    record([measured(station, transaction, (5, 1700))])

    assert ChargingSession.objects.get().energy_wh == 700
    assert ChargingSession.objects.get().pk == session_id


def test_another_stations_session_is_not_touched_by_its_id() -> None:
    ours, other = factories.station(), factories.station()
    session_id = start(ours)

    record([stopped(other, session_id, wh=99_000)])

    assert ChargingSession.objects.get(pk=session_id).is_in_progress


def test_an_old_socket_that_closes_late_does_not_mark_the_station_offline() -> None:
    station = factories.station()
    record([events.Connected(station_id=station.pk, at=minutes(1), connection="old")])
    record([events.Connected(station_id=station.pk, at=minutes(2), connection="new")])

    record([events.Disconnected(station_id=station.pk, at=minutes(3), connection="old")])

    station.refresh_from_db()
    assert station.is_online


def test_the_rows_in_progress_of_a_station_that_leaves_and_returns_are_announced() -> None:
    station = factories.station(connectors=2)
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


def test_what_is_recorded_costs_the_same_queries_for_one_session_as_for_many(
    django_assert_max_num_queries: object,
) -> None:
    stations = [factories.station() for _ in range(20)]
    ids = [start(each) for each in stations]

    with django_assert_max_num_queries(9):
        record([measured(each, pk, (5, 1500)) for each, pk in zip(stations, ids, strict=True)])

    assert MeterSample.objects.count() == 20


@pytest.mark.parametrize("own", ["", "0", "700001", None])
def test_a_reading_of_a_session_in_progress_needs_no_further_look(
    own: str | None, django_assert_num_queries: object
) -> None:
    station = factories.station()
    session_id = start(station)
    record([measured(station, session_id if own is None else own, (5, 1500))])

    with django_assert_num_queries(7):
        record([measured(station, session_id if own is None else own, (10, 1600))])

    assert ChargingSession.objects.get().reading_count == 2
