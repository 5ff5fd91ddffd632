"""The time of readings from correct, wrong, unset and missing clocks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.meter import Reading
from sessions_app.ingest import values

RECEIVED_AT = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def item(stamp: Any, wh: int) -> dict[str, Any]:
    return {"timestamp": stamp, "sampledValue": [{"value": str(wh)}]}


def read(*stamps: Any) -> list[tuple[float, int]]:
    """Return the age in minutes and the register of readings with 1, 2, 3 … Wh."""
    result = values.parse_readings([item(stamp, n) for n, stamp in enumerate(stamps, 1)], RECEIVED_AT)
    return [_seen(each) for each in result]


def _seen(reading: Reading) -> tuple[float, int]:
    assert reading.register_wh is not None
    return (reading.at - RECEIVED_AT) / MINUTE, int(reading.register_wh)


def before(minutes: float) -> str:
    return (RECEIVED_AT - minutes * MINUTE).isoformat()


def test_times_of_a_correct_clock_stay_unchanged() -> None:
    assert read(before(20), before(10), before(-4)) == [(-20, 1), (-10, 2), (4, 3)]


@pytest.mark.parametrize("hours", [2, -14, 24 * 365 * 10])
def test_readings_of_a_fast_clock_are_moved_together(hours: int) -> None:
    ahead = abs(hours) * 60

    assert read(*(before(after - ahead) for after in (150, 10, 0))) == [(-150, 1), (-10, 2), (0, 3)]


def test_readings_before_clock_sync_keep_their_intervals() -> None:
    assert read("1970-01-01T00:00:10Z", "1970-01-01T00:05:10Z") == [(-5, 1), (0, 2)]


def test_readings_before_clock_sync_precede_those_after() -> None:
    stamps = ("1970-01-01T00:00:10Z", "1970-01-01T00:05:10Z", before(7), before(6))

    assert read(*stamps) == [(-12, 1), (-7, 3), (-6, 4)]


def test_nonsense_time_moves_no_other_reading() -> None:
    assert read(before(9), "9999-12-31T23:59:59Z", before(7)) == [(-9, 1), (-7, 3)]


def test_last_reading_without_time_wins() -> None:
    assert read("", "x", None) == [(0, 3)]
    assert read(before(9), "x", before(7), None) == [(-9, 1), (-7, 3), (0, 4)]


def test_values_of_one_moment_form_one_reading() -> None:
    apart = [
        item(before(5), 1000),
        {"timestamp": before(5), "sampledValue": [{"value": "60", "measurand": "SoC"}]},
    ]

    (result,) = values.parse_readings(apart, RECEIVED_AT)

    assert (result.register_wh, result.soc_percent) == (1000, 60)


def test_single_object_is_one_reading() -> None:
    assert len(values.parse_readings(item(before(5), 1000), RECEIVED_AT)) == 1


@given(st.lists(st.one_of(st.datetimes().map(str), st.text(max_size=5), st.none()), max_size=8))
def test_no_reading_exceeds_the_allowed_clock_lead(stamps: list[Any]) -> None:
    result = read(*stamps)

    assert all(minute <= 5 for minute, _ in result)
    assert not stamps or len(stamps) in [register for _, register in result]
