"""How the messages of a station show that its clock is off; times are seconds."""

from datetime import UTC, datetime, timedelta

import pytest

from sessions_app.domain.clock import RIGHT, StationClock, decode_clock, encode_clock, follow_clock, on_our_clock

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def second(count: float) -> datetime:
    return NOON + timedelta(seconds=count)


def followed(*messages: tuple[float, float], clock: StationClock | None = None) -> StationClock:
    """Return the clock after messages, each with its arrival and its lag."""
    clock = clock or StationClock()
    for arrival_s, lag_s in messages:
        clock = follow_clock(clock, stated_at=second(arrival_s - lag_s), received_at=second(arrival_s))
    return clock


BEHIND = followed((0, 600), (10, 600))


@pytest.mark.parametrize(
    ("lag_s", "offset_s"),
    [(120, 120), (119.9, 0), (0, 0), (-3, 0), (-3.1, -3.1), (36_000, 36_000)],
)
def test_constant_lag_of_two_minutes_or_lead_is_an_offset(lag_s: float, offset_s: float) -> None:
    assert followed((0, lag_s), (10, lag_s)).offset_s == pytest.approx(offset_s)


def test_offset_shows_from_five_seconds_on() -> None:
    assert followed((0, 600), (4.9, 600)).offset_s == 0
    assert followed((0, 600), (5, 600)).offset_s == 600


def test_offset_is_the_least_lag_of_the_run() -> None:
    assert followed((0, 602), (10, 600)).offset_s == 600
    assert followed((0, 600), (10, 603)).offset_s == 600


def test_lags_more_than_three_seconds_apart_show_nothing() -> None:
    assert followed((0, 603.1), (10, 600)).offset_s == 0
    assert followed((0, 600), (10, 603.1)).offset_s == 0
    assert followed((0, 600), (3, 602), (6, 604)).offset_s == 0  # each step is small, the whole is not


def test_a_shrinking_queue_shows_no_offset() -> None:
    assert followed(*((n, 600 - 60 * n) for n in range(8))).offset_s == 0


def test_a_new_run_starts_at_its_first_message() -> None:
    assert followed((0, 900), (100, 600), (103, 600)).offset_s == 0
    assert followed((0, 900), (100, 600), (105, 600)).offset_s == 600


def test_a_clock_that_was_right_needs_three_messages() -> None:
    assert followed((0, 1), (10, 600), (20, 600)).offset_s == 0
    assert followed((0, 1), (10, 600), (20, 600), (30, 600)).offset_s == 600


def test_a_right_message_forgets_a_wrong_one() -> None:
    assert followed((0, 600), (10, 1)) == RIGHT


def test_clock_is_right_again_after_five_seconds() -> None:
    assert followed((20, 1), (24.9, 1), clock=BEHIND).offset_s == 600
    assert followed((20, 1), (25, 1), clock=BEHIND) == RIGHT


def test_offset_changes_with_two_messages() -> None:
    assert followed((20, 900), clock=BEHIND).offset_s == 600
    assert followed((20, 900), (25, 900), clock=BEHIND).offset_s == 900


def test_right_clock_stays_the_same_object() -> None:
    assert followed((0, 1), clock=RIGHT) is RIGHT


def test_stated_time_is_shifted_by_the_offset() -> None:
    assert on_our_clock(BEHIND, stated_at=second(0), received_at=second(600)) == second(600)
    assert on_our_clock(RIGHT, stated_at=second(0), received_at=second(600)) == second(0)


def test_shift_beyond_the_arrival_counts_as_stated() -> None:
    assert on_our_clock(BEHIND, stated_at=second(0), received_at=second(597)) == second(600)
    assert on_our_clock(BEHIND, stated_at=second(0), received_at=second(596.9)) == second(0)


@pytest.mark.parametrize("clock", [StationClock(), RIGHT, BEHIND])
def test_stored_clock_is_read_again(clock: StationClock) -> None:
    assert decode_clock(encode_clock(clock)) == clock


def test_unknown_clock_is_stored_as_nothing() -> None:
    assert encode_clock(StationClock()) == ""
