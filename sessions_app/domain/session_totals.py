"""The types of a session's figures: one moment's values, and the totals that the next reading builds on.

`figures` computes them.
"""

from datetime import datetime
from decimal import Decimal

import msgspec

from sessions_app.domain.inactivity import IdleClock
from sessions_app.domain.pricing import Tariff, Usage
from sessions_app.domain.register import ZERO_WH, Register

DEFAULT_INTERVAL_S = 60.0  # between readings, until two readings show the real interval


class BillingContext(msgspec.Struct, frozen=True):
    """What a session's figures depend on in addition to its readings."""

    zone: str
    rating_w: float | None = None
    phases: int = 3
    limit_a: float | None = None
    tariff: Tariff | None = None


class SessionPoint(msgspec.Struct, frozen=True):
    """A session's figures at a reading or at the stop: one point of a graph."""

    energy_wh: Decimal
    grid_power_w: float | None
    limit_a: float | None
    idle_s: int
    price: Decimal | None


class SessionTotals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The figures so far, and the state that the next reading builds on. Wh, W, A, %, seconds.

    `gap_s` is the time between the last two readings. `interval_s` is the longer of this gap and the
    previous one, because a clock-aligned reading may come just before another. `open_since` is the start
    of an interval whose energy no reading has reported yet. `at_stop` has the figures at the stop, before
    any parked time.
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
    """Decode a session's stored totals; return None for an outdated format, to be computed again."""
    try:
        return _decode(text)
    except msgspec.DecodeError:
        return None
