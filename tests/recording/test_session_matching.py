"""Matching of messages without a unique transaction id."""

from typing import Any

import pytest

from sessions_app.domain import events
from sessions_app.models import ChargingSession, ChargingStation
from sessions_app.recording import record
from tests.support import builders
from tests.support.event_builders import measured, minutes, session, start, status, stopped

pytestmark = pytest.mark.django_db(transaction=True)

LACKING = ["", "0", "-1", "2147483647", "9223372036854775807"]


def of(station: ChargingStation) -> list[ChargingSession]:
    return list(ChargingSession.objects.filter(station=station).order_by("started_at"))


@pytest.mark.parametrize("own", [*LACKING, "700001"])
def test_constant_transaction_id_never_mixes_sessions(own: str) -> None:
    station = builders.station()
    first = start(station)
    record([measured(station, own, (5, 2000)), stopped(station, own, minute=10, wh=3000), status(station, 11)])

    second = start(station, at=minutes(20), wh=3000)
    record([measured(station, own, (25, 4000))])
    record([stopped(station, own, minute=30, wh=5000)])

    assert [each.pk for each in of(station)] == [first, second]
    assert [each.energy_wh for each in of(station)] == [2000, 2000]
    assert [each.ended_at for each in of(station)] == [minutes(10), minutes(30)]


def test_id_reused_after_a_restart_is_another_session() -> None:
    station = builders.station()
    record([measured(station, 700, (1, 100), (10, 500)), stopped(station, 700, minute=20, wh=900)])

    record([events.BootNotified(station_id=station.pk, at=minutes(100))])
    record([measured(station, 700, (200, 2000), (210, 3000)), stopped(station, 700, minute=220, wh=4000)])

    first, second = of(station)
    assert (first.energy_wh, first.ended_at) == (800, minutes(20))
    assert (second.energy_wh, second.ended_at) == (2000, minutes(220))
    assert (first.station_transaction_id, second.station_transaction_id) == ("", "700")


def test_reused_id_moves_to_the_newer_session() -> None:
    station = builders.station()
    first = start(station)
    record([measured(station, 700, (5, 2000)), stopped(station, 700, minute=10, wh=3000)])
    second = start(station, at=minutes(20), wh=3000)

    record([measured(station, 700, (25, 4000))])

    assert [session(pk).station_transaction_id for pk in (first, second)] == ["", "700"]


def test_late_reading_does_not_move_the_id_back() -> None:
    station = builders.station()
    first = start(station)
    record([measured(station, 700, (5, 2000)), stopped(station, 700, minute=10, wh=3000)])
    second = start(station, at=minutes(20), wh=3000)
    record([measured(station, 700, (25, 4000))])

    record([measured(station, 700, (7, 2500))])

    assert [session(pk).reading_count for pk in (first, second)] == [2, 1]
    assert session(second).station_transaction_id == "700"


def test_stopped_car_is_still_matched_by_its_id() -> None:
    station = builders.station()
    record([measured(station, 700, (1, 1000)), stopped(station, 700, minute=10, wh=2000, reason="Local")])

    record([measured(station, 700, (40, 2000))])

    assert [each.reading_count for each in of(station)] == [2]


@pytest.mark.parametrize("own", LACKING)
@pytest.mark.parametrize("facts", [{}, {"wh": None}, {"wh": 0}])
def test_repeated_stop_without_id_is_recognized(own: str, facts: dict[str, Any]) -> None:
    station = builders.station()
    first = start(station)
    other = start(station, at=minutes(1), connector=2, tag="OTHER")
    stop = stopped(station, own, id_tag="TAG", **facts)

    record([stop])
    record([stop])

    assert [each.pk for each in of(station)] == [first, other]
    assert session(first).ended_at == minutes(60)
    assert session(other).is_in_progress


@pytest.mark.parametrize("wh", [5000, None])
def test_repeated_stop_without_id_and_time_is_recognized(wh: float | None) -> None:
    station = builders.station()

    record([stopped(station, "", minute=60, wh=wh, is_timed=False)])
    record([stopped(station, "", minute=63, wh=wh, is_timed=False)])

    assert [each.ended_at for each in of(station)] == [minutes(60)]


@pytest.mark.parametrize("own", ["77777", "0"])
def test_repeated_stop_with_other_id_and_time_is_recognized(own: str) -> None:
    station = builders.station()
    first = start(station)

    record([stopped(station, first, minute=60, wh=5000)])
    record([stopped(station, own, minute=61, wh=5000)])

    assert [(each.pk, each.ended_at) for each in of(station)] == [(first, minutes(60))]


