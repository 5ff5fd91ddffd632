"""The meter samples of one session, and sessions cut into intervals."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

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


def _sample(session, minute, energy_wh, **fields):
    known = {"number": minute + 1, "at": session.started_at + timedelta(minutes=minute)}
    return MeterSample.objects.create(session=session, energy_wh=energy_wh, **(known | fields))


def _csv(columns, records):
    return read_csv(b"".join(csv_chunks(columns, records, now=NOW, bom=False)))


def test_samples_come_in_order_of_time_in_site_time_with_their_units() -> None:
    session = builders.session(currency="AUD")
    _sample(session, 10, Decimal("1234.567"), grid_power_w=7205.0, price=Decimal("0.430"), limit_a=32.0)
    _sample(session, 5, Decimal(600), number=99, soc_percent=41.0, voltage_v=231.4, register_wh=Decimal(9_000_600))

    said = _csv(sample_columns(load_rows(ChargingSession.objects.all())[0]), stream_samples(session.pk))

    assert [each["Time"] for each in said] == ["2026-03-03 23:05:00", "2026-03-03 23:10:00"]
    assert said[0]["Elapsed (h:mm:ss)"] == "0:05:00"
    assert (said[0]["Battery (%)"], said[0]["Voltage (V)"]) == ("41", "231.4")
    assert (said[0]["Meter Register (kWh)"], said[0]["Amount"], said[0]["Currency"]) == ("9000.6", "", "")
    assert (said[1]["Grid Power (kW)"], said[1]["Energy Delivered (kWh)"]) == ("7.21", "1.234567")
    assert (said[1]["Amount"], said[1]["Currency"], said[1]["Grid Limit (A)"]) == ("0.43", "AUD", "32")


def _intervals(minutes=15):
    return _csv(INTERVAL_COLUMNS, stream_intervals(ChargingSession.objects.order_by("id"), minutes=minutes))


def test_intervals_of_a_session_add_up_to_its_energy() -> None:
    session = builders.session(energy_wh=Decimal("7410.001"), lasted=timedelta(minutes=50))
    for minute, energy in ((7, "900.123"), (21, "3000"), (33, "6000.5"), (50, "7410.001")):
        _sample(session, minute, Decimal(energy), grid_power_w=7200.0)

    said = _intervals()

    assert [each["Interval Start"][11:16] for each in said] == ["23:00", "23:15", "23:30", "23:45"]
    assert sum(Decimal(each["Energy (kWh)"]) for each in said) * 1000 == session.energy_wh
    assert said[-1]["Plugged In (h:mm:ss)"] == "0:05:00"
    assert {each["Session ID"] for each in said} == {str(session.pk)}


def test_a_session_without_samples_flows_evenly() -> None:
    builders.session(energy_wh=Decimal(6000), lasted=timedelta(hours=1))
    assert [each["Energy (kWh)"] for each in _intervals(30)] == ["3", "3"]
    assert {each["Average Power (kW)"] for each in _intervals(30)} == {"6.00"}


def test_time_plugged_in_after_the_last_reading_counts_without_energy() -> None:
    session = builders.session(energy_wh=Decimal(1000), lasted=timedelta(hours=1))
    _sample(session, 15, Decimal(1000))
    assert [each["Energy (kWh)"] for each in _intervals()] == ["1", "0", "0", "0"]


def test_what_is_in_progress_goes_as_far_as_its_last_reading() -> None:
    session = builders.session(lasted=None, energy_wh=Decimal(500), last_reading_at=NOON + timedelta(minutes=20))
    _sample(session, 20, Decimal(500))
    assert [each["Energy (kWh)"] for each in _intervals()] == ["0.375", "0.125"]


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    builders.session(
        started_at=datetime(2026, 4, 4, 15, 0, tzinfo=UTC), lasted=timedelta(hours=2), energy_wh=Decimal(2000)
    )
    said = _intervals(60)
    assert [each["Interval Start"] for each in said] == ["2026-04-05 02:00:00"] * 2
    assert [each["Interval Start (UTC offset)"] for each in said] == ["+11:00", "+10:00"]
    assert [each["Interval End"] for each in said] == ["2026-04-05 02:00:00", "2026-04-05 03:00:00"]
    assert [each["Interval End (UTC offset)"] for each in said] == ["+10:00", "+10:00"]


def test_many_sessions_are_read_a_few_at_a_time(django_assert_max_num_queries) -> None:
    station = builders.station()
    for number in range(60):
        session = builders.session(on=station, started_at=NOON + timedelta(days=number))
        _sample(session, 60, Decimal(7410))
    with django_assert_max_num_queries(6):  # one for the sessions, one for the samples of each fifty
        assert len(_intervals(60)) == 60
