"""The energy of a meter's register as far as a car can take it: trusted values, jumps and falls.

An increase counts from the last trusted value if it is plausible: up to 1.5 times the connector's rating over
the time since then and one sample interval more. Else it counts from the value directly before, if that is
plausible. Else the value is a base: nothing is counted until a later value counts from it.
"""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

from sessions_app.domain.energy_correction import EnergyCorrection, EnergySource
from sessions_app.domain.flags import Flag, FlagDetail
from sessions_app.domain.units import LEAST_POWER_W

CAP_RATIO = 1.5  # of the rating, or of the highest power told
UNKNOWN_CAP_W = 500_000.0
RESOLUTION_WH = Decimal(1)  # start and stop are whole Wh: a smaller fall is rounding
ZERO_WH = Decimal("0.000")
LEAST_DIFFERENCE_WH = Decimal(100)


class RegisterValue(msgspec.Struct, frozen=True, array_like=True):
    """A register value in Wh and its time."""

    wh: Decimal
    at: datetime


class Register(msgspec.Struct, frozen=True, array_like=True):
    """The register so far. `total_wh` is the sum of the counted increases.

    `last` is the value before, which may be an untrusted base. `is_reset`: values count from one that fell.
    """

    since: datetime
    trusted: RegisterValue | None = None
    last: RegisterValue | None = None
    total_wh: Decimal = ZERO_WH
    has_fallen: bool = False
    is_reset: bool = False
    counted_last: bool = False

    @property
    def is_trusted(self) -> bool:
        """Whether the last value is trusted: no base waits for a value that counts from it."""
        return self.trusted is None or self.trusted is self.last or self.trusted == self.last


class Step(NamedTuple):
    """Energy in Wh that counts between two moments."""

    start: datetime
    end: datetime
    wh: Decimal


class Bounds(NamedTuple):
    """What a car can take: power in W, and the slack of one sample interval in seconds."""

    cap_w: float
    slack_s: float

    def allow(self, wh: Decimal, since: datetime, until: datetime) -> bool:
        """Return whether an increase is plausible; the bound itself is."""
        if wh < 0:
            return False
        return float(wh) * 3600 <= self.cap_w * ((until - since).total_seconds() + self.slack_s) + 1e-3


def cap_w(rating_w: float | None, highest_told_w: float | None) -> float:
    """Return 1.5 × the rating, else 1.5 × the highest power told (from 100 W), else 500 kW."""
    if rating_w:
        return CAP_RATIO * rating_w
    if highest_told_w is not None and highest_told_w >= LEAST_POWER_W:
        return CAP_RATIO * highest_told_w
    return UNKNOWN_CAP_W


def start_register(at: datetime, wh: Decimal | None) -> Register:
    """Return the register at the start; some stations send -1 if they have none."""
    if wh is None or wh < 0:
        return Register(at)
    first = RegisterValue(wh, at)
    return Register(at, first, first)


def count_value(
    register: Register, wh: Decimal, at: datetime, bounds: Bounds
) -> tuple[Register, Step | None, FlagDetail | None]:
    """Return the register after a value, the step that it counts, and the flag where it is a base."""
    value, last = RegisterValue(wh, at), register.last
    if register.trusted is None or last is None:
        return msgspec.structs.replace(register, trusted=value, last=value), None, None
    for origin in (register.trusted, last):
        counted = _count(register, origin, value, bounds)
        if counted is not None:
            if origin is not register.trusted:
                counted = (msgspec.structs.replace(counted[0], is_reset=register.has_fallen), counted[1])
            return (*counted, None)
    change = wh - last.wh
    flag = Flag.REGISTER_FELL if change < 0 else Flag.REGISTER_JUMPED
    base = msgspec.structs.replace(register, last=value, has_fallen=change < 0, counted_last=False)
    return base, None, FlagDetail(int(flag), float(abs(change)), at)


def _count(
    register: Register, origin: RegisterValue, value: RegisterValue, bounds: Bounds
) -> tuple[Register, Step] | None:
    increase = value.wh - origin.wh
    if -RESOLUTION_WH < increase < 0:
        increase, value = ZERO_WH, RegisterValue(origin.wh, value.at)
    total = register.total_wh + increase
    if not bounds.allow(increase, origin.at, value.at) or not bounds.allow(total, register.since, value.at):
        return None
    counted = Register(register.since, value, value, total, register.has_fallen, register.is_reset, True)
    return counted, Step(origin.at, value.at, increase)


def count_interval(
    register: Register, wh: Decimal, at: datetime, bounds: Bounds
) -> tuple[Register, Step | None, FlagDetail | None]:
    """Return the register after an Energy.Active.Import.Interval, which covers the time since the one before."""
    since = register.last.at if register.last is not None else register.since
    total = register.total_wh + wh
    is_plausible = bounds.allow(wh, since, at) and bounds.allow(total, register.since, at)
    value = RegisterValue(total if is_plausible else register.total_wh, at)
    counted = msgspec.structs.replace(register, trusted=value, last=value, total_wh=value.wh, counted_last=is_plausible)
    if is_plausible:
        return counted, Step(since, at, wh), None
    return counted, None, FlagDetail(int(Flag.REGISTER_JUMPED), float(wh), at)


class StopDecision(NamedTuple):
    """Which energy counts at the stop: stop − start or the sum of the steps.

    `total_wh` is the energy that the steps are fitted to; None leaves them as they are.
    """

    counts_difference: bool = False
    total_wh: Decimal | None = None
    flag: FlagDetail | None = None

    @property
    def is_exact(self) -> bool:
        """Whether nothing is estimated from power."""
        return self.counts_difference or self.total_wh is not None


def decide_stop(
    register: Register,
    start: RegisterValue | None,
    stop: RegisterValue | None,
    bounds: Bounds,
    correction: EnergyCorrection | None = None,
) -> StopDecision:
    """Choose between stop − start and the sum of the increases; `register` has counted the stop's value.

    Where both are the same but for rounding to whole Wh, the sum stays. An operator's correction comes first.
    """
    if correction is not None and correction.energy_wh is not None:
        return StopDecision(total_wh=correction.energy_wh)
    if start is None or stop is None:
        return StopDecision()
    difference = stop.wh - start.wh
    source = correction.source if correction is not None else EnergySource.RULES
    is_reset = register.is_reset and register.counted_last and source is not EnergySource.STOP
    is_plausible = bounds.allow(difference, start.at, stop.at)
    counts = is_plausible and not is_reset and source is not EnergySource.READINGS
    apart = abs(register.total_wh - difference)
    energy = difference if counts else register.total_wh
    differs = apart > LEAST_DIFFERENCE_WH and apart * 100 > energy
    flag = FlagDetail(int(Flag.STOP_DIFFERS), float(apart), stop.at) if differs else None
    return StopDecision(counts, difference if counts and apart >= RESOLUTION_WH else None, flag)


def fit_steps(steps: list[Step], total: Decimal, whole: Step) -> list[Step]:
    """Scale the steps to the whole's energy; where they hold less than half of it, return the whole instead."""
    if total <= 0 or total * 2 < whole.wh:
        return [whole]
    return [step._replace(wh=step.wh * whole.wh / total) for step in steps]
