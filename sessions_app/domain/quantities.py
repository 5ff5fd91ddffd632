"""The quantities of a meter sample: one record each.

Storage, graphs, the samples file, the admin's table and the demo's stations are derived from these records.
CONTRIBUTING.md tells how to add one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from sessions_app.domain import wording
from sessions_app.domain.file_cells import CellKind, money_value, to_kw, to_percent
from sessions_app.domain.meter import Reading
from sessions_app.domain.session_totals import SessionPoint
from sessions_app.domain.value_selection import ENERGY_INTERVAL, ENERGY_REGISTER, EXPORT_POWER, EXPORT_REGISTER

# `Reading.currents_a` has these three as one tuple.
PHASE_CURRENTS = ("current_l1_a", "current_l2_a", "current_l3_a")


class QuantityError(Exception):
    """A quantity's record does not agree with the types that hold its values."""


class Sampled(NamedTuple):
    """How a station reports the quantity (OCPP 1.6 §7.20, §7.31 and §7.34)."""

    measurand: str
    unit: str
    phase: str = ""


class Series(NamedTuple):
    """A line of the graph: its point field, name, unit, digits on hover, axis and colour token.

    `stored_digits` are those of the points that a browser gets. `to_point` turns the stored value into a
    float of the series' unit.
    """

    field: str
    name: str
    unit: str
    digits: int
    axis: str
    colour: str
    is_shown: bool = False
    line: Mapping[str, Any] = MappingProxyType({})
    stored_digits: int = 2
    to_point: Callable[[Any], float] | None = None


