"""Parse OCPP sampled values leniently into one `Reading` per moment.

OCPP 1.6 §7.17 and following: the default measurand is Energy.Active.Import.Register, the default unit Wh.
An invalid value is dropped; the rest of the message counts.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation

import msgspec

from sessions_app.domain import units

ENERGY_REGISTER = "Energy.Active.Import.Register"
MAX_REGISTER_WH = Decimal(10) ** 11  # 100 GWh: more is garbage; the sum of three phases fits the database columns
MAX_VALUE = Decimal(10) ** 9
PHASES = ("L1", "L2", "L3")
NO_CURRENTS = (None, None, None)


class SampledValue(msgspec.Struct, frozen=True):
    """One sampled value with its OCPP defaults; the value is the text or number that was sent."""

    value: str | float | int | None = None
    measurand: str = ENERGY_REGISTER
    unit: str = ""
    phase: str = ""
    is_signed: bool = False  # OCPP 1.6 §7.35 ValueFormat SignedData: not a number


class Reading(msgspec.Struct, frozen=True):
    """What was measured at one moment: Wh, W, A, %, V; None if the station reported no value.

    `power_w` is the reported power. `current_a` is a current without a phase: it may be a mean or a sum
    of the phases. `assign_phase` removes it.
    """

    at: datetime
    register_wh: Decimal | None = None
    power_w: float | None = None
    offered_a: float | None = None
    offered_w: float | None = None
    soc_percent: float | None = None
    voltage_v: float | None = None
    currents_a: tuple[float | None, float | None, float | None] = NO_CURRENTS
    current_a: float | None = None

    @property
    def phases_w(self) -> float | None:
        """Volts times amps, summed over the phases, in W: close to the power, too high at a low load."""
        if self.voltage_v is None or self.currents_a == NO_CURRENTS:
            return None
        return self.voltage_v * sum(amps for amps in self.currents_a if amps is not None)


def parse_reading(at: datetime, values: Iterable[SampledValue]) -> Reading | None:
    """Return the reading that the values give, or None if none of them is usable.

    If two contexts report the same measurand and phase, the later one in the message counts.
    """
    values_by_measurand: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for sampled in values:
        number = _number(sampled)
        if number is not None:
            values_by_measurand[str(sampled.measurand)][_phase(sampled.phase)] = number
    result = Reading(
        at=at,
        register_wh=_register(values_by_measurand[ENERGY_REGISTER]),
        power_w=_total(values_by_measurand["Power.Active.Import"]),
        offered_a=_highest(values_by_measurand["Current.Offered"]),
        offered_w=_total(values_by_measurand["Power.Offered"]),
        soc_percent=_percent(values_by_measurand["SoC"]),
        voltage_v=_mean(values_by_measurand["Voltage"]),
        currents_a=_phase_currents(values_by_measurand["Current.Import"]),
        current_a=_unphased_current(values_by_measurand),
    )
    return None if result == Reading(at=at) else result


def merge_readings(first: Reading, second: Reading) -> Reading:
    """Merge two readings of the same moment; the second fills in what the first lacks."""
    unknown = (None, NO_CURRENTS)
    missing = [name for name in Reading.__struct_fields__ if getattr(first, name) in unknown]
    return msgspec.structs.replace(first, **{name: getattr(second, name) for name in missing})


def assign_phase(reading: Reading, *, phases: int) -> Reading:
    """Return the reading to store: assign a current without a phase to the only phase, else drop it.

    Drop it also if the reading has a register, a power or phase currents, which are better. DC has 0 phases.
    """
    if reading.current_a is None:
        return reading
    is_needed = (reading.register_wh, reading.power_w, reading.currents_a) == (None, None, NO_CURRENTS)
    if is_needed and phases <= 1:
        return msgspec.structs.replace(reading, current_a=None, currents_a=(reading.current_a, None, None))
    return msgspec.structs.replace(reading, current_a=None)


def _number(sampled: SampledValue) -> Decimal | None:
    """Return the value in Wh, W, A, V or %; None if it is not a finite, plausible number."""
    if sampled.value is None or sampled.is_signed:
        return None
    text = str(sampled.value).strip()
    if not text or len(text) > 40:  # signed data: a kilobyte of text instead of a number
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or not -MAX_REGISTER_WH < value < MAX_REGISTER_WH:  # abs() may overflow
        return None
    try:
        return _in_base_unit(sampled, value)
    except ValueError:
        return None


def _in_base_unit(sampled: SampledValue, value: Decimal) -> Decimal | None:
    if sampled.measurand == ENERGY_REGISTER:
        register = units.wh(value, sampled.unit)
        return register if 0 <= register < MAX_REGISTER_WH else None
    if sampled.measurand in {"Power.Active.Import", "Power.Offered"}:
        value = Decimal(repr(units.watts(float(value), sampled.unit)))
    return value if -MAX_VALUE < value < MAX_VALUE else None


def _phase(phase: str) -> str:
    """Return L1 for L1 and L1-N, and "" for no phase; keep phase-to-phase names (L1-L2)."""
    return phase.removesuffix("-N")


def _phases(values: dict[str, Decimal]) -> list[float]:
    return [float(values[phase]) for phase in PHASES if phase in values]


def _register(values: dict[str, Decimal]) -> Decimal | None:
    if "" in values:
        return values[""]
    phases = [values[phase] for phase in PHASES if phase in values]
    return sum(phases, Decimal(0)) if phases else None


def _total(values: dict[str, Decimal]) -> float | None:
    """Return the unphased value, else the sum of the phases."""
    if "" in values:
        return float(values[""])
    phases = _phases(values)
    return sum(phases) if phases else None


def _highest(values: dict[str, Decimal]) -> float | None:
    return max((float(value) for value in values.values()), default=None)


def _mean(values: dict[str, Decimal]) -> float | None:
    """Return the unphased value, else the mean of the connected phases; a free wire picks up some voltage."""
    if "" in values:
        return float(values[""])
    phases = _phases(values)
    connected = [value for value in phases if value > max(phases) / 2]
    return sum(connected) / len(connected) if connected else None


def _percent(values: dict[str, Decimal]) -> float | None:
    soc = _total(values)
    return soc if soc is not None and 0 <= soc <= 100 else None


def _phase_currents(values: dict[str, Decimal]) -> tuple[float | None, float | None, float | None]:
    l1, l2, l3 = (float(values[phase]) if phase in values else None for phase in PHASES)
    return l1, l2, l3


def _unphased_current(values_by_measurand: dict[str, dict[str, Decimal]]) -> float | None:
    """Return the current without a phase if there is exactly one voltage to multiply it by."""
    volts, currents = values_by_measurand["Voltage"], values_by_measurand["Current.Import"]
    if "" not in currents or _phases(currents) or _mean(volts) is None or len(_phases(volts)) > 1:
        return None
    return float(currents[""])
