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
CAR_GONE = "EVDisconnected"  # OCPP 1.6: disconnecting of cable, vehicle moved away
JUST_AFTER = timedelta(minutes=5)  # what is sampled so soon after an end was still meant for it
GONE_AFTER = timedelta(minutes=15)  # stations beat every minute where they do as they are told


class Life(msgspec.Struct, frozen=True):
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
    def is_over(self) -> bool:
        """Whether the session is history."""
        return self.ended_at is not None


def stop(life: Life, *, at: datetime, meter_stop_wh: Decimal | None, reason: str) -> Life:
    """Return the life after a stop message; the first one holds, and one before the start is flagged.

    A car that is gone by its own words does not stand there until the connector says that it is free.
    """
    if life.stopped_at is not None:
        return life
    life = _begun_by(life, at=at, register_wh=meter_stop_wh)
    flags = life.flags | (Flag.NEGATIVE_TIME if at < life.started_at else 0)
    stopped_at = max(at, life.started_at)
    return msgspec.structs.replace(
        life,
        stopped_at=stopped_at,
        unplugged_at=stopped_at if reason == CAR_GONE else None,
        ended_at=stopped_at,
        meter_stop_wh=meter_stop_wh if meter_stop_wh is not None and meter_stop_wh >= 0 else None,
        end_reason=reason or "Local",  # OCPP 1.6 §6.47: left out, it is Local
        is_provisional=False,
        flags=flags & ~Flag.CLOSED_BY_US,
    )


def close(life: Life, *, reason: str, by: str = "") -> Life:
    """Return the life after an end without a stop message: provisional, at the last reading."""
    if life.is_over:
        return life
    return msgspec.structs.replace(
        life,
        ended_at=max(life.started_at, life.last_reading_at or life.started_at),
        end_reason=reason,
        ended_by=by,
        is_provisional=True,
        flags=life.flags | Flag.CLOSED_BY_US,
    )


def read(
    life: Life, *, at: datetime, received_at: datetime | None = None, register_wh: Decimal | None = None
) -> Life:
    """Return the life after a reading; a provisional end moves to the last one.

    `received_at` is by our clock, where the reading came by itself; a stop message brings old ones.
    """
    life = _begun_by(life, at=at, register_wh=register_wh)
    last = max(at, life.last_reading_at or at)
    ended_at = max(life.started_at, last) if life.is_provisional else life.ended_at
    lag_s = life.clock_lag_s
    if received_at is not None:
        new_s = (received_at - at).total_seconds()
        lag_s = new_s if lag_s is None or lag_s < 0 else min(new_s, lag_s)
    return msgspec.structs.replace(life, last_reading_at=last, ended_at=ended_at, clock_lag_s=lag_s)


def _begun_by(life: Life, *, at: datetime, register_wh: Decimal | None) -> Life:
    """Return the life of a session that is known to have lasted at that moment, and its register then.

    Where no start was reported, it begins with the first that is known of it, whatever came first.
    """
    if not life.flags & Flag.START_UNKNOWN or at > life.started_at:
        return life
    if at == life.started_at and register_wh is None:
        return life
    if at == life.started_at and register_wh is not None and life.meter_start_wh is not None:
        register_wh = min(register_wh, life.meter_start_wh)
    return msgspec.structs.replace(life, started_at=at, meter_start_wh=register_wh)


def unplug(life: Life, *, at: datetime | None) -> Life:
    """Return the life after its connector became available: the end moves there, once."""
    if at is None or life.stopped_at is None or life.unplugged_at is not None or at < life.started_at:
        return life
    return _unplugged(life, max(at, life.stopped_at))


def give_way(life: Life, *, to: datetime) -> Life:
    """Return the life where the next session of its connector began: no car is plugged in longer."""
    if life.stopped_at is None or life.unplugged_at is None or life.unplugged_at <= to:
        return life
    return _unplugged(life, max(to, life.stopped_at))


def _unplugged(life: Life, at: datetime) -> Life:
    return msgspec.structs.replace(life, unplugged_at=at, ended_at=at)


def lasted(life: Life, *, at: datetime) -> bool:
    """Return whether the session, and its car's stay after it, lasted at that moment."""
    return life.started_at <= at and not is_over_by(life, at=at)


def is_over_by(life: Life, *, at: datetime) -> bool:
    """Return whether the session had ended before that moment."""
    return life.ended_at is not None and life.ended_at < at


def may_have_lasted(life: Life, *, at: datetime, free_at: datetime | None) -> bool:
    """Return whether the session was on its connector at that moment, as far as anybody knows.

    A provisional end is but the last reading that has come: it may have gone on until the connector
    was free.
    """
    if life.is_provisional and life.started_at <= at and (free_at is None or at < free_at):
        return True
    return lasted(life, at=at)


def is_past(life: Life, *, at: datetime, booted_at: datetime | None) -> bool:
    """Return whether a station that names its own id for the session at that moment means another one.

    It counts its ids anew after a restart, or has but one; and while a car that has stopped charging is
    still there, some go on reporting it.
    """
    if life.stopped_at is None or life.ended_at is None or not is_over_by(life, at=at - JUST_AFTER):
        return False
    return life.unplugged_at is not None or (booted_at is not None and booted_at > life.ended_at)


def is_forgotten(life: Life, *, booted_at: datetime | None, received_at: datetime) -> bool:
    """Return whether a station that has restarted knows of no session here: its connector is available.

    Both are times of arrival. The station's own are of no use: whole seconds, or a clock that is wrong.
    """
    if life.is_over or booted_at is None or received_at < booted_at:
        return False
    return booted_at > max(life.started_at, heard_at(life.started_at, life.last_reading_at, life.clock_lag_s))


def heard_at(started_at: datetime, last_reading_at: datetime | None, clock_lag_s: float | None) -> datetime:
    """Return when a session last told anything, by our clock: its last reading, or else its start."""
    if last_reading_at is None:
        return started_at
    return last_reading_at + timedelta(seconds=clock_lag_s or 0.0)


def is_online(connection_id: str, last_seen_at: datetime | None, *, now: datetime) -> bool:
    """Return whether a station is there: a socket is open, and something came over it of late.

    The process that held the socket may have died without noting that it closed.
    """
    return bool(connection_id) and (last_seen_at is None or now - last_seen_at < GONE_AFTER)
