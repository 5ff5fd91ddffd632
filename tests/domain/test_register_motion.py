"""When a register stands for longer than its step explains, and the pace that its steps show."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sessions_app.domain.register import Step
from sessions_app.domain.register_motion import Motion, Stand, follow_step

START = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def second(count: float) -> datetime:
    return START + timedelta(seconds=count)


def moved(*steps: tuple[float, float, int]) -> tuple[Motion, list[Stand]]:
    motion, stands = Motion(), []
    for begin_s, end_s, wh in steps:
        motion, stand = follow_step(motion, Step(second(begin_s), second(end_s), Decimal(wh)))
        stands += [stand] if stand is not None else []
    return motion, stands


def is_idle(*steps: tuple[float, float, int]) -> bool:
    stand = moved(*steps)[0].stand()
    return stand is not None and stand.is_idle


def test_first_stand_is_idle_after_200_wh_at_6_a() -> None:
    """Two steps of 100 Wh at 1,380 W take 521.7 s."""
    assert not is_idle((0, 521.7, 0))
    assert is_idle((0, 521.8, 0))


def test_stand_is_idle_after_two_steps_at_the_pace_shown() -> None:
    shown = [(0, 60, 50), (60, 120, 50)]  # 3 kW: two steps of 50 Wh take 120 s

    assert not is_idle(*shown, (120, 240, 0))
    assert is_idle(*shown, (120, 241, 0))


def test_smallest_step_and_last_two_steps_count() -> None:
    steps = [(0, 60, 10), (60, 120, 50), (120, 180, 50)]  # 3 kW, smallest step 10 Wh: 24 s

    assert not is_idle(*steps, (180, 204, 0))
    assert is_idle(*steps, (180, 205, 0))


def test_slowest_pace_is_100_w() -> None:
    slow = [(0, 600, 1), (600, 1_200, 1)]  # 6 W; two steps of 1 Wh at 100 W take 72 s

    assert not is_idle(*slow, (1_200, 1_272, 0))
    assert is_idle(*slow, (1_200, 1_273, 0))


@pytest.mark.parametrize(
    ("steps", "pace_w"),
    [
        ([(0, 60, 100)], None),
        ([(0, 60, 100), (60, 120, 50)], 4_500),
        ([(0, 60, 100), (60, 120, 50), (120, 180, 50)], 3_000),
        ([(0, 60, 100), (60, 90, 0), (90, 120, 50)], 4_500),
    ],
)
def test_pace_is_that_of_the_last_two_steps(steps: list[tuple[float, float, int]], pace_w: float | None) -> None:
    assert moved(*steps)[0].pace_w == pace_w


def test_step_after_an_idle_stand_shows_no_pace() -> None:
    motion, (stand,) = moved((0, 60, 50), (60, 120, 50), (120, 400, 0), (400, 460, 50))

    assert stand == Stand(second(120), second(400), is_idle=True)
    assert (motion.pace_w, motion.since_idle, motion.stood_from) == (None, 0, second(460))


def test_pace_needs_two_steps_after_an_idle_stand() -> None:
    idle = [(0, 60, 50), (60, 120, 50), (120, 400, 0), (400, 460, 50)]

    assert moved(*idle, (460, 520, 60))[0].pace_w is None
    assert moved(*idle, (460, 520, 60), (520, 580, 40))[0].pace_w == 3_000


def test_step_from_another_base_starts_over() -> None:
    motion, stands = moved((0, 60, 50), (60, 120, 50), (200, 260, 50))

    assert stands == [Stand(second(120), second(120), is_idle=False)]
    assert (motion.pace_w, motion.since_idle) == (None, 1)


def test_idle_stand_covers_its_start_but_not_its_end() -> None:
    closed, still_open = (Stand(second(0), second(60), is_idle=True, is_open=is_open) for is_open in (False, True))

    assert [closed.covers(second(at_s)) for at_s in (-1, 0, 59, 60)] == [False, True, True, False]
    assert [still_open.covers(second(at_s)) for at_s in (-1, 0, 60, 99)] == [False, True, True, True]
    assert not Stand(second(0), second(60), is_idle=False).covers(second(5))


def test_motion_without_a_register_value_does_not_stand() -> None:
    assert Motion().stand() is None
