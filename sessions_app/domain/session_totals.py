"""The types of a session's figures: one moment's values, and the totals that the next reading builds on.

`figures` computes them.
"""

from datetime import datetime
from decimal import Decimal

import msgspec

from sessions_app.domain.energy_correction import EnergyCorrection
from sessions_app.domain.flags import FlagDetail
from sessions_app.domain.inactivity import IdleClock
from sessions_app.domain.mean_power import MeanGroup
from sessions_app.domain.meter import Reading
from sessions_app.domain.power import ToldPower
from sessions_app.domain.pricing import Tariff, Usage
from sessions_app.domain.register import ZERO_WH, Register, RegisterValue
from sessions_app.domain.register_motion import Motion

DEFAULT_INTERVAL_S = 60.0  # between readings, until two readings show the real interval


class BillingContext(msgspec.Struct, frozen=True):
    """What a session's figures depend on in addition to its readings.

    `interval_s` is the sample interval that we ask for: it bounds what is plausible.
    """

    zone: str
    rating_w: float | None = None
    phases: int = 3
    limit_a: float | None = None
    tariff: Tariff | None = None
    interval_s: float = DEFAULT_INTERVAL_S
    correction: EnergyCorrection | None = None


class StatusAt(msgspec.Struct, frozen=True, array_like=True):
    """A status of the session's connector and its time; `received_at` and `stated_at` as for readings."""

    at: datetime
    status: str
    received_at: datetime | None = None
    stated_at: datetime | None = None


class SessionPoint(msgspec.Struct, frozen=True, array_like=True):
    """A session's figures at a reading or at the stop: one point of a graph."""

    energy_wh: Decimal
    grid_power_w: float | None
    limit_a: float | None
    idle_s: int
    price: Decimal | None
    held_back_s: int = 0
    is_estimated: bool = False


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """What the readings have told so far: a bit for each of `meter.FIELDS`, and of those at outlet and inlet."""

    fields: int = 0
    outlet: int = 0
    inlet: int = 0
    is_named: bool = False


class SessionMetrics(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Figures that each reading brings up to date. W, A, %, seconds.

    `gap_s` is the time between the last two readings. `interval_s` is the longer of this gap and the
    previous one, because a clock-aligned reading may come just before another.
    """

    power_w: float | None = None
    told_peak_w: float | None = None
    register_peak_w: float | None = None
    limit_a: float | None = None
    battery_start: float | None = None
    battery: float | None = None
    gap_s: float | None = None
    interval_s: float | None = None

    @property
    def peak_power_w(self) -> float | None:
        """The highest power told; of the register only if none was told."""
        return self.told_peak_w if self.told_peak_w is not None else self.register_peak_w


class Settled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is known for good at a reading: later readings change nothing before it.

    Energy is in thousandths of a Wh. `is_provisional` says that too many readings waited to be settled: a
    register value that comes now needs all readings again.
    """

    at: datetime
    register: Register
    cap_w: float
    motion: Motion = Motion()
    told: ToldPower | None = None
    export: RegisterValue | None = None
    group: MeanGroup = MeanGroup()
    registered_at: datetime | None = None
    offered_a: float | None = None
    energy_mwh: float = 0.0
    estimated_mwh: float = 0.0
    seen: Seen = Seen()
    metrics: SessionMetrics = SessionMetrics()
    clock: IdleClock = IdleClock()
    usage: Usage = Usage()
    flags: int = 0
    details: tuple[FlagDetail, ...] = ()
    is_provisional: bool = False
    is_standing: bool = False  # the register stands idle


class SessionTotals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The figures so far, and the state that the next reading builds on. Wh, W, A, %, seconds.

    `pending` are the readings after `settled`: what they mean depends on later ones. `at_stop` has the
    figures at the stop, before any parked time.
    """

    at: datetime
    settled: Settled
    register: Register
    pending: tuple[Reading, ...] = ()
    pending_points: tuple[SessionPoint, ...] = ()
    energy_wh: Decimal = ZERO_WH
    estimated_wh: Decimal = ZERO_WH
    metrics: SessionMetrics = SessionMetrics()
    clock: IdleClock = IdleClock()
    usage: Usage = Usage()
    flags: int = 0
    details: tuple[FlagDetail, ...] = ()
    at_stop: SessionPoint | None = None
    counts_stop: bool = False  # stop − start is the energy

    @property
    def power_w(self) -> float | None:
        """The current power."""
        return self.metrics.power_w

    @property
    def peak_power_w(self) -> float | None:
        """The peak power."""
        return self.metrics.peak_power_w


_decode = msgspec.json.Decoder(SessionTotals).decode


def decode_totals(text: str) -> SessionTotals | None:
    """Decode a session's stored totals; return None for an outdated format, to be computed again."""
    try:
        return _decode(text)
    except msgspec.DecodeError:
        return None
