"""How a session ends and when its end moves."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from sessions_app.domain import lifecycle
from sessions_app.domain.flags import Flag
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.station_states import StopReason

START = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
BEGUN = SessionState(started_at=START)


def minute(count: float) -> datetime:
    return START + timedelta(minutes=count)


def stopped(state: SessionState = BEGUN, at: float = 60, reason: str = "Local") -> SessionState:
    return lifecycle.stop_session(state, at=minute(at), meter_stop_wh=Decimal(5), reason=reason)


def test_stop_without_a_reason_is_local() -> None:
    assert stopped(reason="").end_reason == "Local"


def test_first_stop_wins() -> None:
    assert stopped(stopped(), at=90) == stopped()


def test_negative_meter_stop_is_ignored() -> None:
    state = lifecycle.stop_session(BEGUN, at=minute(1), meter_stop_wh=Decimal(-1), reason="")

    assert state.meter_stop_wh is None


def test_provisional_end_moves_with_late_readings() -> None:
    closed = lifecycle.close_session(lifecycle.add_reading(BEGUN, at=minute(5)), reason=StopReason.FORGOTTEN)
    later = lifecycle.add_reading(closed, at=minute(9))

    assert (closed.ended_at, closed.is_provisional) == (minute(5), True)
    assert later.ended_at == minute(9)
    assert lifecycle.add_reading(later, at=minute(7)).ended_at == minute(9)


def test_stop_replaces_a_provisional_close() -> None:
    closed = lifecycle.close_session(BEGUN, reason=StopReason.CLOSED, by="Dana Ng")
    state = stopped(closed)

    assert (state.ended_at, state.is_provisional) == (minute(60), False)
    assert not state.flags & Flag.CLOSED_BY_US


def test_closing_an_ended_session_changes_nothing() -> None:
    assert lifecycle.close_session(stopped(), reason=StopReason.CLOSED) == stopped()


def test_end_moves_once_to_the_time_of_unplugging() -> None:
    state = lifecycle.unplug(stopped(), at=minute(75))

    assert state.ended_at == minute(75)
    assert lifecycle.unplug(state, at=minute(200)) == state
    assert lifecycle.unplug(stopped(), at=minute(-5)) == stopped()
    assert lifecycle.unplug(BEGUN, at=minute(5)) == BEGUN


def test_available_connector_is_unplugged_at_the_stop() -> None:
    assert lifecycle.unplug(stopped(), at=minute(59)).unplugged_at == minute(60)


def test_disconnect_reason_unplugs_at_the_stop() -> None:
    state = stopped(reason="EVDisconnected")

    assert state.unplugged_at == minute(60)
    assert lifecycle.unplug(state, at=minute(4_000)).ended_at == minute(60)


@pytest.mark.parametrize(
    ("arrivals", "lag_s"),
    [
        ([(1, 1.5)], 30),
        ([(1, 301), (2, 302.5)], 18_000),  # hours behind
        ([(1, 1), (2, 62), (3, 62), (61.9, 62)], 0),  # stored during an outage
        ([(4, 1), (5, 2)], -180),  # ahead
        ([(4, 1), (5, 2), (3, 3), (4, 4)], 0),  # ahead, then corrected
    ],
)
def test_readings_tell_the_lag_of_a_clock(arrivals: list[tuple[float, float]], lag_s: float) -> None:
    state = BEGUN
    for at, received_at in arrivals:
        state = lifecycle.add_reading(state, at=minute(at), received_at=minute(received_at))

    assert state.clock_lag_s == lag_s


def test_only_a_restart_after_the_last_reading_ends_a_session() -> None:
    read = lifecycle.add_reading(BEGUN, at=minute(5))

    assert lifecycle.is_forgotten(read, booted_at=minute(6), received_at=minute(99))
    assert not lifecycle.is_forgotten(read, booted_at=minute(4), received_at=minute(99))
    assert not lifecycle.is_forgotten(read, booted_at=None, received_at=minute(99))
    assert not lifecycle.is_forgotten(stopped(), booted_at=minute(99), received_at=minute(99))
    earlier = lifecycle.add_reading(BEGUN, at=minute(-5))
    assert not lifecycle.is_forgotten(earlier, booted_at=minute(-2), received_at=minute(99))


def test_stop_before_the_start_is_flagged() -> None:
    state = stopped(at=-3)

    assert (state.stopped_at, state.flags) == (START, Flag.NEGATIVE_TIME)
    assert msgspec.structs.asdict(state)["ended_at"] == START


UNKNOWN = msgspec.structs.replace(BEGUN, meter_start_wh=Decimal(50), flags=int(Flag.START_UNKNOWN))


@pytest.mark.parametrize("register_wh", [None, Decimal(10)])
def test_unreported_start_is_the_first_known_event(register_wh: Decimal | None) -> None:
    state = lifecycle.add_reading(UNKNOWN, at=minute(-5), register_wh=register_wh)

    assert (state.started_at, state.meter_start_wh) == (minute(-5), register_wh)
    assert lifecycle.add_reading(state, at=minute(5), register_wh=Decimal(90)).started_at == minute(-5)


def test_lower_register_counts_at_an_unknown_start() -> None:
    assert lifecycle.add_reading(UNKNOWN, at=START, register_wh=Decimal(40)).meter_start_wh == 40
    assert lifecycle.add_reading(UNKNOWN, at=START, register_wh=Decimal(60)).meter_start_wh == 50
    assert lifecycle.add_reading(UNKNOWN, at=START).meter_start_wh == 50


def test_stop_before_all_known_events_becomes_the_start() -> None:
    state = stopped(UNKNOWN, at=-5)

    assert (state.started_at, state.stopped_at) == (minute(-5), minute(-5))
    assert not state.flags & Flag.NEGATIVE_TIME


def test_reported_start_stays() -> None:
    assert lifecycle.add_reading(BEGUN, at=minute(-5)).started_at == START


@pytest.mark.parametrize(("at", "has_ended"), [(59, False), (60, False), (60.1, True)])
def test_session_is_active_up_to_its_end(at: float, has_ended: bool) -> None:
    assert lifecycle.ended_before(stopped(), at=minute(at)) is has_ended
    assert lifecycle.was_active(stopped(), at=minute(at)) is not has_ended


def test_session_is_active_from_its_start() -> None:
    assert lifecycle.was_active(BEGUN, at=START)
    assert not lifecycle.was_active(BEGUN, at=minute(-0.1))
    assert lifecycle.was_active(BEGUN, at=minute(9_999))


@pytest.mark.parametrize(
    ("at", "free_at", "may_be"),
    [(0, None, True), (-1, None, False), (30, 31, True), (31, 31, False), (5, 3, True), (6, 3, False)],
)
def test_provisional_end_may_be_as_late_as_the_free_connector(at: float, free_at: float | None, may_be: bool) -> None:
    closed = lifecycle.close_session(lifecycle.add_reading(BEGUN, at=minute(5)), reason=StopReason.FORGOTTEN)
    free = None if free_at is None else minute(free_at)

    assert lifecycle.may_have_been_active(closed, at=minute(at), free_at=free) is may_be


def test_stop_is_final_whenever_the_connector_was_free() -> None:
    assert not lifecycle.may_have_been_active(stopped(), at=minute(61), free_at=None)


@pytest.mark.parametrize(("at", "is_reused"), [(65, False), (65.1, True)])
def test_id_of_an_unplugged_car_is_reused_after_5_minutes(at: float, is_reused: bool) -> None:
    unplugged = stopped(reason="EVDisconnected")

    assert lifecycle.is_id_reused(unplugged, at=minute(at), booted_at=None) is is_reused


@pytest.mark.parametrize(("booted", "is_reused"), [(None, False), (60, False), (60.1, True)])
def test_id_of_a_plugged_car_is_reused_after_a_boot(booted: float | None, is_reused: bool) -> None:
    booted_at = None if booted is None else minute(booted)

    assert lifecycle.is_id_reused(stopped(), at=minute(90), booted_at=booted_at) is is_reused
    assert not lifecycle.is_id_reused(BEGUN, at=minute(90), booted_at=booted_at)


@pytest.mark.parametrize(
    ("back", "at", "ended", "is_flagged"),
    [
        (80, 80, 62, True),
        (80, 90, 62, True),
        (80.1, 80, 80, False),  # away only after the connector was free
        (60, 90, 90, False),  # back by the stop
        (60.1, 90, 62, True),
    ],
)
def test_absence_between_stop_and_unplug_ends_where_last_heard(
    back: float, at: float, ended: float, is_flagged: bool
) -> None:
    state = lifecycle.unplug(stopped(), at=minute(at), away=(minute(62), minute(back)))

    assert (state.ended_at, state.unplugged_at) == (minute(ended), minute(ended))
    assert bool(state.flags & Flag.UNPLUGGED_OFFLINE) is is_flagged


def test_absence_from_before_the_stop_ends_at_the_stop() -> None:
    assert lifecycle.unplug(stopped(), at=minute(90), away=(minute(30), minute(80))).ended_at == minute(60)


def test_unplugging_at_the_start_of_the_session_counts() -> None:
    assert lifecycle.unplug(stopped(), at=START).unplugged_at == minute(60)


@pytest.mark.parametrize(("to", "ended"), [(70, 70), (75, 75), (80, 75), (50, 60)])
def test_next_session_moves_the_end_back_to_the_stop_at_most(to: float, ended: float) -> None:
    unplugged = lifecycle.unplug(stopped(), at=minute(75))

    assert lifecycle.end_by_next_session(unplugged, to=minute(to)).ended_at == minute(ended)


def test_next_session_moves_no_end_of_a_plugged_car() -> None:
    assert lifecycle.end_by_next_session(stopped(), to=minute(70)) == stopped()
    assert lifecycle.end_by_next_session(BEGUN, to=minute(70)) == BEGUN


@pytest.mark.parametrize(("booted", "received", "is_forgotten"), [(6, 6, True), (6, 5.9, False), (5, 9, False)])
def test_session_is_forgotten_from_the_boot_on(booted: float, received: float, is_forgotten: bool) -> None:
    read = lifecycle.add_reading(BEGUN, at=minute(5))

    assert lifecycle.is_forgotten(read, booted_at=minute(booted), received_at=minute(received)) is is_forgotten


def test_clock_lag_moves_when_a_session_was_last_heard() -> None:
    assert lifecycle.last_heard_at(START, minute(5), 90.0) == minute(6.5)
    assert lifecycle.last_heard_at(START, minute(5), None) == minute(5)
    assert lifecycle.last_heard_at(START, None, 90.0) == START


def test_station_is_online_up_to_15_minutes_of_silence() -> None:
    assert lifecycle.is_online("a", minute(0), now=minute(14.9))
    assert not lifecycle.is_online("a", minute(0), now=minute(15))
    assert lifecycle.is_online("a", None, now=minute(99))
    assert not lifecycle.is_online("", minute(0), now=minute(0))


def test_stop_at_the_start_is_no_negative_time() -> None:
    assert stopped(at=0).flags == 0


def test_meter_stop_of_zero_is_a_value() -> None:
    assert lifecycle.stop_session(BEGUN, at=minute(1), meter_stop_wh=Decimal(0), reason="").meter_stop_wh == 0


def test_close_without_a_reading_ends_at_the_start() -> None:
    closed = lifecycle.close_session(BEGUN, reason=StopReason.CLOSED, by="Dana Ng")

    assert (closed.ended_at, closed.is_provisional, closed.ended_by) == (START, True, "Dana Ng")
    assert closed.flags == Flag.CLOSED_BY_US
    assert closed.is_ended
    assert not BEGUN.is_ended
