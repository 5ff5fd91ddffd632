"""How the messages of a station change the start and end of a session.

A stop message ends a session. Without one the end is provisional: it is the last reading, and later messages
replace it. After an outage, stations send the status first and the stop message last.
"""

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from sessions_app.domain.flags import Flag
from sessions_app.domain.station_states import StopReason

LATE_SAMPLE_TOLERANCE = timedelta(minutes=5)  # readings this soon after an end still belong to the session
AWAY_AFTER = timedelta(minutes=5)  # a station that is not heard of for longer was away
OFFLINE_AFTER = timedelta(minutes=15)  # the heartbeat interval we ask for is one minute


class SessionState(msgspec.Struct, frozen=True):
    """When and why a session began and ended.

    `clock_lag_s` is how far the station's clock is behind ours (below 0: ahead), or None before the first
    reading. It is the shortest time from a reading to its arrival, because a longer one means that the
    station held the reading back. If the clock is ahead, the last reading decides, because the clock may get
    corrected.
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
        """Whether the session has ended, also provisionally."""
        return self.ended_at is not None


def stop_session(state: SessionState, *, at: datetime, meter_stop_wh: Decimal | None, reason: str) -> SessionState:
    """Apply a stop message. Only the first counts; flag a stop before the start.

    With the reason EVDisconnected the car is unplugged at once, not only when the connector is available.
    """
    if state.stopped_at is not None:
        return state
    state = extend_start(state, at=at, register_wh=meter_stop_wh)
    flags = state.flags | (Flag.NEGATIVE_TIME if at < state.started_at else 0)
    stopped_at = max(at, state.started_at)
    return msgspec.structs.replace(
        state,
        stopped_at=stopped_at,
        unplugged_at=stopped_at if reason == StopReason.EV_DISCONNECTED else None,
        ended_at=stopped_at,
        meter_stop_wh=meter_stop_wh if meter_stop_wh is not None and meter_stop_wh >= 0 else None,
        end_reason=reason or StopReason.LOCAL,  # OCPP 1.6 §6.47: the default is Local
        is_provisional=False,
        flags=flags & ~Flag.CLOSED_BY_US,
    )


def close_session(state: SessionState, *, reason: str, by: str = "") -> SessionState:
    """End a session without a stop message: provisionally, at the last reading."""
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
    """Apply a reading; a provisional end moves to the last reading.

    `received_at` is our clock. Leave it out for the readings of a stop message: those are old.
    """
    state = extend_start(state, at=at, register_wh=register_wh)
    last_at = max(at, state.last_reading_at or at)
    ended_at = max(state.started_at, last_at) if state.is_provisional else state.ended_at
    lag_s = state.clock_lag_s
    if received_at is not None:
        new_s = (received_at - at).total_seconds()
        lag_s = new_s if lag_s is None or lag_s < 0 else min(new_s, lag_s)
    return msgspec.structs.replace(state, last_reading_at=last_at, ended_at=ended_at, clock_lag_s=lag_s)


def add_start(state: SessionState, *, at: datetime, meter_start_wh: Decimal | None, flags: int) -> SessionState:
    """Add the start that arrived after its session's stop, or after another message of its transaction."""
    flags |= state.flags & ~Flag.START_UNKNOWN
    started_at = min(at, state.ended_at or at)
    return msgspec.structs.replace(state, started_at=started_at, meter_start_wh=meter_start_wh, flags=flags)


def reopen(state: SessionState) -> SessionState:
    """Undo a provisional end: the station goes on with the transaction."""
    if not state.is_provisional:
        return state
    return msgspec.structs.replace(
        state, ended_at=None, end_reason="", ended_by="", is_provisional=False, flags=state.flags & ~Flag.CLOSED_BY_US
    )


