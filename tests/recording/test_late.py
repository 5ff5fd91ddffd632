"""What comes late: of sessions that later ones have followed, and of none."""

import pytest

from sessions_app.domain import events
from sessions_app.models import ChargingSession, DeadLetter, MeterSample
from sessions_app.recording import record
from tests import factories
from tests.recording.event_builders import measured, minutes, session, start, status, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("is_ended", [False, True])
def test_readings_of_an_old_transaction_make_a_session_that_the_next_has_ended(is_ended: bool) -> None:
    station = factories.station()
    newer = start(station, at=minutes(60))
    record([stopped(station, newer, minute=90)] if is_ended else [])

    record([measured(station, 9999, (10, 500), (20, 800))])

    older = ChargingSession.objects.get(station_transaction_id="9999")
    assert (older.connector.number, older.ended_at, older.end_reason) == (1, minutes(20), "NextSession")
    assert (older.is_provisional, older.energy_wh) == (True, 300)
    assert session(newer).is_in_progress == (not is_ended)


def test_the_stop_of_an_old_transaction_takes_the_place_of_its_provisional_end() -> None:
    station = factories.station()
    start(station, at=minutes(60))
    record([measured(station, 9999, (10, 500), (20, 800))])

    record([stopped(station, 9999, minute=30, wh=1000)])

    older = ChargingSession.objects.get(station_transaction_id="9999")
    assert (older.ended_at, older.end_reason, older.energy_wh) == (minutes(30), "EVDisconnected", 500)


def test_a_start_from_before_a_session_that_has_ended_does_not_stay_in_progress() -> None:
    station = factories.station()
    newer = start(station, at=minutes(60))
    record([stopped(station, newer, minute=90)])

    older = start(station)

    assert (session(older).ended_at, session(older).end_reason) == (minutes(0), "NextSession")


@pytest.mark.parametrize("own", ["", "0", "-1"])
def test_late_readings_without_an_id_are_of_the_session_that_was_there(own: str) -> None:
    station = factories.station()
    earlier, later = start(station), start(station, at=minutes(60))
    record([stopped(station, later, minute=90)])
    record([stopped(station, earlier, minute=30)])

    record([measured(station, own, (20, 1500))])
    record([measured(station, own, (70, 1500))])

    assert [session(pk).reading_count for pk in (earlier, later)] == [1, 1]
    assert session(earlier).ended_at == minutes(30)


def test_a_session_without_a_stop_takes_late_readings_until_its_connector_was_free() -> None:
    station = factories.station()
    first = start(station)
    record([measured(station, "", (5, 1500))])
    record([events.BootNotified(station_id=station.pk, at=minutes(30)), status(station, 30)])

    record([measured(station, "", (20, 2000)), measured(station, "", (40, 2000))])

    assert (session(first).reading_count, session(first).ended_at) == (2, minutes(20))


@pytest.mark.parametrize("connector", [0, 1])
def test_what_an_idle_connector_measures_by_the_clock_is_of_no_session(connector: int) -> None:
    station = factories.station()
    first = start(station)
    record([stopped(station, first, minute=30), status(station, 31)])

    record([measured(station, "", (45, 8000), connector=connector)])

    assert not MeterSample.objects.exists()
    assert not DeadLetter.objects.exists()


def test_what_a_connector_measures_that_says_it_charges_is_set_aside_where_no_session_is_known() -> None:
    station = factories.station()
    record([status(station, 0, "Charging")])

    record([measured(station, "0", (5, 8000))])

    kept = DeadLetter.objects.get()
    assert (kept.station, kept.action) == (station, "Measured")
    assert "8000" in kept.payload


def test_a_late_status_is_of_the_session_that_was_there() -> None:
    station = factories.station()
    first = start(station)
    record([stopped(station, first, minute=30, reason="Local")])
    second = start(station, at=minutes(60))
    record([stopped(station, second, minute=90, reason="Local")])

    record([status(station, 40)])

    assert (session(first).ended_at, session(second).ended_at) == (minutes(40), minutes(90))


def test_a_status_is_not_of_an_earlier_session_that_comes_up_beside_it() -> None:
    station = factories.station()
    first = start(station)
    record([stopped(station, first, minute=30, reason="Local")])
    second = start(station, at=minutes(60))

    record([measured(station, first, (20, 1500)), stopped(station, second, minute=90), status(station, 95)])

    assert session(first).ended_at == minutes(30)
