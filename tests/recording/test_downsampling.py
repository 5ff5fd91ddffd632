"""Long sessions store a downsampled curve, so that a graph reads few rows."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sessions_app.domain.curve import MAX_POINTS, Curve
from sessions_app.domain.events import Measured
from sessions_app.domain.meter import Reading
from sessions_app.domain.transactions import issued_id
from sessions_app.models import ChargingSession, DownsampledSeries
from sessions_app.queries.curves import load_curve
from sessions_app.recording import downsampling, record
from tests.support import builders

pytestmark = pytest.mark.django_db


def _measure(session: ChargingSession, seconds: range, *, power_w: float = 7_000.0) -> None:
    readings = tuple(
        Reading(
            at=session.started_at + timedelta(seconds=each),
            register_wh=Decimal(each * 2),
            power_w=power_w + each % 7,
        )
        for each in seconds
    )
    record([
        Measured(
            station_id=session.station_id,
            at=readings[-1].at,
            connector=1,
            transaction=issued_id(str(session.pk)),
            readings=readings,
        )
    ])  # fmt: skip


def _drawn(session: ChargingSession) -> Curve:
    return load_curve(ChargingSession.objects.select_related("downsampled").get(pk=session.pk))


def test_long_session_is_downsampled_as_readings_arrive() -> None:
    session = builders.session(lasted=None, energy_wh=0)

    _measure(session, range(10, 41_010, 10))
    _measure(session, range(41_010, 80_010, 10))

    assert DownsampledSeries.objects.get(session=session).last_number == 8_000
    drawn = _drawn(session)
    assert len(drawn) <= MAX_POINTS
    assert drawn.last_number == 8_000
    assert drawn.times_ms == sorted(drawn.times_ms)


def test_readings_after_downsampling_are_drawn() -> None:
    session = builders.session(lasted=None, energy_wh=0)
    _measure(session, range(10, 41_010, 10))

    _measure(session, range(41_010, 41_030, 10), power_w=21_000.0)

    assert DownsampledSeries.objects.get(session=session).last_number == 4_100
    drawn = _drawn(session)
    assert drawn.last_number == 4_102
    assert max(filter(None, drawn.series["power_kw"])) > 21


def test_late_reading_is_downsampled_in_its_place() -> None:
    session = builders.session(lasted=None, energy_wh=0)
    _measure(session, range(10, 41_010, 10))

    _measure(session, range(2_005, 2_006), power_w=22_000.0)

    drawn = _drawn(session)
    place = drawn.series["power_kw"].index(max(filter(None, drawn.series["power_kw"])))
    assert drawn.times_ms[place] == round(session.started_at.timestamp() + 2_005) * 1000
    assert DownsampledSeries.objects.get(session=session).last_number == 4_101


def test_short_session_is_not_downsampled() -> None:
    session = builders.session(lasted=None, energy_wh=0)

    _measure(session, range(10, 30_010, 10))

    assert not DownsampledSeries.objects.exists()


def test_failed_downsampling_loses_no_reading(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session = builders.session(lasted=None, energy_wh=0)
    monkeypatch.setattr(downsampling, "refresh_downsampled", lambda session_id: 1 / 0)

    _measure(session, range(10, 41_010, 10))

    assert session.samples.count() == 4_100
    assert "Updating a downsampled series failed" in caplog.text
