"""Which sampled values of a message count: by location, context and phase.

OCPP 1.6 §7.17 and following: missing fields have defaults (measurand Energy.Active.Import.Register, unit Wh,
context Sample.Periodic, location Outlet). An invalid value is dropped; the rest of the message counts.
"""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

import msgspec

from sessions_app.domain import units

ENERGY_REGISTER = "Energy.Active.Import.Register"
ENERGY_INTERVAL = "Energy.Active.Import.Interval"
EXPORT_REGISTER = "Energy.Active.Export.Register"
POWER = "Power.Active.Import"
EXPORT_POWER = "Power.Active.Export"
ENERGIES = frozenset({ENERGY_REGISTER, ENERGY_INTERVAL, EXPORT_REGISTER})
POWERS = frozenset({POWER, EXPORT_POWER, "Power.Offered"})
MEASURANDS = (
    ENERGY_REGISTER,
    POWER,
    "Current.Offered",
    "Power.Offered",
    "SoC",
    "Voltage",
    "Current.Import",
    ENERGY_INTERVAL,
    EXPORT_POWER,
    EXPORT_REGISTER,
)
OUTLET, INLET = "Outlet", "Inlet"
PERIODIC, BEGIN, END = "Sample.Periodic", "Transaction.Begin", "Transaction.End"
CONTEXTS = (PERIODIC, "Sample.Clock", "Trigger")  # the first counts first
MAX_REGISTER_WH = Decimal(10) ** 11  # 100 GWh: more is garbage; the sum of three phases fits the database columns
MAX_VALUE = Decimal(10) ** 9

Phases = dict[str, Decimal]


class SampledValue(msgspec.Struct, frozen=True):
    """One sampled value with its OCPP defaults; the value is the text or number that was sent."""

    value: str | float | int | None = None
    measurand: str = ENERGY_REGISTER
    unit: str = ""
    phase: str = ""
    is_signed: bool = False  # OCPP 1.6 §7.35 ValueFormat SignedData: not a number
    context: str = PERIODIC
    location: str = OUTLET


class Selected(NamedTuple):
    """The values of one measurand by phase ("" is none), all of one location and context."""

    phases: Phases
    location: str


class _Candidate(NamedTuple):
    rank: tuple[bool, str, int, str]
    phase: str
    value: Decimal


def select_values(values: Iterable[SampledValue]) -> tuple[dict[str, Selected], dict[str, Selected]]:
    """Return the values that count by measurand, and the registers of Transaction.Begin and .End by context.

    Outlet counts before any other location, then Sample.Periodic before Sample.Clock and Trigger. Of two
    values of the same kind and phase the first counts.
    """
    by_measurand: dict[str, list[_Candidate]] = {}
    boundaries: dict[str, list[_Candidate]] = {}
    for sampled in values:
        number = _number(sampled)
        if number is None:
            continue
        candidate = _Candidate(_rank(sampled), sampled.phase.removesuffix("-N"), number)
        if sampled.context in (BEGIN, END):
            if sampled.measurand == ENERGY_REGISTER:
                boundaries.setdefault(sampled.context, []).append(candidate)
        else:
            by_measurand.setdefault(sampled.measurand, []).append(candidate)
    return (
        {measurand: _best(candidates) for measurand, candidates in by_measurand.items()},
        {context: _best(candidates) for context, candidates in boundaries.items()},
    )


def _rank(sampled: SampledValue) -> tuple[bool, str, int, str]:
    order = CONTEXTS.index(sampled.context) if sampled.context in CONTEXTS else len(CONTEXTS)
    return (sampled.location != OUTLET, sampled.location, order, sampled.context)


def _best(candidates: list[_Candidate]) -> Selected:
    best = min(candidate.rank for candidate in candidates)
    phases: Phases = {}
    for candidate in candidates:
        if candidate.rank == best:
            phases.setdefault(candidate.phase, candidate.value)
    return Selected(phases, best[1])


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
    if sampled.measurand in ENERGIES:
        energy = units.wh(value, sampled.unit)
        return energy if 0 <= energy < MAX_REGISTER_WH else None
    if sampled.measurand in POWERS:
        value = units.watts(value, sampled.unit)
    return value if -MAX_VALUE < value < MAX_VALUE else None
