"""Parse OCPP sampled values leniently into one `Reading` per moment.

`value_selection` says which of the values of a message count.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import msgspec

from sessions_app.domain.value_selection import (
    BEGIN,
    END,
    ENERGY_INTERVAL,
    ENERGY_REGISTER,
    EXPORT_POWER,
    EXPORT_REGISTER,
    INLET,
    MEASURANDS,
    POWER,
    Phases,
    SampledValue,
    Selected,
    select_values,
)

PHASES = ("L1", "L2", "L3")
LINES = ("L1-L2", "L2-L3", "L3-L1")
ROOT_OF_3 = 3**0.5
NO_CURRENTS = (None, None, None)
MAX_RATIO = 1.5  # of the rating: what a connector can deliver at most
# The fields of a reading that each measurand gives, in the order of MEASURANDS.
FIELDS = (
    "register_wh",
    "power_w",
    "offered_a",
    "offered_w",
    "soc_percent",
    "voltage_v",
    "currents_a",
    "interval_wh",
    "export_w",
    "export_wh",
)


class Reading(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was measured at one moment: Wh, W, A, %, V; None if the station reported no value.

    `power_w` is the reported power. `current_a` is a current without a phase: it may be a mean or a sum
    of the phases. `assign_phase` removes it. `begin_wh` and `end_wh` are the registers of Transaction.Begin
    and .End, which belong to the start and the stop. `inlet` has a bit for each of FIELDS that was measured
    at the grid side. `is_named` says whether the message named a transaction. `stated_at` is the station's
    own time where its clock is off, `received_at` our clock.
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
    interval_wh: Decimal | None = None
    export_w: float | None = None
    export_wh: Decimal | None = None
    begin_wh: Decimal | None = None
    end_wh: Decimal | None = None
    inlet: int = 0
    is_named: bool = True
    stated_at: datetime | None = None
    received_at: datetime | None = None

    @property
    def phases_w(self) -> float | None:
        """Volts times amps, summed over the phases, in W: close to the power, too high at a low load."""
        if self.voltage_v is None or self.currents_a == NO_CURRENTS:
            return None
        return self.voltage_v * sum(amps for amps in self.currents_a if amps is not None)

    @property
    def told_w(self) -> float | None:
        """The power as told: reported, else volts × amps; 0 where only a power given back is told."""
        if self.power_w is not None:
            return self.power_w
        if (phases_w := self.phases_w) is not None:
            return phases_w
        return 0.0 if self.export_w is not None and self.export_w >= 100 else None

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing of the moment: only of the start or the stop, or nothing at all."""
        return all(getattr(self, name) is None for name in FIELDS if name != "currents_a") and (
            self.currents_a == NO_CURRENTS and self.current_a is None
        )


def parse_reading(at: datetime, values: Iterable[SampledValue]) -> Reading | None:
    """Return the reading that the values give, or None if none of them is usable."""
    selected, boundaries = select_values(values)
    phases = {measurand: of_it.phases for measurand, of_it in selected.items()}
    none: Phases = {}
    result = Reading(
        at=at,
        register_wh=_register(phases.get(ENERGY_REGISTER, none)),
        power_w=_total(phases.get(POWER, none)),
        offered_a=_lowest(phases.get("Current.Offered", none)),
        offered_w=_total(phases.get("Power.Offered", none)),
        soc_percent=_percent(phases.get("SoC", none)),
        voltage_v=_mean(phases.get("Voltage", none)),
        currents_a=_phase_currents(phases.get("Current.Import", none)),
        current_a=_unphased_current(phases),
        interval_wh=_register(phases.get(ENERGY_INTERVAL, none)),
        export_w=_total(phases.get(EXPORT_POWER, none)),
        export_wh=_register(phases.get(EXPORT_REGISTER, none)),
        begin_wh=_boundary(boundaries.get(BEGIN)),
        end_wh=_boundary(boundaries.get(END)),
    )
    if result == Reading(at=at):
        return None
    inlet = sum(
        1 << place
        for place, measurand in enumerate(MEASURANDS)
        if measurand in selected and selected[measurand].location == INLET
    )
    return msgspec.structs.replace(result, inlet=inlet) if inlet else result


