"""Ends of sessions: by a stop, by other messages, and cases in which a session stays open."""

import pytest

from sessions_app.domain import events
from sessions_app.domain.flags import Flag
from sessions_app.models import ChargingSession
from sessions_app.recording import record
from tests.support import builders
from tests.support.event_builders import measured, minutes, start, status, stopped

pytestmark = pytest.mark.django_db(transaction=True)


def test_new_start_closes_the_previous_session() -> None:
    station = builders.station()
    first = start(station)
    record([measured(station, first, (5, 2000))])

    second = start(station, at=minutes(30))

    before = ChargingSession.objects.get(pk=first)
    assert second != first
    assert (before.ended_at, before.end_reason, before.is_provisional) == (minutes(5), "NextSession", True)
    assert before.flags & Flag.CLOSED_BY_US


def test_stop_replaces_a_provisional_end() -> None:
    station = builders.station()
    first = start(station)
    record([measured(station, first, (5, 2000))])
    start(station, at=minutes(30))

    record([stopped(station, first, minute=20, wh=3000)])

    session = ChargingSession.objects.get(pk=first)
    assert (session.ended_at, session.end_reason) == (minutes(20), "EVDisconnected")
    assert session.energy_wh == 2000
    assert not session.flags & Flag.CLOSED_BY_US


def test_first_stop_wins() -> None:
    station = builders.station()
    session_id = start(station)

    record([stopped(station, session_id, minute=30, wh=3000)])
    outcomes, _ = record([stopped(station, session_id, minute=40, wh=9000)])

    session = ChargingSession.objects.get(pk=session_id)
    assert (session.ended_at, session.energy_wh) == (minutes(30), 2000)
    assert outcomes[0].tag_status == "Accepted"


def test_plugged_in_time_after_the_stop_counts_as_inactivity() -> None:
    station = builders.station()
    session_id = start(station)
    record([measured(station, session_id, (30, 5000)), stopped(station, session_id, minute=40, reason="Local")])
    record([status(station, 40, "Finishing")])

    record([status(station, 70)])
    record([status(station, 90)])

    session = ChargingSession.objects.get(pk=session_id)
    assert (session.ended_at, session.idle_s) == (minutes(70), 30 * 60)


def test_parked_time_ends_with_the_outage_of_the_station() -> None:
    station = builders.station()
    session_id = start(station)
    record([stopped(station, session_id, minute=40, reason="EVDisconnected")])

    record([status(station, 40 + 2.76 * 24 * 60)])

    session = ChargingSession.objects.get(pk=session_id)
    assert (session.ended_at, session.idle_s) == (minutes(40), 0)


def test_status_may_precede_the_stop_after_an_outage() -> None:
    station = builders.station()
    session_id = start(station)
    record([measured(station, session_id, (5, 2000))])

    record([status(station, 50, "Finishing"), status(station, 55)])
    assert ChargingSession.objects.get().is_in_progress
    record(
        [
            measured(station, session_id, (10, 3000)),
            stopped(station, session_id, minute=50, wh=4000, reason="Local"),
        ]
    )

    session = ChargingSession.objects.get()
    assert (session.energy_wh, session.ended_at) == (3000, minutes(55))


def test_restarted_station_without_session_ends_it() -> None:
    station = builders.station()
    session_id = start(station)
    record([measured(station, session_id, (5, 2000))])

    record([events.BootNotified(station_id=station.pk, at=minutes(10)), status(station, 11)])

    session = ChargingSession.objects.get(pk=session_id)
    assert (session.ended_at, session.end_reason) == (minutes(5), "Forgotten")


@pytest.mark.parametrize("stamped", [10.0, 9.5, 9.0, 0.0])
def test_status_after_restart_ignores_the_station_clock(
    stamped: float,
) -> None:
    station = builders.station()
    session_id = start(station)

    record(
        [
            events.BootNotified(station_id=station.pk, at=minutes(10.01)),
            status(station, stamped, received=10.02),
        ]
    )

    assert ChargingSession.objects.get(pk=session_id).end_reason == "Forgotten"


@pytest.mark.parametrize("ahead", [3.0, -300.0], ids=["fast", "hours-slow"])
def test_restart_and_reading_are_ordered_by_our_clock(ahead: float) -> None:
    station = builders.station()
    session_id = start(station, at=minutes(ahead))
    record([measured(station, session_id, (5 + ahead, 2000), received=5)])

    record([events.BootNotified(station_id=station.pk, at=minutes(4)), status(station, 4 + ahead, received=4)])
    assert ChargingSession.objects.get(pk=session_id).is_in_progress
    record([events.BootNotified(station_id=station.pk, at=minutes(6)), status(station, 6 + ahead, received=6)])
    assert ChargingSession.objects.get(pk=session_id).end_reason == "Forgotten"


def test_offline_station_ends_no_session() -> None:
    station = builders.station()
    start(station)
    record([events.Connected(station_id=station.pk, at=minutes(1), connection="a")])

    record([events.Disconnected(station_id=station.pk, at=minutes(2), connection="a")])

    station.refresh_from_db()
    assert ChargingSession.objects.get().is_in_progress
    assert (station.is_online, station.disconnected_at) == (False, minutes(2))


def test_stop_before_the_start_is_flagged_and_moved_to_it() -> None:
    station = builders.station()
    session_id = start(station)

    record([stopped(station, session_id, minute=-10, wh=500)])

    session = ChargingSession.objects.get()
    assert session.ended_at == session.started_at
    assert session.flags & Flag.NEGATIVE_TIME
    assert session.energy_wh == 0


def test_restarted_station_still_charging_ends_no_session() -> None:
    station = builders.station()
    session_id = start(station)

    record([events.BootNotified(station_id=station.pk, at=minutes(10)), status(station, 11, "Charging")])

    assert ChargingSession.objects.get(pk=session_id).is_in_progress
