"""Sessions split along the clock."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.intervals import LENGTHS_MIN, ClockInterval, EnergyPoint, split_by_clock

SYDNEY = ZoneInfo("Australia/Sydney")
NINE = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)

SPRING = datetime(2026, 3, 20, tzinfo=UTC)


def _readings(*given_as: tuple[int, int, float | None]) -> list[EnergyPoint]:
    return [EnergyPoint(NINE + timedelta(minutes=minute), Decimal(wh), power) for minute, wh, power in given_as]


def _cut(readings: list[EnergyPoint], minutes: int = 15, zone: ZoneInfo = SYDNEY) -> list[ClockInterval]:
    return list(split_by_clock(readings, minutes=minutes, zone=zone))


def test_energy_flows_evenly_between_readings() -> None:
    parts = _cut(_readings((0, 0, None), (60, 7200, None)))
    assert [part.energy_wh for part in parts] == [Decimal(1800)] * 4
    assert {part.average_power_w for part in parts} == {7200.0}


def test_intervals_start_at_multiples_on_the_clock() -> None:
    parts = _cut(_readings((7, 0, None), (20, 1300, None)))
    assert [part.start for part in parts] == [NINE, NINE + timedelta(minutes=15)]
    assert [part.plugged_s for part in parts] == [480, 300]
    assert [part.energy_wh for part in parts] == [Decimal(800), Decimal(500)]


def test_average_covers_plugged_in_time_and_peak_is_reported() -> None:
    (part,) = _cut(_readings((0, 0, 0.0), (5, 500, 9000.0), (10, 500, 0.0)))
    assert part.average_power_w == pytest.approx(3000)
    assert part.peak_power_w == 9000


def test_power_counts_in_the_interval_of_its_report() -> None:
    parts = _cut(_readings((0, 0, 0.0), (14, 100, 9000.0), (16, 110, 200.0), (30, 110, 0.0)))
    assert [part.peak_power_w for part in parts] == [9000.0, 200.0]


def test_session_of_zero_length_is_one_interval() -> None:
    (part,) = _cut(_readings((3, 0, None), (3, 50, None)))
    assert (part.energy_wh, part.plugged_s, part.average_power_w) == (Decimal(50), 0, 0.0)


def test_session_ending_on_the_clock_has_no_empty_interval() -> None:
    assert len(_cut(_readings((0, 0, None), (30, 10, None)))) == 2


@pytest.mark.parametrize(
    ("zone", "night", "offsets"),
    [
        ("Australia/Sydney", datetime(2026, 4, 4, 14, 0, tzinfo=UTC), [11, 11, 10, 10]),  # back an hour
        ("Australia/Sydney", datetime(2026, 10, 3, 14, 0, tzinfo=UTC), [10, 10, 11, 11]),  # forward an hour
    ],
)
def test_every_hour_counts_once_on_clock_change_nights(zone: str, night: datetime, offsets: list[int]) -> None:
    readings = [
        EnergyPoint(night, Decimal(0), None),
        EnergyPoint(night + timedelta(hours=4), Decimal(4000), None),
    ]
    parts = _cut(readings, 60, ZoneInfo(zone))
    assert [part.energy_wh for part in parts] == [Decimal(1000)] * 4
    local = [part.start.astimezone(ZoneInfo(zone)) for part in parts]
    assert [at.utcoffset() for at in local] == [timedelta(hours=hours) for hours in offsets]
    assert {at.minute for at in local} == {0}


def test_half_hour_clock_change_shortens_an_interval() -> None:
    lord_howe, night = ZoneInfo("Australia/Lord_Howe"), datetime(2026, 10, 3, 14, 30, tzinfo=UTC)
    readings = [
        EnergyPoint(night, Decimal(0), None),
        EnergyPoint(night + timedelta(hours=2), Decimal(2000), None),
    ]
    local = [part.start.astimezone(lord_howe) for part in _cut(readings, 60, lord_howe)]
    assert [f"{at:%H:%M}" for at in local] == ["01:00", "02:30", "03:00"]


def test_quarter_hour_zones_have_their_own_clock() -> None:
    (part, *_) = _cut(_readings((0, 0, None), (60, 60, None)), 60, ZoneInfo("Asia/Kathmandu"))
    assert part.start == NINE - timedelta(minutes=45)


def test_energy_at_a_boundary_is_rounded_half_up() -> None:
    readings = [EnergyPoint(NINE, Decimal(0), None), EnergyPoint(NINE + timedelta(minutes=30), Decimal("0.001"), None)]

    assert [part.energy_wh for part in _cut(readings)] == [Decimal("0.001"), 0]


def test_energy_is_split_to_the_microsecond() -> None:
    quarter, tick = NINE + timedelta(minutes=15), timedelta(microseconds=1)
    readings = [EnergyPoint(quarter - tick, Decimal(0), None), EnergyPoint(quarter + tick, Decimal(100), None)]

    assert [part.energy_wh for part in _cut(readings)] == [50, 50]


def test_reading_on_a_boundary_belongs_to_both_sides() -> None:
    parts = _cut(_readings((0, 0, 1000.0), (15, 500, 4000.0), (30, 900, 2000.0)))

    assert [part.energy_wh for part in parts] == [500, 400]
    assert [part.peak_power_w for part in parts] == [4000, 2000]


def test_power_before_an_interval_counts_in_it_if_no_other_does() -> None:
    parts = _cut(_readings((0, 0, 1000.0), (10, 100, 3000.0), (40, 900, None)))

    assert [part.peak_power_w for part in parts] == [3000, 3000, 3000]
    assert [part.plugged_s for part in parts] == [900, 900, 600]


def test_readings_without_power_peak_at_their_average() -> None:
    parts = _cut(_readings((0, 0, None), (15, 500, None), (30, 900, None)))

    assert [part.peak_power_w for part in parts] == [2000, 1600]


def test_nothing_is_split_without_readings() -> None:
    assert _cut([]) == []


def test_one_reading_is_one_interval_without_energy() -> None:
    (part,) = _cut(_readings((0, 70, 50.0)))

    assert (part.start, part.stop) == (NINE, NINE + timedelta(minutes=15))
    assert (part.energy_wh, part.peak_power_w, part.average_power_w) == (0, 50, 0)


@pytest.mark.parametrize("minutes", LENGTHS_MIN)
def test_an_hour_is_cut_into_whole_intervals(minutes: int) -> None:
    parts = _cut(_readings((0, 0, None), (60, 6000, None)), minutes)

    assert {part.plugged_s for part in parts} == {minutes * 60}
    assert len(parts) * minutes == 60
    assert LENGTHS_MIN == (5, 6, 10, 12, 15, 20, 30, 60)


def test_boundaries_fall_on_whole_minutes() -> None:
    begin = NINE + timedelta(minutes=7, seconds=8, microseconds=9)
    (part,) = _cut([EnergyPoint(begin, Decimal(0), None), EnergyPoint(begin + timedelta(minutes=1), Decimal(1), None)])

    assert (part.start, part.stop) == (NINE, NINE + timedelta(minutes=15))


@given(
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 50_000)), min_size=1, max_size=12),
    st.sampled_from(LENGTHS_MIN),
    st.sampled_from(["Australia/Sydney", "Asia/Kathmandu", "Europe/Oslo", "America/St_Johns"]),
    st.integers(0, 17 * 86_400).map(lambda seconds: SPRING + timedelta(seconds=seconds)),
)
def test_intervals_add_up_to_the_session_without_gaps(
    steps: list[tuple[int, int]], minutes: int, zone: str, start: datetime
) -> None:
    readings, at, flowed = [], start, Decimal(0)
    for seconds, milliwatt_hours in steps:
        at += timedelta(seconds=seconds)
        flowed += Decimal(milliwatt_hours) / 1000
        readings.append(EnergyPoint(at, flowed, None))

    parts = _cut(readings, minutes, ZoneInfo(zone))

    assert sum(part.energy_wh for part in parts) == readings[-1].energy_wh - readings[0].energy_wh
    assert all(part.energy_wh >= 0 for part in parts)
    assert all(part.peak_power_w >= part.average_power_w for part in parts)
    assert all(one.stop == other.start for one, other in pairwise(parts))
    assert sum(part.plugged_s for part in parts) == pytest.approx((at - readings[0].at).total_seconds())
    assert all(part.start.astimezone(ZoneInfo(zone)).minute % minutes == 0 for part in parts[1:])
