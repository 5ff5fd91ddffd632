"""The reasons to look at a session: their stored numbers, their figures, their texts."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from sessions_app.domain.flags import FLAG_LABELS, MAX_DETAILS, Flag, FlagDetail, add_detail, decode_details, describe

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def detail(flag: Flag, value: float, minute: float | None = None) -> FlagDetail:
    return FlagDetail(int(flag), value, None if minute is None else NOON + timedelta(minutes=minute))


@pytest.mark.parametrize(
    ("number", "flag"),
    [
        (1, Flag.REGISTER_FELL),
        (2, Flag.BEYOND_RATING),
        (4, Flag.NEGATIVE_TIME),
        (8, Flag.NO_DRIVER),
        (16, Flag.NO_PRICE),
        (32, Flag.CLOSED_BY_US),
        (64, Flag.IDLE_OVER_A_DAY),
        (128, Flag.NO_ENERGY),
        (256, Flag.START_UNKNOWN),
        (512, Flag.CLOCK_UNSET),
        (1024, Flag.REGISTER_JUMPED),
        (2048, Flag.STOP_DIFFERS),
        (4096, Flag.STATION_CLOCK),
        (8192, Flag.UNPLUGGED_OFFLINE),
    ],
)
def test_stored_number_keeps_its_meaning(number: int, flag: Flag) -> None:
    assert Flag(number) is flag


def test_each_flag_of_a_session_has_its_text() -> None:
    assert describe(Flag.NO_DRIVER | Flag.NO_PRICE) == (FLAG_LABELS[Flag.NO_DRIVER], FLAG_LABELS[Flag.NO_PRICE])
    assert len(describe(sum(Flag))) == len(Flag)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (detail(Flag.REGISTER_JUMPED, 7_783_940, 14), "Register jumped by 7,783.9 kWh at 12:14: not counted"),
        (detail(Flag.REGISTER_FELL, 1_500, 0), "Register fell by 1.5 kWh at 12:00: not counted"),
        (detail(Flag.STOP_DIFFERS, 160, 5), "Stop and readings differ by 0.2 kWh"),
        (detail(Flag.BEYOND_RATING, 33_100, 5), "33.1 kW is beyond 1.5 times the connector's rating"),
        (detail(Flag.STATION_CLOCK, 150), "Station clock 2 min behind"),
        (detail(Flag.STATION_CLOCK, -240), "Station clock 4 min ahead"),
        (detail(Flag.STATION_CLOCK, 3_540), "Station clock 59 min behind"),
        (detail(Flag.STATION_CLOCK, 3_600), "Station clock 1 h behind"),
        (detail(Flag.STATION_CLOCK, 36_000), "Station clock 10 h behind"),
        (detail(Flag.STATION_CLOCK, 5_400), "Station clock 1.5 h behind"),
        (detail(Flag.NO_ENERGY, 0), "No energy was delivered"),
    ],
)
def test_flag_is_described_with_its_figure(given: FlagDetail, text: str) -> None:
    assert describe(given.flag, (given,)) == (text,)


def test_flag_is_described_in_the_sites_time() -> None:
    fell = detail(Flag.REGISTER_FELL, 1_500, 0)

    assert "at 21:30" in describe(fell.flag, (fell,), timezone(timedelta(hours=9, minutes=30)))[0]


def test_several_figures_of_a_flag_are_one_text() -> None:
    details = (detail(Flag.REGISTER_FELL, 1_000, 0), detail(Flag.REGISTER_FELL, 2_000, 1))

    (text,) = describe(Flag.REGISTER_FELL, details)

    assert text == "Register fell by 1.0 kWh at 12:00: not counted; Register fell by 2.0 kWh at 12:01: not counted"


def test_details_are_kept_once_and_in_order_of_time() -> None:
    late, early, timeless = (detail(Flag.REGISTER_FELL, 1, minute) for minute in (9, 2, None))
    details: tuple[FlagDetail, ...] = ()
    for each in (late, early, timeless, late):
        details = add_detail(details, each)

    assert details == (timeless, early, late)


def test_first_details_of_many_are_kept() -> None:
    details: tuple[FlagDetail, ...] = ()
    for minute in range(MAX_DETAILS + 3):
        details = add_detail(details, detail(Flag.REGISTER_FELL, 1, minute))

    assert len(details) == 8
    assert details[-1].at == NOON + timedelta(minutes=7)


def test_no_stored_details_are_none() -> None:
    assert decode_details("") == ()
    assert decode_details('[[1,2.5,"2026-03-03T12:00:00Z"]]') == (detail(Flag.REGISTER_FELL, 2.5, 0),)
