"""The energy that a meter's register adds from one reading to the next, also when the register falls."""

from datetime import datetime
from decimal import Decimal

import msgspec

from sessions_app.domain.flags import Flag

RESOLUTION_WH = Decimal(1)
MAX_ENERGY_WH = Decimal(10) ** 9  # 1 GWh: more than any session has, and well within the database columns
ZERO_WH = Decimal("0.000")


class RegisterValue(msgspec.Struct, frozen=True, array_like=True):
    """A register value in Wh and its time."""

    wh: Decimal
    at: datetime


class Register(msgspec.Struct, frozen=True, array_like=True):
    """The last register value and, after a fall, the value before it until the register moves again."""

    last: RegisterValue | None = None
    fallen_from: RegisterValue | None = None


class RegisterIncrease(msgspec.Struct, frozen=True):
    """The energy that a reading adds since `since`, and the register for the next reading.

    `since` is None if the energy is unknown: there was no register value, or the register has just fallen.
    """

    register: Register
    energy_wh: Decimal = ZERO_WH
    since: datetime | None = None
    flags: int = 0


def start_register(at: datetime, wh: Decimal | None) -> Register:
    """Return the register at the start; some stations send -1 if they have none."""
    return Register(RegisterValue(wh, at)) if wh is not None and wh >= 0 else Register()


def count_increase(register: Register, wh: Decimal | None, at: datetime, *, so_far_wh: Decimal) -> RegisterIncrease:
    """Return what the register adds to the session's energy `so_far_wh`.

    After a fall, counting continues from the new value. Some meters drop to 0 for one reading and return
    to the old value with the next. That jump is not energy, so the old value is kept until the register
    moves. Ignore differences below 1 Wh: start and stop values are rounded to whole Wh.
    """
    if wh is None:
        return RegisterIncrease(register)
    new, last, before = RegisterValue(wh, at), register.last, register.fallen_from
    if last is None:
        return RegisterIncrease(Register(new))
    if wh <= last.wh - RESOLUTION_WH:
        higher = before if before is not None and before.wh > last.wh else last
        return RegisterIncrease(Register(new, higher), flags=Flag.REGISTER_FELL)
    if wh <= last.wh:
        return RegisterIncrease(Register(RegisterValue(last.wh, at), before), since=last.at)
    if before is not None and wh > before.wh - RESOLUTION_WH:
        last, new = before, RegisterValue(max(before.wh, wh), at)
    energy_wh = new.wh - last.wh
    if so_far_wh + energy_wh > MAX_ENERGY_WH:
        return RegisterIncrease(Register(new), flags=Flag.BEYOND_RATING)
    return RegisterIncrease(Register(new), energy_wh, last.at)
