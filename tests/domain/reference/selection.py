"""Which values count: one reading for each moment of the session (rules 7 to 15)."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from tests.domain.reference.clock import Clock
from tests.domain.reference.inputs import Message, SampledValue, Session

REGISTER = "Energy.Active.Import.Register"
INTERVAL = "Energy.Active.Import.Interval"
EXPORT_REGISTER = "Energy.Active.Export.Register"
POWER = "Power.Active.Import"
EXPORT_POWER = "Power.Active.Export"
CONTEXTS = ("Sample.Periodic", "Sample.Clock", "Trigger")
BEGIN, END = "Transaction.Begin", "Transaction.End"
PHASES = ("L1", "L2", "L3")
LARGEST = Decimal(10) ** 12
LARGEST_EXPONENT = 12

Phases = dict[str, Fraction]


@dataclass(frozen=True)
class Candidate:
    """One readable value, with what decides whether it counts; a smaller rank counts first."""

    measurand: str
    location: str
    context: str
    phase: str
    value: Fraction

    @property
    def rank(self) -> tuple[bool, str, int, str]:
        order = CONTEXTS.index(self.context) if self.context in CONTEXTS else len(CONTEXTS)
        return (self.location != "Outlet", self.location, order, self.context)


class Reading:
    """What counts at one moment; `values` holds the phases of each measurand, "" for no phase."""

    def __init__(self, at: Fraction, values: dict[str, Phases]) -> None:
        self.at = at
        self.values = values

    def total(self, measurand: str) -> Fraction | None:
        """Return the value without a phase, else the sum of the phases."""
        phases = self.values.get(measurand, {})
        if "" in phases:
            return phases[""]
        told = [phases[phase] for phase in PHASES if phase in phases]
        return sum(told, Fraction(0)) if told else None


def number(value: object) -> Decimal | None:
    """Return a readable number, or None."""
    if value is None or isinstance(value, bool):
        return None
    try:
        result = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return result if result.is_finite() and abs(result) <= LARGEST else None


def meter_wh(value: object) -> Fraction | None:
    """Return a register value; a negative one is no value."""
    result = number(value)
    return None if result is None or result < 0 else Fraction(result)


def select(session: Session, clock: Clock, start: Fraction) -> list[Reading]:
    """Return the readings of the session in order, those after the stop included."""
    moments: dict[Fraction, list[Candidate]] = defaultdict(list)
    for message in _own_messages(session, clock, start):
        at = clock.moment(message.arrived, message.stated)
        moments[at] += [each for each in candidates(message) if each.context not in (BEGIN, END)]
    at_outlet = {each.measurand for all_ in moments.values() for each in all_ if each.location == "Outlet"}
    readings = []
    for at in sorted(moments):
        counted = [each for each in moments[at] if each.location != "Inlet" or each.measurand not in at_outlet]
        if counted:
            readings.append(Reading(at, _best(counted)))
    return readings


def boundary_value(session: Session, clock: Clock, context: str) -> Fraction | None:
    """Return the register of Transaction.Begin (the first told) or Transaction.End (the last told)."""
    told = []
    for message in _in_order(session):
        values = [each for each in candidates(message) if each.context == context]
        total = Reading(Fraction(0), _best(values)).total(REGISTER)
        if total is not None:
            told.append((clock.moment(message.arrived, message.stated), total))
    if not told:
        return None
    return min(told, key=lambda pair: pair[0])[1] if context == BEGIN else max(told, key=lambda pair: pair[0])[1]


def candidates(message: Message) -> list[Candidate]:
    """Return the readable values of a message."""
    return [each for value in message.values if (each := _candidate(value)) is not None]


def _in_order(session: Session) -> list[Message]:
    return sorted(session.messages, key=lambda message: message.arrived)


def _own_messages(session: Session, clock: Clock, start: Fraction) -> list[Message]:
    own = [
        message
        for message in _in_order(session)
        if candidates(message) and clock.moment(message.arrived, message.stated) >= start
    ]
    if session.is_v2 or not any(message.has_transaction_id for message in own):
        return own
    return [message for message in own if message.has_transaction_id]


def _best(values: list[Candidate]) -> dict[str, Phases]:
    """Return the values of the best rank of each measurand, the first told of each phase."""
    chosen: dict[str, Phases] = {}
    for measurand in {each.measurand for each in values}:
        of_it = [each for each in values if each.measurand == measurand]
        best = min(each.rank for each in of_it)
        phases: Phases = {}
        for each in of_it:
            if each.rank == best:
                phases.setdefault(each.phase, each.value)
        chosen[measurand] = phases
    return chosen


def _candidate(value: SampledValue) -> Candidate | None:
    amount = number(value.get("value"))
    if amount is None or value.get("format") == "SignedData":
        return None
    measurand = _text(value, "measurand", REGISTER)
    unit = _text(value, "unit", "").lower()
    exponent = int(number(value.get("multiplier")) or 0)
    if abs(exponent) > LARGEST_EXPONENT:
        return None
    amount = amount.scaleb(exponent)
    if unit.startswith("k") and measurand.startswith(("Energy.", "Power.")):
        amount *= 1000
    unusable = (measurand.endswith(".Register") or measurand == INTERVAL) and amount < 0
    if unusable or (measurand == "SoC" and not 0 <= amount <= 100):
        return None
    phase = _text(value, "phase", "").removesuffix("-N")
    location, context = _text(value, "location", "Outlet"), _text(value, "context", CONTEXTS[0])
    return Candidate(measurand, location, context, phase, Fraction(amount))


def _text(value: SampledValue, key: str, default: str) -> str:
    return str(value.get(key) or "").strip() or default