def test_stop_of_another_tag_is_not_a_repetition() -> None:
    station = builders.station()
    first = start(station, tag="ONE")
    record([stopped(station, first, minute=60, wh=5000)])

    record([stopped(station, 77777, minute=61, wh=5000, id_tag="TWO")])

    assert [each.ended_at for each in of(station)] == [minutes(60), minutes(61)]


def test_power_loss_ends_all_sessions() -> None:
    station = builders.station()
    one = start(station, wh=1000, tag="ONE")
    two = start(station, wh=50, tag="TWO", connector=2)

    record([stopped(station, 0, wh=5000, id_tag="ONE"), stopped(station, 0, wh=800, id_tag="TWO")])

    assert [session(pk).energy_wh for pk in (one, two)] == [4000, 750]


@pytest.mark.parametrize("id_tag", ["one", "ONE;extra"])
def test_stop_without_id_ends_the_session_of_its_tag(id_tag: str) -> None:
    station = builders.station()
    one = start(station, tag="ONE")
    two = start(station, tag="TWO", connector=2)

    record([stopped(station, -1, wh=5000, id_tag=id_tag)])

    assert (session(one).is_in_progress, session(two).is_in_progress) == (False, True)


def test_stop_without_id_matches_the_next_lower_register() -> None:
    station = builders.station()
    low = start(station, wh=50)
    record([measured(station, low, (30, 800))])
    high = start(station, wh=70_000, connector=2)
    middle = start(builders.station(), wh=4_000)

    record([stopped(station, -1, wh=5000)])

    assert [session(pk).is_in_progress for pk in (low, high, middle)] == [False, True, True]


def test_ambiguous_stop_becomes_a_dead_letter() -> None:
    station = builders.station()
    cars = [start(station), start(station, connector=2)]

    record([stopped(station, 0, wh=5000)])

    assert all(session(pk).is_in_progress for pk in cars)
    assert ChargingSession.objects.exclude(pk__in=cars).get().meter_stop_wh == 5000


def test_stop_of_an_offline_start_ends_no_other_session() -> None:
    station = builders.station()
    charging = start(station)

    record([stopped(station, 555_001, wh=5000)])

    assert session(charging).is_in_progress


def test_stop_by_an_unknown_id_ends_the_session_of_its_tag() -> None:
    station = builders.station()
    charging = start(station, tag="ONE")

    record([stopped(station, 555_001, wh=5000, id_tag="ONE")])

    assert session(charging).ended_at == minutes(60)


def test_readings_without_connector_match_the_only_one() -> None:
    station = builders.station(connectors=1)
    charging = start(station)

    record([measured(station, 555_001, (5, 1500), connector=0)])

    assert [(each.pk, each.reading_count) for each in of(station)] == [(charging, 1)]


def test_shared_id_does_not_mix_readings_of_two_cars() -> None:
    station = builders.station()
    one, two = start(station), start(station, connector=2, wh=90_000)

    record([measured(station, 700_001, (5, 1500)), measured(station, 700_001, (6, 90_200), connector=2)])

    assert [session(pk).energy_wh for pk in (one, two)] == [500, 200]


@pytest.mark.parametrize("first", [1, 2])
def test_shared_id_does_not_mix_stops_of_two_cars(first: int) -> None:
    station = builders.station()
    one = start(station, tag="ONE")
    two = start(station, tag="TWO", connector=2, wh=90_000)
    record([measured(station, 700_001, (5, 1500)), measured(station, 700_001, (6, 90_200), connector=2)])
    stops = [
        stopped(station, 700_001, minute=8, wh=1600, id_tag="ONE", reason="Local"),
        stopped(station, 700_001, minute=9, wh=90_300, id_tag="TWO", reason="Local"),
    ]

    for stop in stops if first == 1 else reversed(stops):
        record([stop])

    ended = [session(pk) for pk in (one, two)]
    assert [(each.ended_at, each.energy_wh) for each in ended] == [(minutes(8), 600), (minutes(9), 300)]


def test_stop_by_id_ignores_the_tag_of_another_car() -> None:
    station = builders.station()
    one = start(station, tag="ONE")
    two = start(station, tag="TWO", connector=2, wh=500)
    record([measured(station, 700_001, (5, 1500)), measured(station, 700_002, (6, 600), connector=2)])

    record([stopped(station, 700_001, minute=8, wh=1600, id_tag="TWO", reason="Local")])

    assert (session(one).ended_at, session(two).ended_at) == (minutes(8), None)
