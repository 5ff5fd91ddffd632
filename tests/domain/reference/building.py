"""Small sessions, written in seconds since their start."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.domain.reference.inputs import Connector, Message, MeterEvent, Session, Status
from tests.domain.reference.result import Result
from tests.domain.reference.working import work_out

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR, MINUTE = 3600, 60
MEASURANDS = {
    "register": "Energy.Active.Import.Register",
    "power": "Power.Active.Import",
    "export": "Power.Active.Export",
    "offered": "Current.Offered",
    "amps": "Current.Import",
}


def clock(second: float) -> datetime:
    return BEGAN + timedelta(seconds=second)


def value(kind: str, amount: Any, **fields: str) -> dict[str, object]:
    return {"value": str(amount), "measurand": MEASURANDS[kind], **fields}


def reading(second: float, *values: dict[str, object], has_id: bool = True, **told: Any) -> Message:
    both = [*values, *(value(kind, amount) for kind, amount in told.items())]
    return Message(clock(second), clock(second), both, has_transaction_id=has_id)


def event(second: float, meter: Any = None) -> MeterEvent:
    return MeterEvent(clock(second), clock(second), meter)


def status(second: float, name: str) -> Status:
    return Status(clock(second), clock(second), name)


def charged(
    messages: Iterable[Message],
    stop: MeterEvent | None = None,
    *,
    start: Any = 0,
    rating_w: int | None = 11_000,
    **rest: Any,
) -> Result:
    connector = Connector(rating_w=rating_w, phases=3, limit_a=rest.pop("limit_a", None))
    return work_out(Session(event(0, start), list(messages), stop, connector=connector, **rest))


def names(result: Result) -> set[str]:
    return {flag.name for flag in result.flags}


def price(result: Result, per_kwh: Any) -> Decimal:
    """Return the price of the energy, a second at a time: `per_kwh` gets second and kW."""
    total, before = Decimal(0), Decimal(0)
    for second in range(int(result.duration_s)):
        energy = result.energy_at(clock(second + 1))
        power = result.priced_power_w(clock(second))
        total += (energy - before) * per_kwh(second, (power or Fraction(0)) / 1000)
        before = energy
    return round(total / 1000, 2)
