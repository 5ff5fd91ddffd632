"""Which session a message belongs to, without a database."""

import pytest

from sessions_app.domain.flags import Flag
from sessions_app.domain.match_reasons import MatchReason
from sessions_app.domain.session_matching import match_stop
from sessions_app.domain.transactions import TransactionIssuer, station_reference
from tests.domain.matching_scenes import add_session, matched, readings, station_draft, stop, stopped


def test_issued_id_matches_long_after_the_end() -> None:
    station = station_draft()
    old = add_session(station, 7)
    stop(old, 50, 5_000)
    add_session(station, 9, begun=100, wh=5_000)

    assert matched(station, readings("7", 120, 4_000)) == (old, MatchReason.ISSUED_ID)
    assert match_stop(station, stopped("7", 130, 5_000)) == (old, MatchReason.ISSUED_ID)


def test_own_count_does_not_hit_a_session_that_has_ended() -> None:
    station = station_draft()
    stop(add_session(station, 3), 50, 5_000)
    current = add_session(station, 4711, begun=100, wh=5_000)

    assert matched(station, readings("3", 120, 6_000)) == (current, MatchReason.ON_CONNECTOR)
    assert match_stop(station, stopped("3", 140, 7_000, tag="TAG")).session is current


def test_own_count_does_not_hit_another_cars_session() -> None:
    station = station_draft()
    add_session(station, 5, wh=90_000)
    other = add_session(station, 6, connector=2, begun=1, wh=1_000)

    assert matched(station, readings("5", 10, 1_500, connector=2)).session is other


def test_stop_by_own_count_does_not_end_another_cars_session() -> None:
    station = station_draft()
    add_session(station, 5, wh=90_000, tag="ONE")
    other = add_session(station, 6, connector=2, begun=1, wh=1_000, tag="TWO")

    assert match_stop(station, stopped("5", 20, 2_000, tag="TWO")).session is other


def test_learned_count_wins_over_an_old_session_with_that_id() -> None:
    station = station_draft()
    stop(add_session(station, 3), 50, 5_000)
    current = add_session(station, 4711, begun=100, wh=5_000)
    current.station_transaction_id = "3"

    assert matched(station, readings("3", 120, None)) == (current, MatchReason.STATION_ID)
    assert match_stop(station, stopped("3", 120, None)) == (current, MatchReason.STATION_ID)


def test_issued_id_counts_only_for_an_announced_session() -> None:
    station = station_draft()
    add_session(station, 3, flags=int(Flag.START_UNKNOWN))

    assert matched(station, readings("3", 10, 500, connector=2)).session is None


def test_id_of_a_protocol_that_issues_none_is_the_stations() -> None:
    station = station_draft()
    issued = add_session(station, 3)
    own = add_session(station, 8, connector=2)
    own.station_transaction_id = "3"

    event = readings("3", 10, 500, connector=2, issuer=TransactionIssuer.STATION)

    assert matched(station, event).session is own
    assert matched(station, readings("3", 10, 500)).session is issued


@pytest.mark.parametrize(
    ("begun", "ended", "reason"),
    [(None, False, "none_begun"), (20, False, "none_begun"), (0, True, "ended_before")],
)
def test_unmatched_readings_keep_the_reason(begun: float | None, ended: bool, reason: str) -> None:
    station = station_draft()
    if begun is not None:
        draft = add_session(station, 7, begun=begun)
        if ended:
            stop(draft, 5, 100)

    assert matched(station, readings("", 10, 500)) == (None, reason)
    assert matched(station, readings("", 10, 500, connector=0)) == (None, MatchReason.NO_CONNECTOR)


def test_stop_that_fits_several_sessions_keeps_the_reason() -> None:
    station = station_draft()
    add_session(station, 7)
    add_session(station, 8, connector=2)

    assert match_stop(station, stopped("0", 10, 500)) == (None, MatchReason.SEVERAL_FIT)
    assert match_stop(station_draft(), stopped("0", 10, 500)) == (None, MatchReason.NONE_FITS)


@pytest.mark.parametrize(
    ("own_id", "uses", "is_announced", "expected"),
    [
        ("", 0, True, "7"),
        ("99", 1, True, "7"),
        ("99", 2, True, "99"),
        ("99", 0, False, "99"),
        ("", 0, False, "7"),
    ],
)
def test_remote_stop_uses_the_own_id_once_confirmed(own_id: str, uses: int, is_announced: bool, expected: str) -> None:
    ref = station_reference(7, own_id=own_id, own_id_uses=uses, is_announced=is_announced)

    assert (ref.id, ref.issuer) == (expected, TransactionIssuer.OURS if expected == "7" else TransactionIssuer.STATION)


def test_reading_after_the_stop_keeps_our_id() -> None:
    station = station_draft()
    stopped = add_session(station, 3)
    stop(stopped, 50, 5_000)

    assert matched(station, readings("3", 400, 6_000)) == (stopped, MatchReason.ISSUED_ID)
