"""Late messages: of earlier sessions, and of no session."""

import pytest

from sessions_app.domain import events
from sessions_app.models import ChargingSession, DeadLetter, MeterSample
from sessions_app.recording import record
from tests.support import builders
from tests.support.event_builders import measured, minutes, number_of, session, start, status, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("is_ended", [False, True])
def test_readings_of_an_old_transaction_open_an_ended_session(is_ended: bool) -> None:
    station = builders.station()
    newer = start(station, at=minutes(60))
    record([stopped(station, newer, minute=90)] if is_ended else [])

    record([measured(station, 9999, (10, 500), (20, 800))])

    older = ChargingSession.objects.get(station_transaction_id="9999")
    assert (number_of(older), older.ended_at, older.end_reason) == (1, minutes(20), "NextSession")
    assert (older.is_provisional, older.energy_wh) == (True, 300)
    assert session(newer).is_in_progress == (not is_ended)


def test_stop_of_an_old_transaction_replaces_its_end() -> None:
    station = builders.station()
    start(station, at=minutes(60))
    record([measured(station, 9999, (10, 500), (20, 800))])

    record([stopped(station, 9999, minute=30, wh=1000)])

    older = ChargingSession.objects.get(station_transaction_id="9999")
    assert (older.ended_at, older.end_reason, older.energy_wh) == (minutes(30), "EVDisconnected", 500)


def test_start_before_an_ended_session_does_not_stay_open() -> None:
    station = builders.station()
    newer = start(station, at=minutes(60))
    record([stopped(station, newer, minute=90)])

    older = start(station)

    assert (session(older).ended_at, session(older).end_reason) == (minutes(0), "NextSession")


@pytest.mark.parametrize("own", ["", "0", "-1"])
def test_late_readings_without_id_match_the_session_by_time(own: str) -> None:
    station = builders.station()
    earlier, later = start(station), start(station, at=minutes(60))
    record([stopped(station, later, minute=90)])
    record([stopped(station, earlier, minute=30)])

    record([measured(station, own, (20, 1500))])
    record([measured(station, own, (70, 1500))])

    assert [session(pk).reading_count for pk in (earlier, later)] == [1, 1]
    assert session(earlier).ended_at == minutes(30)


def test_late_readings_count_until_the_connector_was_free() -> None:
    station = builders.station()
    first = start(station)
    record([measured(station, "", (5, 1500))])
    record([events.BootNotified(station_id=station.pk, at=minutes(30)), status(station, 30)])

    record([measured(station, "", (20, 2000)), measured(station, "", (40, 2000))])

    assert (session(first).reading_count, session(first).ended_at) == (2, minutes(20))


@pytest.mark.parametrize("connector", [0, 1])
def test_clock_readings_of_an_idle_connector_are_ignored(connector: int) -> None:
    station = builders.station()
    first = start(station)
    record([stopped(station, first, minute=30), status(station, 31)])

    record([measured(station, "", (45, 8000), connector=connector)])

    assert not MeterSample.objects.exists()
    assert not DeadLetter.objects.exists()


def test_readings_of_an_unknown_charge_become_a_dead_letter() -> None:
    station = builders.station()
    record([status(station, 0, "Charging")])

    record([measured(station, "0", (5, 8000))])

    dead_letter = DeadLetter.objects.get()
    assert (dead_letter.station, dead_letter.action) == (station, "Measured")
    assert "8000" in dead_letter.payload


def test_late_status_matches_the_session_by_time() -> None:
    station = builders.station()
    first = start(station)
    record([stopped(station, first, minute=30, reason="Local")])
    second = start(station, at=minutes(60))
    record([stopped(station, second, minute=90, reason="Local")])

    record([status(station, 40)])

    assert (session(first).ended_at, session(second).ended_at) == (minutes(40), minutes(90))


def test_status_does_not_touch_an_earlier_session() -> None:
    station = builders.station()
    first = start(station)
    record([stopped(station, first, minute=30, reason="Local")])
    second = start(station, at=minutes(60))

    record([measured(station, first, (20, 1500)), stopped(station, second, minute=90), status(station, 95)])

    assert session(first).ended_at == minutes(30)
