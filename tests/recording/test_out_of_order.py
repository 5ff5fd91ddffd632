"""Messages in orders that a textbook does not have, as stations send them after an outage."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sessions_app.domain import events
from sessions_app.domain.flags import Flag
from sessions_app.domain.meter import Reading
from sessions_app.models import ChargingSession, MeterSample
from sessions_app.recording import record
from tests import factories
from tests.recording.event_builders import measured, minutes, session, start, status, stopped

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_session_is_on_the_desk_once_whatever_ids_its_neighbours_name() -> None:
    one, other = factories.station(connectors=1), factories.station(connectors=1)
    record([measured(one, 901, (1, 1000)), measured(other, 902, (1, 1000))])

    record(
        [
            measured(one, 902, (2, 1500)),
            measured(other, 901, (2, 1500)),
            measured(one, 901, (3, 1900)),
            events.Connected(station_id=one.pk, at=minutes(4), connection="c"),
        ]
    )

    found = ChargingSession.objects.filter(station=one)
    assert sum(each.reading_count for each in found) == MeterSample.objects.filter(session__station=one).count()
    assert max(each.energy_wh for each in found) == 900


def test_a_car_is_not_plugged_in_longer_than_until_the_next_session() -> None:
    station = factories.station()
    first = start(station)
    record([status(station, 180)])

    record([stopped(station, first, minute=60, wh=2000, reason="Local")])
    start(station, at=minutes(120))

    assert session(first).ended_at == minutes(120)
    assert session(first).idle_s == 60 * 60


def test_a_stop_that_comes_after_the_next_session_gives_way_to_it() -> None:
    station = factories.station()
    first = start(station)
    second = start(station, at=minutes(120))
    record([stopped(station, second, minute=150, wh=3000), status(station, 180)])

    record([stopped(station, first, minute=60, wh=2000, reason="Local")])

    assert session(first).ended_at == minutes(120)


def test_a_connector_that_was_available_just_before_the_stop_is_unplugged_at_it() -> None:
    station = factories.station()
    first = start(station)
    record([status(station, 59.9), stopped(station, first, minute=60, wh=2000, reason="Local")])

    record([status(station, 60 + 3 * 24 * 60)])

    assert (session(first).ended_at, session(first).idle_s) == (minutes(60), 0)


def test_a_late_older_start_does_not_close_the_newer_session() -> None:
    station = factories.station()
    newer = start(station, at=minutes(60))

    older = start(station, at=minutes(0))

    assert session(newer).is_in_progress
    assert session(older).end_reason == "NextSession"


def test_without_a_clock_a_repeated_start_is_known_by_tag_and_meter() -> None:
    station = factories.station()
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


def test_a_session_closed_by_us_is_named_by_its_own_id_when_the_stop_comes() -> None:
    station = factories.station()
    first = start(station)
    record([measured(station, 555_555, (5, 1500))])

    record([stopped(station, 555_555, wh=2000)])

    assert ChargingSession.objects.count() == 1
    assert session(first).end_reason == "EVDisconnected"


def test_a_status_from_before_the_restart_forgets_nothing() -> None:
    station = factories.station()
    first = start(station)

    record([events.BootNotified(station_id=station.pk, at=minutes(10)), status(station, 9)])

    assert session(first).is_in_progress


def test_the_driver_of_a_stop_that_nobody_announced_is_that_of_its_tag() -> None:
    station = factories.station(connectors=1)
    priya = factories.driver()
    factories.id_tag("PRIYA", of=priya)
    event = events.Stopped(station_id=station.pk, at=minutes(5), transaction="77", meter_stop_wh=None, id_tag="priya;x")

    record([event])

    assert ChargingSession.objects.get().driver == priya


def test_energy_that_no_car_takes_is_flagged_not_counted() -> None:
    station = factories.station()
    first = start(station)

    record([measured(station, first, (5, 99_999_999_999), (6, 0), (7, 50), (8, 99_999_999_999))])

    assert session(first).energy_wh < 10**12
    assert session(first).flags & Flag.REGISTER_JUMPED


def test_a_burst_of_idle_readings_costs_no_more_than_others() -> None:
    station = factories.station()
    first = start(station)
    burst = tuple(
        Reading(at=minutes(1) + timedelta(milliseconds=10 * n), register_wh=Decimal(1000), power_w=0.0)
        for n in range(2_000)
    )

    record([events.Measured(station_id=station.pk, at=minutes(2), connector=1, transaction=str(first), readings=burst)])

    assert session(first).reading_count == 2_000
    assert len(session(first).totals) < 10_000


def test_a_station_whose_server_died_is_offline_once_nothing_has_come_for_long() -> None:
    station = factories.station()
    record([events.Connected(station_id=station.pk, at=minutes(0), connection="gone")])
    station.refresh_from_db()
    assert station.is_online

    station.last_seen_at -= timedelta(minutes=16)

    assert not station.is_online