class SampleCell(NamedTuple):
    """A cell of the samples file; `value` takes the stored value and the currency of the session."""

    header: str
    kind: CellKind
    value: Callable[[Any, str], Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A quantity, by the name of its field in `MeterSample`.

    A measured one has the same field in `meter.Reading`, and is `sampled` or says how the reading came. The
    others are figures of `session_totals.SessionPoint`. What has no series, file cell or admin text is not
    shown there.
    """

    field: str
    sampled: Sampled | None = None
    is_about_reading: bool = False  # how the reading came, for example when it arrived
    series: Series | None = None
    file: SampleCell | None = None
    admin: tuple[str, Callable[[Any, str], str]] | None = None  # heading and text

    @property
    def is_measured(self) -> bool:
        """Whether it is of a reading, not of the figures."""
        return self.sampled is not None or self.is_about_reading


def _kilo(value: float | Decimal) -> float:
    return float(value) / 1000


def _amperes(value: float | None, currency: str) -> str:
    return wording.amperes(value)


def _kwh(energy_wh: Decimal | None, currency: str) -> str:
    return wording.kwh(energy_wh)


# A step line, since a limit holds until the next one; dashed, so that a power line under it shows.
_LIMIT_STYLE = {"shape": "hv", "dash": "6px,3px", "width": 1.5}


def _current(phase: str, field: str) -> Quantity:
    return Quantity(
        field=field,
        sampled=Sampled("Current.Import", "A", phase),
        series=Series(field, phase, "A", 1, "y3", f"--graph-{phase.lower()}"),
        file=SampleCell(f"Current {phase} (A)", "number"),
        admin=(f"Current {phase}", _amperes),
    )


# In the order of graphs and files.
QUANTITIES = (
    Quantity(
        field="grid_power_w",
        series=Series(
            "power_kw", "Grid Power", "kW", 2, "y", "--graph-power", is_shown=True, stored_digits=3, to_point=_kilo
        ),
        file=SampleCell("Grid Power (kW)", "decimal", lambda power_w, currency: to_kw(power_w)),
        admin=("Grid power", lambda power_w, currency: wording.kw(power_w)),
    ),
    Quantity(
        field="energy_wh",
        series=Series(
            "energy_kwh", "Energy Delivered", "kWh", 2, "y2", "--graph-energy", is_shown=True, stored_digits=4,
            to_point=_kilo,
        ),
        file=SampleCell("Energy Delivered (kWh)", "energy_kwh"),
        admin=("Energy", _kwh),
    ),
    Quantity(
        field="limit_a",
        series=Series("limit_a", "Grid Limit (A)", "A", 1, "y3", "--graph-limit", is_shown=True, line=_LIMIT_STYLE),
        file=SampleCell("Grid Limit (A)", "number"),
        admin=("Grid limit", _amperes),
    ),
    Quantity(
        field="price",
        series=Series(
            "price", "Amount", "", 2, "y4", "--graph-amount", line={"shape": "hv"}, stored_digits=3, to_point=float
        ),
        file=SampleCell("Amount", "money", money_value),
        admin=("Amount", wording.money),
    ),
    Quantity(
        field="idle_s",
        file=SampleCell("Inactivity (h:mm:ss)", "duration"),
        admin=("Inactivity", lambda idle_s, currency: wording.duration(idle_s)),
    ),
    Quantity(
        field="held_back_s",
        file=SampleCell("Held Back (h:mm:ss)", "duration"),
        admin=("Held back", lambda held_back_s, currency: wording.duration(held_back_s)),
    ),
    Quantity(
        field="soc_percent",
        sampled=Sampled("SoC", "Percent"),
        series=Series("battery", "Battery", "%", 0, "y5", "--graph-battery", stored_digits=1),
        file=SampleCell("Battery (%)", "percent", lambda percent, currency: to_percent(percent)),
        admin=("Battery", lambda percent, currency: wording.percent(percent)),
    ),
    Quantity(
        field="voltage_v",
        sampled=Sampled("Voltage", "V"),
        series=Series("voltage_v", "Voltage", "V", 1, "y6", "--graph-voltage"),
        file=SampleCell("Voltage (V)", "number"),
    ),
    *(_current(f"L{number}", field) for number, field in enumerate(PHASE_CURRENTS, 1)),
    Quantity(
        field="register_wh",
        sampled=Sampled(ENERGY_REGISTER, "Wh"),
        file=SampleCell("Meter Register (kWh)", "energy_kwh"),
        admin=("Register", _kwh),
    ),
    Quantity(field="power_w", sampled=Sampled("Power.Active.Import", "W")),
    Quantity(field="offered_a", sampled=Sampled("Current.Offered", "A")),
    Quantity(field="offered_w", sampled=Sampled("Power.Offered", "W")),
    Quantity(field="interval_wh", sampled=Sampled(ENERGY_INTERVAL, "Wh")),
    Quantity(field="export_w", sampled=Sampled(EXPORT_POWER, "W")),
    Quantity(field="export_wh", sampled=Sampled(EXPORT_REGISTER, "Wh")),
    Quantity(field="inlet", is_about_reading=True),
    Quantity(field="is_named", is_about_reading=True),
    Quantity(field="received_at", is_about_reading=True),
    Quantity(field="stated_at", is_about_reading=True),
    Quantity(field="is_estimated"),
)  # fmt: skip

MEASURED = (
    *(each for each in QUANTITIES if each.is_measured and each.field not in PHASE_CURRENTS),
    *(each for each in QUANTITIES if each.field in PHASE_CURRENTS),
)
MEASURED_FIELDS = tuple(each.field for each in MEASURED)
FIGURE_FIELDS = tuple(each.field for each in QUANTITIES if not each.is_measured)
SERIES = tuple(each.series for each in QUANTITIES if each.series)


def quantity_faults(quantities: Iterable[Quantity]) -> list[str]:
    """Return what is wrong with each record, with the name of its field."""
    readings = {*Reading.__struct_fields__, *PHASE_CURRENTS} - {"at", "currents_a", "current_a", "begin_wh", "end_wh"}
    figures = set(SessionPoint.__struct_fields__)
    faults, known = [], set[str]()
    for each in quantities:
        fields, place = (readings, "Reading in domain/meter.py") if each.is_measured else (
            figures, "SessionPoint in domain/session_totals.py, and it is not sampled"
        )  # fmt: skip
        if each.field in known:
            faults.append(f"Quantity {each.field!r} in domain/quantities.py is there twice.")
        elif each.field not in fields:
            faults.append(f"Quantity {each.field!r} in domain/quantities.py is no field of {place}.")
        known.add(each.field)
    faults += [
        f"{field!r} of Reading or SessionPoint has no record in domain/quantities.py."
        for field in sorted((readings | figures) - known)
    ]
    return faults


if _FAULTS := quantity_faults(QUANTITIES):
    raise QuantityError(" ".join(_FAULTS))

_scalars_of = attrgetter(*MEASURED_FIELDS[: -len(PHASE_CURRENTS)])
_figures_of = attrgetter(*FIGURE_FIELDS)


def measured_values(reading: Reading) -> tuple[Any, ...]:
    """Return the values of a reading in the order of MEASURED_FIELDS."""
    return (*_scalars_of(reading), *reading.currents_a)


def figure_values(point: SessionPoint) -> tuple[Any, ...]:
    """Return the figures at a reading in the order of FIGURE_FIELDS."""
    values: tuple[Any, ...] = _figures_of(point)
    return values


def reading_from(at: Any, values: tuple[Any, ...]) -> Reading:
    """Return the reading whose values are in the order of MEASURED_FIELDS."""
    first, second, third = values[-len(PHASE_CURRENTS) :]
    return Reading(at=at, currents_a=(first, second, third), **dict(zip(MEASURED_FIELDS, values[:-3], strict=False)))