def extend_start(state: SessionState, *, at: datetime, register_wh: Decimal | None) -> SessionState:
    """Move the start of a session without a reported start to its earliest known moment."""
    if not state.flags & Flag.START_UNKNOWN or at > state.started_at:
        return state
    if at == state.started_at and register_wh is None:
        return state
    if at == state.started_at and register_wh is not None and state.meter_start_wh is not None:
        register_wh = min(register_wh, state.meter_start_wh)
    return msgspec.structs.replace(state, started_at=at, meter_start_wh=register_wh)


def unplug(state: SessionState, *, at: datetime | None, away: tuple[datetime, datetime] | None = None) -> SessionState:
    """Move the end, once, to when the connector became available.

    Where the station was away between the stop and then, the end is when it was last heard of: nobody knows
    how long the car stayed.
    """
    stopped_at = state.stopped_at
    if at is None or stopped_at is None or state.unplugged_at is not None or at < state.started_at:
        return state
    if away is not None and stopped_at < away[1] <= at:
        state = msgspec.structs.replace(state, flags=state.flags | Flag.UNPLUGGED_OFFLINE)
        at = away[0]
    return _end_at_unplug(state, max(at, stopped_at))


def end_by_next_session(state: SessionState, *, to: datetime) -> SessionState:
    """Move the end back to `to`, when the connector's next session began: the car was unplugged by then."""
    if state.stopped_at is None or state.unplugged_at is None or state.unplugged_at <= to:
        return state
    return _end_at_unplug(state, max(to, state.stopped_at))


def _end_at_unplug(state: SessionState, at: datetime) -> SessionState:
    return msgspec.structs.replace(state, unplugged_at=at, ended_at=at)


def was_active(state: SessionState, *, at: datetime) -> bool:
    """Return whether the session was active at that moment, parked time included."""
    return state.started_at <= at and not ended_before(state, at=at)


def ended_before(state: SessionState, *, at: datetime) -> bool:
    """Return whether the session had ended before that moment."""
    return state.ended_at is not None and state.ended_at < at


def may_have_been_active(state: SessionState, *, at: datetime, free_at: datetime | None) -> bool:
    """Return whether the session can have been active at that moment.

    A provisional end is only the last reading received: the session may have lasted until the connector
    was available at `free_at`.
    """
    if state.is_provisional and state.started_at <= at and (free_at is None or at < free_at):
        return True
    return was_active(state, at=at)


def is_id_reused(state: SessionState, *, at: datetime, booted_at: datetime | None) -> bool:
    """Return whether the station's own transaction id at that moment means another session.

    Stations restart their id counter after a boot, or always use the same id. Some keep reporting a stopped
    session while its car is plugged in: that is not a reuse.
    """
    if state.stopped_at is None or state.ended_at is None or not ended_before(state, at=at - LATE_SAMPLE_TOLERANCE):
        return False
    return state.unplugged_at is not None or (booted_at is not None and booted_at > state.ended_at)


def is_forgotten(state: SessionState, *, booted_at: datetime | None, received_at: datetime) -> bool:
    """Return whether the station has lost the session: it rebooted, and now reports the connector available.

    Both times are arrival times: the station's own are in whole seconds or from a wrong clock.
    """
    if state.is_ended or booted_at is None or received_at < booted_at:
        return False
    return booted_at > max(state.started_at, last_heard_at(state.started_at, state.last_reading_at, state.clock_lag_s))


def last_heard_at(started_at: datetime, last_reading_at: datetime | None, clock_lag_s: float | None) -> datetime:
    """Return when a session was last heard from by our clock: its last reading, else its start."""
    if last_reading_at is None:
        return started_at
    return last_reading_at + timedelta(seconds=clock_lag_s or 0.0)


def is_online(connection_id: str, last_seen_at: datetime | None, *, now: datetime) -> bool:
    """Return whether a station has an open socket and was heard from recently.

    The open socket is not enough: its process may have died without recording that it closed.
    """
    return bool(connection_id) and (last_seen_at is None or now - last_seen_at < OFFLINE_AFTER)
