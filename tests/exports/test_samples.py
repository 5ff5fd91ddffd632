"""Exports of a session's meter samples, and of intervals."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from sessions_app.exports.columns import FileColumn
from sessions_app.exports.csv import csv_chunks
from sessions_app.exports.intervals import INTERVAL_COLUMNS, stream_intervals
from sessions_app.exports.samples import sample_columns
from sessions_app.models import ChargingSession, MeterSample
from sessions_app.queries.rows import load_rows
from sessions_app.queries.samples import stream_samples
from tests.support import builders
from tests.support.builders import NOON
from tests.support.export_files import NOW, read_csv

pytestmark = pytest.mark.django_db


def _sample(session: ChargingSession, minute: int, energy_wh: Decimal, **fields: Any) -> MeterSample:
    defaults = {"number": minute + 1, "at": session.started_at + timedelta(minutes=minute)}
    return MeterSample.objects.create(session=session, energy_wh=energy_wh, **(defaults | fields))


def _csv(columns: tuple[FileColumn[Any], ...], records: Iterable[Any]) -> list[dict[str, str]]:
    return read_csv(b"".join(csv_chunks(columns, records, now=NOW, bom=False)))


def test_samples_are_in_time_order_with_units() -> None:
    session = builders.session(currency="AUD")
    _sample(session, 10, Decimal("1234.567"), grid_power_w=7205.0, price=Decimal("0.430"), limit_a=32.0)
    _sample(session, 5, Decimal(600), number=99, soc_percent=41.0, voltage_v=231.4, register_wh=Decimal(9_000_600))

    rows = _csv(sample_columns(load_rows(ChargingSession.objects.all())[0]), stream_samples(session.pk))

    assert [each["Time"] for each in rows] == ["2026-03-03 23:05:00", "2026-03-03 23:10:00"]
    assert rows[0]["Elapsed (h:mm:ss)"] == "0:05:00"
    assert (rows[0]["Battery (%)"], rows[0]["Voltage (V)"]) == ("41", "231.4")
    assert (rows[0]["Meter Register (kWh)"], rows[0]["Amount"], rows[0]["Currency"]) == ("9000.6", "", "")
    assert (rows[1]["Grid Power (kW)"], rows[1]["Energy Delivered (kWh)"]) == ("7.21", "1.234567")
    assert (rows[1]["Amount"], rows[1]["Currency"], rows[1]["Grid Limit (A)"]) == ("0.43", "AUD", "32")


def _intervals(minutes: int = 15) -> list[dict[str, str]]:
    return _csv(INTERVAL_COLUMNS, stream_intervals(ChargingSession.objects.order_by("id"), minutes=minutes))


def test_intervals_add_up_to_session_energy() -> None:
    session = builders.session(energy_wh=Decimal("7410.001"), lasted=timedelta(minutes=50))
    for minute, energy in ((7, "900.123"), (21, "3000"), (33, "6000.5"), (50, "7410.001")):
        _sample(session, minute, Decimal(energy), grid_power_w=7200.0)

    rows = _intervals()

    assert [each["Interval Start"][11:16] for each in rows] == ["23:00", "23:15", "23:30", "23:45"]
    assert sum(Decimal(each["Energy (kWh)"]) for each in rows) * 1000 == session.energy_wh
    assert rows[-1]["Plugged In (h:mm:ss)"] == "0:05:00"
    assert {each["Session ID"] for each in rows} == {str(session.pk)}


def test_energy_without_samples_is_spread_evenly() -> None:
    builders.session(energy_wh=Decimal(6000), lasted=timedelta(hours=1))
    assert [each["Energy (kWh)"] for each in _intervals(30)] == ["3", "3"]
    assert {each["Average Power (kW)"] for each in _intervals(30)} == {"6.00"}


def test_time_after_last_reading_has_no_energy() -> None:
    session = builders.session(energy_wh=Decimal(1000), lasted=timedelta(hours=1))
    _sample(session, 15, Decimal(1000))
    assert [each["Energy (kWh)"] for each in _intervals()] == ["1", "0", "0", "0"]


def test_session_in_progress_ends_at_its_last_reading() -> None:
    session = builders.session(lasted=None, energy_wh=Decimal(500), last_reading_at=NOON + timedelta(minutes=20))
    _sample(session, 20, Decimal(500))
    assert [each["Energy (kWh)"] for each in _intervals()] == ["0.375", "0.125"]


def test_repeated_hour_is_told_apart() -> None:
    builders.session(
        started_at=datetime(2026, 4, 4, 15, 0, tzinfo=UTC), lasted=timedelta(hours=2), energy_wh=Decimal(2000)
    )
    rows = _intervals(60)
    assert [each["Interval Start"] for each in rows] == ["2026-04-05 02:00:00"] * 2
    assert [each["Interval Start (UTC offset)"] for each in rows] == ["+11:00", "+10:00"]
    assert [each["Interval End"] for each in rows] == ["2026-04-05 02:00:00", "2026-04-05 03:00:00"]
    assert [each["Interval End (UTC offset)"] for each in rows] == ["+10:00", "+10:00"]


def test_sessions_are_read_in_batches(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    station = builders.station()
    for number in range(60):
        session = builders.session(on=station, started_at=NOON + timedelta(days=number))
        _sample(session, 60, Decimal(7410))
    with django_assert_max_num_queries(6):  # one for the sessions, one for the samples of each 50 sessions
        assert len(_intervals(60)) == 60
