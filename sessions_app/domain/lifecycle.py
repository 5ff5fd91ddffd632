"""How a session begins, ends and ends anew: what each message of a station means for it.

A stop message ends a session. Without one its end is provisional, the last reading, and gives way to
whatever still comes: after an outage stations send the status first, and the stop message at last.
"""

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from sessions_app.domain.flags import Flag

NEXT_SESSION = "NextSession"
FORGOTTEN = "Forgotten"
CLOSED = "Closed"
EV_DISCONNECTED = "EVDisconnected"  # OCPP 1.6: disconnecting of cable, vehicle moved away
LATE_SAMPLE_TOLERANCE = timedelta(minutes=5)  # what is sampled so soon after an end was still meant for it
OFFLINE_AFTER = timedelta(minutes=15)  # stations beat every minute where they do as they are told


class SessionState(msgspec.Struct, frozen=True):
    """When a session began and ended, and why.

    `clock_lag_s` is by how much the station's clock is behind ours (less than 0: ahead), as far as its
    readings tell: the least time from one to its arrival, since more is a reading that was kept a while.
    A clock that is ahead may be set right: there the last reading tells. It is None before the first.
    """

    started_at: datetime
    meter_start_wh: Decimal | None = None
    stopped_at: datetime | None = None
    meter_stop_wh: Decimal | None = None
    unplugged_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    ended_by: str = ""
    is_provisional: bool = False
    last_reading_at: datetime | None = None
    clock_lag_s: float | None = None
    flags: int = 0

    @property
    def is_ended(self) -> bool:
        """Whether the session is history."""
        return self.ended_at is not None


def stop_session(state: SessionState, *, at: datetime, meter_stop_wh: Decimal | None, reason: str) -> SessionState:
    """Return the state after a stop message; the first one holds, and one before the start is flagged.

    A car that is gone by its own words does not stand there until the connector says that it is free.
    """
    if state.stopped_at is not None:
        return state
    state = _extend_start(state, at=at, register_wh=meter_stop_wh)
    flags = state.flags | (Flag.NEGATIVE_TIME if at < state.started_at else 0)
    stopped_at = max(at, state.started_at)
    return msgspec.structs.replace(
        state,
        stopped_at=stopped_at,
        unplugged_at=stopped_at if reason == EV_DISCONNECTED else None,
        ended_at=stopped_at,
        meter_stop_wh=meter_stop_wh if meter_stop_wh is not None and meter_stop_wh >= 0 else None,
        end_reason=reason or "Local",  # OCPP 1.6 §6.47: left out, it is Local
        is_provisional=False,
        flags=flags & ~Flag.CLOSED_BY_US,
    )


def close_session(state: SessionState, *, reason: str, by: str = "") -> SessionState:
    """Return the state after an end without a stop message: provisional, at the last reading."""
    if state.is_ended:
        return state
    return msgspec.structs.replace(
        state,
        ended_at=max(state.started_at, state.last_reading_at or state.started_at),
        end_reason=reason,
        ended_by=by,
        is_provisional=True,
        flags=state.flags | Flag.CLOSED_BY_US,
    )


def add_reading(
    state: SessionState,
    *,
    at: datetime,
    received_at: datetime | None = None,
    register_wh: Decimal | None = None,
) -> SessionState:
    """Return the state after a reading; a provisional end moves to the last one.

    `received_at` is by our clock, where the reading came by itself; a stop message brings old ones.
    """
    state = _extend_start(state, at=at, register_wh=register_wh)
    last = max(at, state.last_reading_at or at)
    ended_at = max(state.started_at, last) if state.is_provisional else state.ended_at
    lag_s = state.clock_lag_s
    if received_at is not None:
        new_s = (received_at - at).total_seconds()
        lag_s = new_s if lag_s is None or lag_s < 0 else min(new_s, lag_s)
    return msgspec.structs.replace(state, last_reading_at=last, ended_at=ended_at, clock_lag_s=lag_s)


def _extend_start(state: SessionState, *, at: datetime, register_wh: Decimal | None) -> SessionState:
    """Return the state of a session that is known to have lasted at that moment, and its register then.

    Where no start was reported, it begins with the first that is known of it, whatever came first.
    """
    if not state.flags & Flag.START_UNKNOWN or at > state.started_at:
        return state
    if at == state.started_at and register_wh is None:
        return state
    if at == state.started_at and register_wh is not None and state.meter_start_wh is not None:
        register_wh = min(register_wh, state.meter_start_wh)
    return msgspec.structs.replace(state, started_at=at, meter_start_wh=register_wh)


def unplug(state: SessionState, *, at: datetime | None) -> SessionState:
    """Return the state after its connector became available: the end moves there, once."""
    if at is None or state.stopped_at is None or state.unplugged_at is not None or at < state.started_at:
        return state
    return _unplugged(state, max(at, state.stopped_at))


def end_by_next_session(state: SessionState, *, to: datetime) -> SessionState:
    """Return the state where the next session of its connector began: no car is plugged in longer."""
    if state.stopped_at is None or state.unplugged_at is None or state.unplugged_at <= to:
        return state
    return _unplugged(state, max(to, state.stopped_at))


def _unplugged(state: SessionState, at: datetime) -> SessionState:
    return msgspec.structs.replace(state, unplugged_at=at, ended_at=at)


def was_active(state: SessionState, *, at: datetime) -> bool:
    """Return whether the session, and its car's stay after it, lasted at that moment."""
    return state.started_at <= at and not ended_before(state, at=at)


def ended_before(state: SessionState, *, at: datetime) -> bool:
    """Return whether the session had ended before that moment."""
    return state.ended_at is not None and state.ended_at < at


def may_have_been_active(state: SessionState, *, at: datetime, free_at: datetime | None) -> bool:
    """Return whether the session was on its connector at that moment, as far as anybody knows.

    A provisional end is but the last reading that has come: it may have gone on until the connector
    was free.
    """
    if state.is_provisional and state.started_at <= at and (free_at is None or at < free_at):
        return True
    return was_active(state, at=at)


def is_id_reused(state: SessionState, *, at: datetime, booted_at: datetime | None) -> bool:
    """Return whether a station that names its own id for the session at that moment means another one.

    It counts its ids anew after a restart, or has but one; and while a car that has stopped charging is
    still there, some go on reporting it.
    """
    if state.stopped_at is None or state.ended_at is None or not ended_before(state, at=at - LATE_SAMPLE_TOLERANCE):
        return False
    return state.unplugged_at is not None or (booted_at is not None and booted_at > state.ended_at)


def is_forgotten(state: SessionState, *, booted_at: datetime | None, received_at: datetime) -> bool:
    """Return whether a station that has restarted knows of no session here: its connector is available.

    Both are times of arrival. The station's own are of no use: whole seconds, or a clock that is wrong.
    """
    if state.is_ended or booted_at is None or received_at < booted_at:
        return False
    return booted_at > max(state.started_at, last_heard_at(state.started_at, state.last_reading_at, state.clock_lag_s))


def last_heard_at(started_at: datetime, last_reading_at: datetime | None, clock_lag_s: float | None) -> datetime:
    """Return when a session last told anything, by our clock: its last reading, or else its start."""
    if last_reading_at is None:
        return started_at
    return last_reading_at + timedelta(seconds=clock_lag_s or 0.0)


def is_online(connection_id: str, last_seen_at: datetime | None, *, now: datetime) -> bool:
    """Return whether a station is there: a socket is open, and something came over it of late.

    The process that held the socket may have died without noting that it closed.
    """
    return bool(connection_id) and (last_seen_at is None or now - last_seen_at < OFFLINE_AFTER)
