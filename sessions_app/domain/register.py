"""A meter's register: what it adds from one reading to the next, also where it falls."""

from datetime import datetime
from decimal import Decimal

import msgspec

from sessions_app.domain.flags import Flag

RESOLUTION_WH = Decimal(1)
MAX_ENERGY_WH = Decimal(10) ** 9  # a GWh: no session has so much, and the columns hold it with room
ZERO_WH = Decimal("0.000")


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """Where the register stood, in Wh, and when."""

    wh: Decimal
    at: datetime


class Register(msgspec.Struct, frozen=True, array_like=True):
    """Where the register stood last, and where before it fell, until it moves again."""

    last: Mark | None = None
    fallen_from: Mark | None = None


class Count(msgspec.Struct, frozen=True):
    """What a reading adds, and since when; the register that the next one is counted from.

    Without `since` nothing is known of the energy: there was no register, or it has just fallen.
    """

    register: Register
    energy_wh: Decimal = ZERO_WH
    since: datetime | None = None
    flags: int = 0


def begin(at: datetime, wh: Decimal | None) -> Register:
    """Return the meter register at start; some stations send -1 for none."""
    return Register(Mark(wh, at)) if wh is not None and wh >= 0 else Register()


def count(register: Register, wh: Decimal | None, at: datetime, *, so_far_wh: Decimal) -> Count:
    """Return what the register adds to the energy so far.

    After a fall counting goes on from the new value. Some meters drop to 0 for one reading only and
    are back at the old value with the next: that jump is no energy, so the old value is remembered
    until the register moves. A difference of less than 1 Wh is the rounding of whole Wh in start and stop.
    """
    if wh is None:
        return Count(register)
    mark, last, before = Mark(wh, at), register.last, register.fallen_from
    if last is None:
        return Count(Register(mark))
    if wh <= last.wh - RESOLUTION_WH:
        higher = before if before is not None and before.wh > last.wh else last
        return Count(Register(mark, higher), flags=Flag.REGISTER_FELL)
    if wh <= last.wh:
        return Count(Register(Mark(last.wh, at), before), since=last.at)
    if before is not None and wh > before.wh - RESOLUTION_WH:
        last, mark = before, Mark(max(before.wh, wh), at)
    energy_wh = mark.wh - last.wh
    if so_far_wh + energy_wh > MAX_ENERGY_WH:
        return Count(Register(mark), flags=Flag.BEYOND_RATING)
    return Count(Register(mark), energy_wh, last.at)
