"""How far tag, register and time of a message may be from those of a session that it matches."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sessions_app.domain import events, lifecycle
from sessions_app.domain.drafts import SessionDraft, StationDraft
from sessions_app.domain.flags import Flag
from sessions_app.domain.match_reasons import MatchReason
from sessions_app.domain.meter import Reading
from sessions_app.domain.session_matching import match_stop, takes_own_id
from sessions_app.domain.start_matching import match_start
from tests.domain.matching_scenes import (
    add_session,
    matched,
    minutes,
    readings,
    station_draft,
    stop,
    stopped,
)


def start(minute: float, *, wh: int = 0, tag: str = "TAG", stated: datetime | None = None, flags: int = 0) -> Any:
    return events.Started(
        station_id=1,
        at=minutes(minute),
        connector=1,
        id_tag=tag,
        meter_start_wh=Decimal(wh),
        stated_at=stated,
        flags=flags,
    )


def repeats(station: StationDraft, event: events.Started) -> bool:
    return match_start(station, station.connectors[1], event).reason == MatchReason.REPEATED


def test_start_is_repeated_with_its_time_tag_and_register() -> None:
    station = station_draft()
    add_session(station, 7)

    assert match_start(station, station.connectors[1], start(0)) == (station.sessions[0], MatchReason.REPEATED)
    assert match_start(station, station.connectors[2], start(0)) == (None, MatchReason.NONE_FITS)
    assert not repeats(station, start(0.1))
    assert not repeats(station, start(0, wh=1))
    assert not repeats(station, start(0, tag="OTHER"))


def test_start_is_repeated_by_the_time_that_was_stated() -> None:
    station = station_draft()
    add_session(station, 7).start_stated_at = minutes(-600)

    assert repeats(station, start(5, stated=minutes(-600)))
    assert repeats(station, start(5, stated=minutes(0)))
    assert not repeats(station, start(5, stated=minutes(-599)))


def test_start_without_a_clock_is_repeated_until_a_reading() -> None:
    unset = int(Flag.CLOCK_UNSET)
    station = station_draft()
    draft = add_session(station, 7, flags=unset)

    assert repeats(station, start(5, flags=unset))
    assert not repeats(station, start(5))
    draft.reading_count = 1
    assert not repeats(station, start(5, flags=unset))


def test_start_without_a_clock_is_not_repeated_after_the_end() -> None:
    unset = int(Flag.CLOCK_UNSET)
    station = station_draft()
    stop(add_session(station, 7, flags=unset), 5, 100)

    assert not repeats(station, start(9, flags=unset))


@pytest.mark.parametrize(
    ("wh", "is_own_count"), [(4_999, True), (5_000, False), (7_000, False), (7_001, True), (None, False)]
)
def test_register_tells_whether_an_ended_session_is_meant(wh: int | None, is_own_count: bool) -> None:
    station = station_draft()
    ended = add_session(station, 3, wh=5_000)
    stop(ended, 50, 7_000)
    current = add_session(station, 4711, begun=100, wh=9_000)

    assert matched(station, readings("3", 120, wh)).session is (current if is_own_count else ended)


@pytest.mark.parametrize(("minute", "is_own_count"), [(55, False), (55.1, True)])
def test_ended_session_takes_readings_for_five_minutes(minute: float, is_own_count: bool) -> None:
    station = station_draft()
    ended = add_session(station, 3, wh=5_000)
    stop(ended, 50, 7_000)
    current = add_session(station, 4711, begun=52, wh=9_000)

    assert matched(station, readings("3", minute, 9_500)).session is (current if is_own_count else ended)


def test_id_of_an_open_session_wins_over_an_issued_one() -> None:
    station = station_draft()
    stop(add_session(station, 3, wh=5_000), 50, 7_000)
    current = add_session(station, 4711, begun=40, connector=2, wh=100)
    current.station_transaction_id = "3"

    assert matched(station, readings("3", 45, 6_000, connector=2)) == (current, MatchReason.STATION_ID)


@pytest.mark.parametrize(("minute", "expected"), [(50, "station_id"), (55, "station_id"), (55.1, "ended_before")])
def test_own_id_counts_for_five_minutes_after_the_end(minute: float, expected: str) -> None:
    station = station_draft()
    draft = add_session(station, 4711)
    draft.station_transaction_id = "99"
    stop(draft, 50, 100)

    assert matched(station, readings("99", minute, 100)).reason == expected


def test_own_id_on_another_connector_is_another_cars() -> None:
    station = station_draft()
    add_session(station, 4711).station_transaction_id = "99"
    other = add_session(station, 4712, connector=2)

    assert matched(station, readings("99", 5, 100, connector=2)) == (other, MatchReason.ON_CONNECTOR)
    assert matched(station, readings("99", 5, 100, connector=0)).session is station.sessions[0]


@pytest.mark.parametrize(("minute", "is_taken"), [(50, False), (50.1, True)])
def test_own_id_passes_on_after_the_holder_has_ended(minute: float, is_taken: bool) -> None:
    station = station_draft()
    holder = add_session(station, 1)
    holder.station_transaction_id = "99"
    stop(holder, 50, 100)
    other = add_session(station, 2, connector=2)

    assert takes_own_id(station, other, readings("99", minute, 100, connector=2)) is is_taken
    assert takes_own_id(station, holder, readings("99", 40, 100))
    assert takes_own_id(station, other, readings("98", 40, 100))


@pytest.mark.parametrize(("minute", "number"), [(59.9, 1), (60, 2)])
def test_reading_belongs_to_the_session_begun_by_then(minute: float, number: int) -> None:
    station = station_draft()
    for id_, begun in ((1, 0), (2, 60)):
        add_session(station, id_, begun=begun)
    station.sessions[0].set_state(lifecycle.close_session(station.sessions[0].state, reason="NextSession"))

    match = matched(station, readings("", minute, 500))

    assert (match.session is station.sessions[number - 1], match.reason) == (True, MatchReason.ON_CONNECTOR)


def test_reading_without_id_belongs_to_the_car_until_its_end() -> None:
    station = station_draft()
    stop(add_session(station, 7), 50, 100)

    assert matched(station, readings("", 50, 100)).reason == MatchReason.ON_CONNECTOR
    assert matched(station, readings("", 50.1, 100)).reason == MatchReason.ENDED_BEFORE


@pytest.mark.parametrize(
    ("minute", "is_timed", "is_repeated"),
    [(50, True, True), (50.1, True, True), (50 + 1_440, False, True), (50 + 1_440.1, False, False), (0, False, True)],
)
def test_stop_is_repeated_for_a_day(minute: float, is_timed: bool, is_repeated: bool) -> None:
    station = station_draft()
    stop(add_session(station, 7), 50, 5_000)

    assert (match_stop(station, stopped("", minute, 5_000, is_timed=is_timed)).reason == "repeated") is is_repeated


def test_timed_stop_ends_the_car_in_progress_before_it_repeats() -> None:
    station = station_draft()
    old = add_session(station, 7)
    stop(old, 50, 5_000)
    current = add_session(station, 8, begun=55, wh=4_000)

    assert match_stop(station, stopped("", 50, 5_000)) == (old, MatchReason.REPEATED)
    assert match_stop(station, stopped("", 60, 5_000)) == (current, MatchReason.ONLY_CANDIDATE)
    assert match_stop(station, stopped("", 60, 5_000, is_timed=False)) == (old, MatchReason.REPEATED)


def test_stop_with_another_tag_or_at_zero_is_no_repetition() -> None:
    station = station_draft()
    stop(add_session(station, 7), 50, 5_000)
    stop(add_session(station, 8, connector=2), 50, 0)

    assert match_stop(station, stopped("", 50, 5_000, tag="OTHER")).session is None
    assert match_stop(station, stopped("", 50, 0)).session is None
    assert match_stop(station, stopped("", 50, None)).session is None
    assert match_stop(station, stopped("", 50, 5_000, tag="tag;PARENT")).reason == MatchReason.REPEATED


def several(station: StationDraft, *cars: tuple[str, int]) -> list[SessionDraft]:
    return [add_session(station, n, connector=n, tag=tag, wh=wh) for n, (tag, wh) in enumerate(cars, 1)]


@pytest.mark.parametrize(
    ("cars", "tag", "wh", "number"),
    [
        ([("ONE", 0), ("TWO", 0)], "TWO", 500, 2),
        ([("ONE", 0), ("TWO", 0)], "two;PARENT", 500, 2),
        ([("ONE", 0), ("TWO", 9_000)], "", 500, 1),
        ([("ONE", 0), ("TWO", 500)], "", 500, 2),  # the nearest register below
        ([("ONE", 100), ("TWO", 100)], "", 500, None),
        ([("ONE", 900), ("TWO", 800)], "", 500, None),
        ([("ONE", 0), ("TWO", 0)], "ELSE", 500, None),
    ],
)
def test_stop_without_id_fits_by_tag_then_register(
    cars: list[tuple[str, int]], tag: str, wh: int, number: int | None
) -> None:
    station = station_draft()
    drafts = several(station, *cars)

    assert match_stop(station, stopped("", 9, wh, tag=tag)).session is (number and drafts[number - 1])


def test_stop_with_an_unknown_id_needs_tag_and_register() -> None:
    station = station_draft()
    (car,) = several(station, ("ONE", 500))

    assert match_stop(station, stopped("77", 9, 500, tag="ONE")).session is car
    assert match_stop(station, stopped("77", 9, 499, tag="ONE")).session is None
    assert match_stop(station, stopped("77", 9, 500)).session is None
    assert match_stop(station, stopped("77", 9, None, tag="ONE")).session is None
    assert match_stop(station, stopped("77", -0.1, 500, tag="ONE")).session is None
    assert match_stop(station, stopped("77", 0, 500, tag="ONE")).session is car


def test_only_connector_stands_in_for_the_tag() -> None:
    station = station_draft(connectors=1)
    (car,) = several(station, ("ONE", 500))

    assert match_stop(station, stopped("77", 9, 500)).session is car
    assert match_stop(station, stopped("77", 9, 499)).session is None


def test_last_register_value_of_a_session_decides() -> None:
    station = station_draft()
    first, second = several(station, ("ONE", 0), ("TWO", 0))
    first.new_readings = [Reading(at=minutes(1), register_wh=Decimal(300)), Reading(at=minutes(2), power_w=1.0)]

    assert match_stop(station, stopped("", 9, 299)).session is second
    assert match_stop(station, stopped("", 9, 300)).session is first


def test_one_id_for_two_cars_is_told_apart_by_tag_and_register() -> None:
    station = station_draft()
    first, second = several(station, ("ONE", 0), ("TWO", 400))
    first.station_transaction_id = "99"

    assert match_stop(station, stopped("99", 9, 500, tag="TWO")) == (second, MatchReason.OTHER_CAR_WITH_ID)
    assert match_stop(station, stopped("99", 9, 500, tag="ONE")) == (first, MatchReason.STATION_ID)
    assert match_stop(station, stopped("99", 9, 500)) == (first, MatchReason.STATION_ID)


def test_tag_of_another_car_at_the_same_register_ends_the_own() -> None:
    station = station_draft()
    first, _ = several(station, ("ONE", 400), ("TWO", 400))
    first.station_transaction_id = "99"

    assert match_stop(station, stopped("99", 9, 500, tag="TWO")) == (first, MatchReason.STATION_ID)


def test_repetition_within_a_day_is_measured_from_the_stop() -> None:
    station = station_draft()
    stop(add_session(station, 7), 50, 5_000)
    early = minutes(50) - timedelta(days=1)

    assert match_stop(station, events.Stopped(**{**_facts(early), "is_timed": False})).reason == "repeated"


def _facts(at: datetime) -> dict[str, Any]:
    event = stopped("", 0, 5_000)
    return {"station_id": 1, "at": at, "transaction": event.transaction, "meter_stop_wh": event.meter_stop_wh}
