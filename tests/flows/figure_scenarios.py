"""The reported cases of meters and clocks that lie, with what they come to, and the ways to tell them otherwise.

The messages of a case are those of the reference's test with its number. Its figures are worked out by hand;
so are the prices: 0.30 a kWh and 6.00 an hour of inactivity where a case names no tariff of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from tests.domain.reference import Session

Relative = Callable[[Session], Session]
ENERGY, IDLE = "ENERGY", "PARKING_TIME"
USUAL = ({"dimension": ENERGY, "price": Decimal("0.30")}, {"dimension": IDLE, "price": Decimal(6)})
IN_TWO_HOURS = (
    {"dimension": ENERGY, "price": Decimal(1), "time_to": time(11)},
    {"dimension": ENERGY, "price": Decimal(10)},
)
DEAR_FROM_50_KW = (
    {"dimension": ENERGY, "price": Decimal("0.60"), "kw_from": Decimal(50)},
    {"dimension": ENERGY, "price": Decimal("0.30")},
)
DEAR_7_MINUTES = (
    {"dimension": ENERGY, "price": Decimal(1), "minutes_to": 7},
    {"dimension": ENERGY, "price": Decimal("0.20")},
)
TIME_FROM_11_KW = (
    {"dimension": ENERGY, "price": Decimal(1)},
    {"dimension": "TIME", "price": Decimal(10), "step_size": 900, "kw_from": Decimal(11)},
)
FROM_2_01_KW = ({"dimension": ENERGY, "price": Decimal(1), "kw_from": Decimal("2.01")},)


@dataclass(frozen=True)
class Expected:
    """The figures of a case: Wh, seconds, money, the names of its flags, and its relatives by name."""

    wh: str
    price: str
    idle_s: int = 0
    held_back_s: int = 0
    flags: frozenset[str] = frozenset()
    tariff: tuple[Mapping[str, Any], ...] = USUAL
    relatives: tuple[str, ...] = ("per phase", "kWh")
    sessions: int = 1


FELL, JUMPED, DIFFERS = "register fell", "register jumped", "stop and readings differ"
CASES = {
    1: Expected("540", "0.16", flags=frozenset({JUMPED, DIFFERS}), relatives=("kWh", "per phase", "batched")),
    2: Expected("1260", "0.38", flags=frozenset({FELL, JUMPED, DIFFERS}), relatives=("no rating", "DC", "doubled")),
    3: Expected("600", "0.18", flags=frozenset({JUMPED}), relatives=("per phase", "batched", "no rating")),
    4: Expected("640", "0.19", relatives=("kWh", "doubled", "DC")),
    5: Expected("660", "0.20", relatives=("kWh", "batched", "per phase")),
    6: Expected("1200", "0.36", relatives=("kWh", "per phase", "doubled")),
    7: Expected("0", "0.00", flags=frozenset({"station clock off", "no energy"}), relatives=("doubled", "DC")),
    8: Expected("840", "5.55", idle_s=3180, relatives=("kWh", "per phase", "DC")),
    9: Expected("40000", "220.00", tariff=IN_TWO_HOURS, relatives=("kWh", "per phase", "late")),
    10: Expected("2800", "0.84", relatives=("kWh", "no rating", "batched")),
    11: Expected("11000", "3.30", relatives=("DC", "batched")),
    12: Expected("600", "0.18", relatives=("kWh", "per phase", "doubled")),
    13: Expected("600", "0.18", relatives=("kWh", "batched", "DC")),
    15: Expected("22000", "6.60", tariff=DEAR_FROM_50_KW, relatives=("per phase", "kWh", "doubled")),
    16: Expected("1825", "1.48", tariff=DEAR_7_MINUTES, relatives=("per phase", "late", "kWh")),
    17: Expected("1001", "1.00", tariff=TIME_FROM_11_KW, relatives=("batched", "per phase", "late")),
    18: Expected("2010", "2.01", tariff=FROM_2_01_KW, relatives=("batched", "doubled", "no rating")),
    20: Expected(
        "0", "0.00", held_back_s=3600, flags=frozenset({"no energy"}), relatives=("per phase", "kWh", "batched")
    ),
    21: Expected("0", "0.00", flags=frozenset({"no energy"}), relatives=("kWh", "DC", "doubled")),
    22: Expected("1200", "0.76", idle_s=240, flags=frozenset({"unplugged while offline"}), relatives=("kWh", "DC")),
}


def in_kilo(session: Session) -> Session:
    """Tell all energy and power in kWh and kW."""
    return _each_value(session, lambda value: [_scaled(value)])


def per_phase(session: Session) -> Session:
    """Tell all energy and power as three phases, without their sum."""
    return _each_value(session, lambda value: list(_split(value)))


def without_rating(session: Session) -> Session:
    return replace(session, connector=replace(session.connector, rating_w=None))


def direct_current(session: Session) -> Session:
    return replace(session, connector=replace(session.connector, rating_w=150_000, phases=1))


def batched(session: Session) -> Session:
    """Hold back each reading until the fifth, and send the five in one message."""
    messages = list(session.messages)
    for first in range(0, len(messages), 5):
        arrived = max(each.arrived for each in messages[first : first + 5])
        messages[first : first + 5] = [replace(each, arrived=arrived) for each in messages[first : first + 5]]
    return replace(session, messages=messages)


def doubled(session: Session) -> Session:
    """Send each reading again 2 s later, as a station does that has got no answer."""
    again = [replace(each, arrived=each.arrived + timedelta(seconds=2)) for each in session.messages]
    return replace(session, messages=[*session.messages, *again])


def late(session: Session) -> Session:
    """Hold back the second reading until the one before the last."""
    messages = list(session.messages)
    messages[1] = replace(messages[1], arrived=messages[-2].arrived + timedelta(seconds=1))
    return replace(session, messages=messages)


RELATIVES: dict[str, Relative] = {
    "as reported": lambda session: session,
    "kWh": in_kilo,
    "per phase": per_phase,
    "no rating": without_rating,
    "DC": direct_current,
    "batched": batched,
    "doubled": doubled,
    "late": late,
}


def _each_value(session: Session, told: Callable[[Mapping[str, object]], list[Mapping[str, object]]]) -> Session:
    messages = [
        replace(each, values=[part for value in each.values for part in told(value)]) for each in session.messages
    ]
    return replace(session, messages=messages)


def _is_total(value: Mapping[str, object]) -> bool:
    return str(value["measurand"]).startswith(("Energy.", "Power.")) and "phase" not in value


def _scaled(value: Mapping[str, object]) -> Mapping[str, object]:
    if not _is_total(value) or str(value.get("unit", "")).startswith("k"):
        return value
    unit = "kWh" if str(value["measurand"]).startswith("Energy.") else "kW"
    return {**value, "value": str(Decimal(str(value["value"])) / 1000), "unit": unit}


def _split(value: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    if not _is_total(value):
        yield value
        return
    total = Decimal(str(value["value"]))
    third = (total / 3).quantize(Decimal("0.001"), ROUND_DOWN)
    for phase, part in (("L1", total - 2 * third), ("L2", third), ("L3-N", third)):
        yield {**value, "value": str(part), "phase": phase}
