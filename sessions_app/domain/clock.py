"""One clock: how far a station's clock is off, and its times on our clock.

The lag of a message is its arrival less the time that it states. Messages whose lag stays the same show the
station's clock: a lag of 2 minutes or more, or a lead, is its offset. A queue after an outage has a lag that
shrinks from message to message: it shows no offset.
"""

from datetime import datetime, timedelta

import msgspec

JITTER_S = 3.0
LEAST_RUN_S = 5.0
LEAST_LAG_S = 120.0


class StationClock(msgspec.Struct, frozen=True, array_like=True):
    """The offset in seconds (above 0: behind) and the messages of late that may show another one.

    `was_right` says that the station has shown the right time before: then a change takes three messages.
    """

    offset_s: float = 0.0
    was_right: bool = False
    first: datetime | None = None
    last: datetime | None = None
    least_s: float = 0.0
    most_s: float = 0.0
    count: int = 0


RIGHT = StationClock(was_right=True)


def follow_clock(clock: StationClock, *, stated_at: datetime, received_at: datetime) -> StationClock:
    """Return the clock after a message that states a time; the same object if nothing has changed."""
    lag_s = (received_at - stated_at).total_seconds()
    is_right = not _offset_s(lag_s)
    if is_right and not clock.offset_s and not clock.count and clock.was_right:
        return clock
    joins = clock.count and max(clock.most_s, lag_s) - min(clock.least_s, lag_s) <= JITTER_S
    if not joins:
        clock = msgspec.structs.replace(clock, first=received_at, least_s=lag_s, most_s=lag_s, count=0)
    least_s, most_s, count = min(clock.least_s, lag_s), max(clock.most_s, lag_s), clock.count + 1
    clock = msgspec.structs.replace(clock, last=received_at, least_s=least_s, most_s=most_s, count=count)
    if is_right and not clock.offset_s:
        return RIGHT
    run_s = (received_at - (clock.first or received_at)).total_seconds()
    if run_s < LEAST_RUN_S or (clock.was_right and not is_right and count < 3):
        return clock
    return RIGHT if is_right else msgspec.structs.replace(clock, offset_s=_offset_s(least_s), was_right=False)


def on_our_clock(clock: StationClock, *, stated_at: datetime, received_at: datetime) -> datetime:
    """Return a stated time on our clock; one that the offset would put after its arrival counts as stated."""
    if not clock.offset_s:
        return stated_at
    shifted = stated_at + timedelta(seconds=clock.offset_s)
    return shifted if (shifted - received_at).total_seconds() <= JITTER_S else stated_at


def _offset_s(lag_s: float) -> float:
    return lag_s if lag_s >= LEAST_LAG_S or lag_s < -JITTER_S else 0.0


_decode = msgspec.json.Decoder(StationClock).decode


def decode_clock(text: str) -> StationClock:
    """Decode a station's stored clock; "" is one of which nothing is known."""
    return _decode(text) if text else StationClock()


def encode_clock(clock: StationClock) -> str:
    """Encode a station's clock."""
    return "" if clock == StationClock() else msgspec.json.encode(clock).decode()
