"""What a recomputation of many sessions changes: sums and the largest changes, in constant memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import heappush, heappushpop

from sessions_app.domain import wording
from sessions_app.recording.recomputation import Recomputation


@dataclass(slots=True)
class MeasureChange:
    """The changes of one measure: how many sessions, the sum, and the largest with their labels."""

    count: int = 0
    total: Decimal = Decimal(0)
    largest: list[tuple[Decimal, int, str, Decimal, Decimal]] = field(default_factory=list)

    def add(self, label: str, old: Decimal, new: Decimal, *, most: int) -> None:
        """Add a change; keep the `most` largest."""
        self.count += 1
        self.total += new - old
        if most:
            item = (abs(new - old), -self.count, label, old, new)
            heappush(self.largest, item) if len(self.largest) < most else heappushpop(self.largest, item)


@dataclass(slots=True)
class RecomputeReport:
    """The sessions so far. A price has one measure for each currency: prices of two are never added."""

    most: int = 10
    sessions: int = 0
    changed: int = 0
    incomplete: int = 0
    measures: dict[str, MeasureChange] = field(default_factory=dict)

    def add(self, result: Recomputation) -> None:
        """Add a session."""
        self.sessions += 1
        if result.new is None:
            self.incomplete += 1
            return
        self.changed += result.is_changed
        old, new = result.old, result.new
        values = {
            "energy": (old.energy_wh, new.energy_wh),
            "idle": (Decimal(old.idle_s), Decimal(new.idle_s)),
            "held back": (Decimal(old.held_back_s), Decimal(new.held_back_s)),
            f"price {result.currency}": (old.price or Decimal(0), new.price or Decimal(0)),
        }
        for name, (before, after) in values.items():
            if before != after:
                self.measures.setdefault(name, MeasureChange()).add(result.label, before, after, most=self.most)

    def lines(self, *, is_applied: bool) -> Iterator[str]:
        """Yield the report as text."""
        verb = "changed" if is_applied else "would change"
        yield f"{self.changed:,} of {self.sessions:,} sessions {verb}."
        for name, change in sorted(self.measures.items()):
            yield f"  {name}: {change.count:,} sessions, in all {_signed(name, change.total)}"
        if self.incomplete:
            yield f"{self.incomplete:,} left as they are: their meter samples are incomplete or gone."
        for name, change in sorted(self.measures.items()):
            if change.largest:
                yield f"The largest changes of {name}:"
            for _, _, label, old, new in sorted(change.largest, reverse=True):
                yield f"  {label}: {_text(name, old)} → {_text(name, new)}"


def _signed(name: str, amount: Decimal) -> str:
    return f"{'-' if amount < 0 else '+'}{_text(name, abs(amount))}"


def _text(name: str, amount: Decimal) -> str:
    kind, _, currency = name.partition(" ")
    if kind == "price":
        return wording.money(amount, currency)
    return wording.kwh(amount) if kind == "energy" else wording.duration(float(amount))
