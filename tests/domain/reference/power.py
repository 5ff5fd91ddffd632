"""Power as told: reported, else volts × amps; how it ages; how it spreads energy (rules 30 to 32)."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tests.domain.reference.inputs import Connector, latest
from tests.domain.reference.register import CAP_FACTOR, LEAST_POWER_W
from tests.domain.reference.selection import EXPORT_POWER, PHASES, POWER, Phases, Reading

ROOT_OF_3 = Fraction(Decimal(3).sqrt())
LINES = ("L1-L2", "L2-L3", "L3-L1")


@dataclass(frozen=True)
class Told:
    """The power of one reading; None where it ends what was told before. Export is positive."""

    at: Fraction
    power_w: Fraction | None
    export_w: Fraction = Fraction(0)

    @property
    def is_exporting(self) -> bool:
        return self.export_w >= LEAST_POWER_W or (self.power_w is not None and self.power_w <= -LEAST_POWER_W)


@dataclass(frozen=True)
class Slope:
    """A part of a step in which power changes evenly, for spreading energy."""

    start: Fraction
    end: Fraction
    first_w: Fraction
    last_w: Fraction


def told_power(readings: list[Reading], connector: Connector, interval_s: int) -> list[Told]:
    """Return each power that was told and each moment at which one ended without a new one."""
    told: list[Told] = []
    last_at: Fraction | None = None
    shortest: Fraction | None = None
    for reading in readings:
        one = _of(reading, connector)
        if one is not None:
            if last_at is not None:
                shortest = min(reading.at - last_at, shortest or reading.at - last_at)
            told.append(one)
            last_at = reading.at
            continue
        is_counting = bool(told) and told[-1].power_w is not None
        due_s = max(Fraction(interval_s), shortest or Fraction(0))
        if is_counting and last_at is not None and reading.at - last_at >= due_s:
            told.append(Told(reading.at, None))
    return told


def in_force(told: list[Told], at: Fraction) -> Told | None:
    """Return the power that counts at a moment; its `power_w` is None once it has aged."""
    return latest(told, at, lambda each: each.at)


def slopes(told: list[Told], start: Fraction, end: Fraction, cap_w: Fraction) -> list[Slope]:
    """Return power within a step: straight between the powers told in it, within 0 and the cap."""
    result: list[Slope] = []
    before = in_force(told, start)
    within = [Told(start, before.power_w)] if before else []
    within += [each for each in told if start < each.at <= end]
    if not within:
        return []
    first = _held(within[0], cap_w)
    result.append(Slope(start, within[0].at, first, first))
    for one, following in zip(within, [*within[1:], None], strict=True):
        power = _held(one, cap_w)
        last = power if following is None or None in (one.power_w, following.power_w) else _held(following, cap_w)
        result.append(Slope(one.at, end if following is None else following.at, power, last))
    return [each for each in result if each.start < each.end]


def _held(told: Told, cap_w: Fraction) -> Fraction:
    return Fraction(0) if told.power_w is None else max(Fraction(0), min(told.power_w, cap_w))


def _of(reading: Reading, connector: Connector) -> Told | None:
    power, export = reading.total(POWER), reading.total(EXPORT_POWER)
    if power is None:
        power = volts_times_amps(reading, connector)
    if power is None and export is not None and export >= LEAST_POWER_W:
        power = Fraction(0)
    return None if power is None else Told(reading.at, power, export or Fraction(0))


def volts_times_amps(reading: Reading, connector: Connector) -> Fraction | None:
    """Return volts × amps over the phases, or None where one of them is not told at that moment."""
    amps = reading.values.get("Current.Import", {})
    volts = reading.values.get("Voltage", {})
    usual = usual_voltage(volts)
    by_phase = [phase for phase in PHASES if phase in amps]
    if by_phase and usual is not None:
        return sum((amps[phase] * volts.get(phase, usual) for phase in by_phase), Fraction(0))
    if "" not in amps or usual is None:
        return None
    one_phase = amps[""] * usual
    all_phases = one_phase * (connector.phases or 1)
    is_sum = connector.rating_w and all_phases > connector.rating_w * CAP_FACTOR
    return one_phase if is_sum else all_phases


def usual_voltage(volts: Phases) -> Fraction | None:
    """Return the voltage of a phase: unphased, else the mean of the phases, else of the lines ÷ √3."""
    if "" in volts:
        return volts[""]
    phases = [volts[phase] for phase in PHASES if phase in volts]
    if phases:
        return sum(phases, Fraction(0)) / len(phases)
    lines = [volts[line] for line in LINES if line in volts]
    return sum(lines, Fraction(0)) / len(lines) / ROOT_OF_3 if lines else None
