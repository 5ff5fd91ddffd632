"""Messages out of order, as stations send them after an outage."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sessions_app.domain import events
from sessions_app.domain.flags import Flag
from sessions_app.domain.meter import Reading
from sessions_app.domain.transactions import issued_id
from sessions_app.models import ChargingSession, MeterSample
from sessions_app.recording import record
from tests.support import builders
from tests.support.event_builders import measured, minutes, session, start, status, stopped

pytestmark = pytest.mark.django_db(transaction=True)


def test_batch_holds_a_session_once() -> None:
    one, other = builders.station(connectors=1), builders.station(connectors=1)
    record([measured(one, 901, (1, 1000)), measured(other, 902, (1, 1000))])

    record(
        [
            measured(one, 902, (2, 1500)),
            measured(other, 901, (2, 1500)),
            measured(one, 901, (3, 1900)),
            events.Connected(station_id=one.pk, at=minutes(4), connection="c"),
        ]
    )

    result = ChargingSession.objects.filter(station=one)
    assert sum(each.reading_count for each in result) == MeterSample.objects.filter(session__station=one).count()
    assert max(each.energy_wh for each in result) == 900


def test_plugged_in_time_ends_at_the_next_session() -> None:
    station = builders.station()
    first = start(station)
    record([status(station, 180)])

    record([stopped(station, first, minute=60, wh=2000, reason="Local")])
    start(station, at=minutes(120))

    assert session(first).ended_at == minutes(120)
    assert session(first).idle_s == 60 * 60


def test_late_stop_ends_no_later_than_the_next_session() -> None:
    station = builders.station()
    first = start(station)
    second = start(station, at=minutes(120))
    record([stopped(station, second, minute=150, wh=3000), status(station, 180)])

    record([stopped(station, first, minute=60, wh=2000, reason="Local")])

    assert session(first).ended_at == minutes(120)


def test_available_just_before_the_stop_unplugs_at_the_stop() -> None:
    station = builders.station()
    first = start(station)
    record([status(station, 59.9), stopped(station, first, minute=60, wh=2000, reason="Local")])

    record([status(station, 60 + 3 * 24 * 60)])

    assert (session(first).ended_at, session(first).idle_s) == (minutes(60), 0)


def test_late_older_start_does_not_close_the_newer_session() -> None:
    station = builders.station()
    newer = start(station, at=minutes(60))

    older = start(station, at=minutes(0))

    assert session(newer).is_in_progress
    assert session(older).end_reason == "NextSession"


def test_repeated_start_without_clock_matches_tag_and_meter() -> None:
    station = builders.station()
    starts = [
        events.Started(
            station_id=station.pk,
            at=minutes(second / 60),
            connector=1,
            id_tag="T",
            meter_start_wh=Decimal(5),
            flags=int(Flag.CLOCK_UNSET),
        )
        for second in (0, 10, 20)
    ]

    ids = {record([each])[0][0].transaction_id for each in starts}

    assert len(ids) == 1


def test_late_stop_by_id_matches_the_session_closed_by_us() -> None:
    station = builders.station()
    first = start(station)
    record([measured(station, 555_555, (5, 1500))])

    record([stopped(station, 555_555, wh=2000)])

    assert ChargingSession.objects.count() == 1
    assert session(first).end_reason == "EVDisconnected"


def test_status_from_before_the_restart_ends_no_session() -> None:
    station = builders.station()
    first = start(station)

    record([events.BootNotified(station_id=station.pk, at=minutes(10)), status(station, 9)])

    assert session(first).is_in_progress


def test_unannounced_stop_takes_its_driver_from_the_tag() -> None:
    station = builders.station(connectors=1)
    priya = builders.driver()
    builders.id_tag("PRIYA", of=priya)
    event = events.Stopped(
        station_id=station.pk, at=minutes(5), transaction=issued_id("77"), meter_stop_wh=None, id_tag="priya;x"
    )

    record([event])

    assert ChargingSession.objects.get().driver == priya


def test_energy_that_no_car_takes_is_flagged_not_counted() -> None:
    station = builders.station()
    first = start(station)

    record([measured(station, first, (5, 99_999_999_999), (6, 0), (7, 50), (8, 99_999_999_999))])

    assert session(first).energy_wh < 10**12
    assert session(first).flags & Flag.REGISTER_JUMPED


def test_burst_of_idle_readings_costs_no_more_queries() -> None:
    station = builders.station()
    first = start(station)
    burst = tuple(
        Reading(at=minutes(1) + timedelta(milliseconds=10 * n), register_wh=Decimal(1000), power_w=0.0)
        for n in range(2_000)
    )

    record(
        [
            events.Measured(
                station_id=station.pk, at=minutes(2), connector=1, transaction=issued_id(str(first)), readings=burst
            )
        ]
    )

    assert session(first).reading_count == 2_000
    assert len(session(first).totals) < 10_000


def test_silent_station_of_a_dead_server_becomes_offline() -> None:
    station = builders.station()
    record([events.Connected(station_id=station.pk, at=minutes(0), connection="gone")])
    station.refresh_from_db()
    assert station.is_online

    assert station.last_seen_at is not None
    station.last_seen_at -= timedelta(minutes=16)

    assert not station.is_online
