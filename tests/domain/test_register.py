"""What a register may rise by, what its falls and jumps mean, and which energy counts at the stop."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sessions_app.domain.flags import Flag
from sessions_app.domain.register import (
    Bounds,
    Register,
    RegisterValue,
    Step,
    StopDecision,
    cap_w,
    count_interval,
    count_value,
    decide_stop,
    fit_steps,
    start_register,
)

START = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BOUNDS = Bounds(cap_w=6_000, slack_s=60)  # 100 Wh a minute, and 100 Wh more
WIDE = Bounds(cap_w=1e9, slack_s=60)


def minute(count: float) -> datetime:
    return START + timedelta(minutes=count)


def counted(
    *values: tuple[float, str], start: int | None = 1_000, bounds: Bounds = BOUNDS
) -> tuple[Register, list[Flag]]:
    register = start_register(START, None if start is None else Decimal(start))
    flags = []
    for at, wh in values:
        register, _, detail = count_value(register, Decimal(wh), minute(at), bounds)
        if detail is not None:
            flags.append(Flag(detail.flag))
    return register, flags


@pytest.mark.parametrize(
    ("rating_w", "highest_told_w", "cap"),
    [
        (7_400, 22_000, 11_100),
        (None, 100, 150),
        (None, 99.9, 500_000),
        (0, 10_000, 15_000),
        (None, None, 500_000),
    ],
)
def test_cap_is_one_and_a_half_times_rating_or_power(
    rating_w: float | None, highest_told_w: float | None, cap: float
) -> None:
    assert cap_w(rating_w, highest_told_w) == cap


def test_increase_up_to_the_cap_counts() -> None:
    register, flags = counted((1, "1200"))

    assert (register.total_wh, flags) == (200, [])
    assert counted((1, "1200.001"))[1] == [Flag.REGISTER_JUMPED]


def test_whole_session_keeps_within_the_cap() -> None:
    """Each step may use one sample interval more, the session as a whole only once."""
    register, flags = counted((1, "1200"), (2, "1300"), (3, "1400"), (4, "1500.001"))

    assert (register.total_wh, flags) == (400, [Flag.REGISTER_JUMPED])


@pytest.mark.parametrize(
    ("fallen", "flags"),
    [("1100", []), ("1099.001", []), ("1099", [Flag.REGISTER_FELL]), ("1098", [Flag.REGISTER_FELL])],
)
def test_fall_of_a_whole_watt_hour_is_a_fall(fallen: str, flags: list[Flag]) -> None:
    assert counted((1, "1100"), (2, fallen))[1] == flags


def test_fall_within_rounding_keeps_the_value_before() -> None:
    register, _ = counted((1, "1100"), (2, "1099.5"), (3, "1100"))

    assert register.total_wh == 100


def test_figure_of_a_fall_and_a_jump_is_the_change() -> None:
    register, _ = counted((1, "1100"))

    fallen = count_value(register, Decimal(40), minute(2), BOUNDS)[2]
    jumped = count_value(register, Decimal(9_100), minute(2), BOUNDS)[2]

    assert fallen is not None
    assert jumped is not None
    assert (fallen.value, fallen.at, jumped.value) == (1_060, minute(2), 8_000)


def test_value_counts_from_the_trusted_one_after_a_jump() -> None:
    register, flags = counted((1, "1100"), (2, "900000"), (3, "1300"))

    assert (register.total_wh, flags, register.is_trusted) == (300, [Flag.REGISTER_JUMPED], True)


def test_jumped_register_counts_on_from_its_new_values() -> None:
    base, _ = counted((1, "1100"), (2, "900000"))
    register, flags = counted((1, "1100"), (2, "900000"), (3, "900100"))

    assert not base.is_trusted
    assert (register.total_wh, flags, register.is_reset) == (200, [Flag.REGISTER_JUMPED], False)


def test_fallen_register_counts_on_as_a_reset() -> None:
    register, flags = counted((1, "1100"), (2, "0"), (3, "90"))

    assert (register.total_wh, flags, register.is_reset) == (190, [Flag.REGISTER_FELL], True)


@pytest.mark.parametrize("start", [None, -1])
def test_first_value_is_the_base_without_a_start_value(start: int | None) -> None:
    register, flags = counted((1, "7000"), (2, "7100"), start=start)

    assert (register.total_wh, flags) == (100, [])


def test_start_value_of_zero_is_a_value() -> None:
    assert counted((1, "100"), start=0)[0].total_wh == 100


def test_intervals_of_energy_add_up() -> None:
    register, step, detail = count_interval(start_register(START, None), Decimal(200), minute(1), BOUNDS)

    assert (register.total_wh, step, detail) == (200, Step(START, minute(1), Decimal(200)), None)
    register, step, detail = count_interval(register, Decimal(100), minute(2), BOUNDS)
    assert (register.total_wh, step, detail) == (300, Step(minute(1), minute(2), Decimal(100)), None)


def test_implausible_interval_of_energy_is_not_counted() -> None:
    first, *_ = count_interval(start_register(START, None), Decimal(100), minute(1), BOUNDS)
    register, step, detail = count_interval(first, Decimal("200.001"), minute(2), BOUNDS)

    assert detail is not None
    assert (register.total_wh, step, detail.flag, detail.value) == (100, None, Flag.REGISTER_JUMPED, 200.001)


def test_intervals_of_energy_keep_within_the_cap_as_a_whole() -> None:
    first, *_ = count_interval(start_register(START, None), Decimal(200), minute(1), BOUNDS)

    assert count_interval(first, Decimal(100), minute(2), BOUNDS)[1] is not None
    assert count_interval(first, Decimal(101), minute(2), BOUNDS)[1] is None


def decision(
    total: str, stop: str, bounds: Bounds = WIDE, *, is_reset: bool = False, counted_last: bool = True
) -> StopDecision:
    first, last = RegisterValue(Decimal(1_000), START), RegisterValue(1_000 + Decimal(stop), minute(60))
    register = Register(START, last, last, Decimal(total), is_reset=is_reset, counted_last=counted_last)
    return decide_stop(register, first, last, bounds)


@pytest.mark.parametrize(
    ("total", "stop", "differs"),
    [
        ("1000", "1100", False),  # 0.1 kWh is not more than 0.1 kWh
        ("1000", "1100.001", True),
        ("10000", "10101", False),  # below 1 % of the energy that counts
        ("9900", "10000.001", True),
        ("9900", "10000", False),
        ("19800", "20000", False),  # 1 % exactly
        ("19800", "20001", True),
    ],
)
def test_stop_differs_beyond_a_hundred_wh_and_a_percent(total: str, stop: str, differs: bool) -> None:
    assert (decision(total, stop).flag is not None) is differs


def test_stop_flag_says_by_how_much() -> None:
    flag = decision("1000", "3000").flag

    assert flag is not None
    assert (flag.flag, flag.value, flag.at) == (Flag.STOP_DIFFERS, 2_000, minute(60))


@pytest.mark.parametrize(("total", "fitted_to"), [("1000", None), ("999.001", None), ("999", 1_000), ("0", 1_000)])
def test_sum_stays_within_rounding_of_the_stop(total: str, fitted_to: int | None) -> None:
    made = decision(total, "1000")

    assert (made.counts_difference, made.is_exact, made.total_wh) == (True, True, fitted_to)


def test_stop_beyond_the_cap_does_not_count() -> None:
    assert decision("100", "6100", BOUNDS).counts_difference
    assert not decision("100", "6100.001", BOUNDS).counts_difference
    assert not decision("100", "-1", BOUNDS).counts_difference


def test_stop_after_a_reset_does_not_count() -> None:
    assert not decision("1000", "500", is_reset=True).counts_difference
    assert decision("1000", "500", is_reset=True, counted_last=False).counts_difference
    assert decision("1000", "500", is_reset=True).total_wh is None


def test_nothing_is_decided_without_start_or_stop() -> None:
    value = RegisterValue(Decimal(1_000), START)

    for start, stop in ((None, value), (value, None)):
        made = decide_stop(Register(START, value, value), start, stop, WIDE)
        assert (made.counts_difference, made.total_wh, made.is_exact, made.flag) == (False, None, False, None)


def fitted(total: str, difference: int) -> list[Decimal]:
    steps = [Step(START, minute(1), Decimal(total) / 4), Step(minute(1), minute(2), Decimal(total) * 3 / 4)]
    return [step.wh for step in fit_steps(steps, Decimal(total), Step(START, minute(2), Decimal(difference)))]


def test_steps_are_scaled_to_the_energy_at_the_stop() -> None:
    assert fitted("1000", 1_200) == [300, 900]
    assert fitted("1000", 2_000) == [500, 1_500]  # exactly half of it


def test_steps_with_less_than_half_the_energy_become_one() -> None:
    assert fitted("999", 2_000) == [2_000]
    assert fitted("0", 0) == [0]
