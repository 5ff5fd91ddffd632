"""What a session's figures are: those of one moment, and the state that the next reading goes on from.

How they are worked out stands in `figures`.
"""

from datetime import datetime
from decimal import Decimal

import msgspec

from sessions_app.domain.inactivity import IdleClock
from sessions_app.domain.pricing import Tariff, Usage
from sessions_app.domain.register import ZERO_WH, Register

DEFAULT_INTERVAL_S = 60.0  # between readings, until two have told


class BillingContext(msgspec.Struct, frozen=True):
    """What the figures of a session depend on besides its readings."""

    zone: str
    rating_w: float | None = None
    phases: int = 3
    limit_a: float | None = None
    tariff: Tariff | None = None


class SessionPoint(msgspec.Struct, frozen=True):
    """A session's figures at one moment of it, a reading's or the stop's: what a graph draws."""

    energy_wh: Decimal
    grid_power_w: float | None
    limit_a: float | None
    idle_s: int
    price: Decimal | None


class SessionTotals(msgspec.Struct, frozen=True):
    """The figures so far, and what the next reading goes on from. Wh, W, A, %, seconds.

    `gap_s` is the time between the last two readings, `interval_s` the longer of it and the one before:
    a reading by the clock may come just before another. `open_since` is the start of a stretch of which
    no reading has said yet what flowed in it. `at_stop` is what the stop gave, before the car stood on
    plugged in.
    """

    at: datetime
    register: Register
    open_since: datetime | None = None
    energy_wh: Decimal = ZERO_WH
    reported_w: float | None = None
    power_w: float | None = None
    peak_power_w: float | None = None
    limit_a: float | None = None
    battery_start: float | None = None
    battery: float | None = None
    gap_s: float | None = None
    interval_s: float | None = None
    clock: IdleClock = IdleClock()
    usage: Usage = Usage()
    flags: int = 0
    at_stop: SessionPoint | None = None


_decode = msgspec.json.Decoder(SessionTotals).decode


def decode_totals(text: str) -> SessionTotals | None:
    """Return the figures that are kept with a session; None of another shape, to be worked out anew."""
    try:
        return _decode(text)
    except msgspec.DecodeError:
        return None