def fields_told(reading: Reading) -> int:
    """Return a bit for each of FIELDS that the reading has."""
    told = 0
    for place, name in enumerate(FIELDS):
        value = getattr(reading, name)
        if value is not None and value is not NO_CURRENTS and value != NO_CURRENTS:
            told |= 1 << place
    return told


def drop_fields(reading: Reading, fields: int) -> Reading:
    """Return the reading without the fields whose bits are set."""
    dropped = {
        name: NO_CURRENTS if name == "currents_a" else None for place, name in enumerate(FIELDS) if fields >> place & 1
    }
    return msgspec.structs.replace(reading, **dropped) if dropped else reading


def merge_readings(first: Reading, second: Reading) -> Reading:
    """Merge two readings of the same moment; the second fills in what the first lacks."""
    missing = {
        name: value
        for name in (*FIELDS, "current_a", "begin_wh", "end_wh", "received_at", "stated_at")
        if getattr(first, name) in (None, NO_CURRENTS)
        and (value := getattr(second, name)) is not None
        and value != NO_CURRENTS
    }
    if not missing and first.is_named >= second.is_named:
        return first
    filled = sum(1 << place for place, name in enumerate(FIELDS) if name in missing)
    return msgspec.structs.replace(
        first,
        **missing,
        inlet=first.inlet | second.inlet & filled,
        is_named=first.is_named or second.is_named,
    )


def assign_phase(reading: Reading, *, phases: int, rating_w: float | None = None) -> Reading:
    """Return the reading to store: a current without a phase is that of each phase, or of the only one.

    It is the sum of the phases where each would be beyond the rating. Drop it if the reading has a power or
    phase currents, which are better. DC has 0 phases.
    """
    amps = reading.current_a
    if amps is None:
        return reading
    currents: tuple[float | None, float | None, float | None] = reading.currents_a
    if reading.power_w is None and currents == NO_CURRENTS:
        total_w = amps * (reading.voltage_v or 0) * max(phases, 1)
        is_sum = bool(rating_w) and total_w > MAX_RATIO * (rating_w or 0)
        count = 1 if is_sum else max(phases, 1)
        currents = (amps, amps if count > 1 else None, amps if count > 2 else None)
    return msgspec.structs.replace(reading, current_a=None, currents_a=currents)


def _boundary(selected: Selected | None) -> Decimal | None:
    return None if selected is None else _register(selected.phases)


def _phases(values: Phases) -> list[float]:
    return [float(values[phase]) for phase in PHASES if phase in values]


def _register(values: Phases) -> Decimal | None:
    if "" in values:
        return values[""]
    phases = [values[phase] for phase in PHASES if phase in values]
    return sum(phases, Decimal(0)) if phases else None


def _total(values: Phases) -> float | None:
    """Return the unphased value, else the sum of the phases."""
    if "" in values:
        return float(values[""])
    phases = _phases(values)
    return sum(phases) if phases else None


def _lowest(values: Phases) -> float | None:
    """Return the unphased value, else the lowest phase above 0: a phase at 0 is a placeholder; else 0."""
    if "" in values:
        return float(values[""])
    phases = _phases(values)
    return min((value for value in phases if value > 0), default=0.0) if phases else None


def _mean(values: Phases) -> float | None:
    """Return the unphased value, else the mean of the connected phases, else of the lines ÷ √3.

    A free wire picks up some voltage: it is not connected.
    """
    if "" in values:
        return float(values[""])
    phases = _phases(values)
    connected = [value for value in phases if value > max(phases) / 2]
    if connected:
        return sum(connected) / len(connected)
    lines = [float(values[line]) for line in LINES if line in values]
    return sum(lines) / len(lines) / ROOT_OF_3 if lines else None


def _percent(values: Phases) -> float | None:
    soc = _total(values)
    return soc if soc is not None and 0 <= soc <= 100 else None


def _phase_currents(values: Phases) -> tuple[float | None, float | None, float | None]:
    l1, l2, l3 = (float(values[phase]) if phase in values else None for phase in PHASES)
    return l1, l2, l3


def _unphased_current(phases: dict[str, Phases]) -> float | None:
    """Return the current without a phase, if there is a voltage to multiply it by and no phase current."""
    currents = phases.get("Current.Import", {})
    if "" not in currents or _phases(currents) or _mean(phases.get("Voltage", {})) is None:
        return None
    return float(currents[""])
