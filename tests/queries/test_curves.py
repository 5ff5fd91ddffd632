"""A graph's points beyond the readings: start, stop and unplugging."""

from decimal import Decimal

import pytest

from sessions_app.models import ChargingSession
from sessions_app.queries.curves import load_curve
from sessions_app.recording import record
from tests.support import builders
from tests.support.event_builders import measured, start, status, stopped

pytestmark = pytest.mark.django_db


def test_stop_and_unplug_have_their_own_price_and_idle_time() -> None:
    builders.policy(
        {"dimension": "ENERGY", "price": Decimal("0.35")},
        {"dimension": "PARKING_TIME", "price": Decimal("6.00")},
    )
    station = builders.station()
    session_id = start(station)
    record([measured(station, session_id, (10, 2000), (20, 3000))])
    record([stopped(station, session_id, minute=25, wh=3500, reason="Local")])
    record([status(station, 55)])

    curve = load_curve(ChargingSession.objects.get(pk=session_id))

    assert curve.series["energy_kwh"] == [0, 1, 2, 2.5, 2.5]
    assert curve.series["price"] == [0, 0.35, 0.70, 0.88, 3.88]
    assert curve.idle_s == [0, 0, 0, 0, 30 * 60]


def test_time_held_back_is_known_from_start_to_end() -> None:
    station = builders.station()
    session_id = start(station)
    record([status(station, 5, "SuspendedEVSE"), measured(station, session_id, (10, 1000), (30, 1000))])
    record([stopped(station, session_id, minute=30, wh=1000)])

    curve = load_curve(ChargingSession.objects.get(pk=session_id))

    assert curve.series["held_back_s"] == [0, 5 * 60, 25 * 60]


def test_stop_without_figures_has_the_final_price() -> None:
    session = builders.session(on=builders.station())
    builders.readings(session, [7200.0] * 30)
    session.unplugged_at, session.price = session.ended_at, Decimal("9.99")
    assert session.ended_at
    session.stopped_at = session.samples.get(number=30).at + (session.ended_at - session.started_at) / 60
    session.save()

    curve = load_curve(session)

    assert curve.series["price"][-2:] == [9.99, 9.99]
