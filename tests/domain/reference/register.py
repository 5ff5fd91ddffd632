"""The register as far as a car can take it: counted steps, jumps, falls (rules 16 to 24)."""

from dataclasses import dataclass, field
from fractions import Fraction

from tests.domain.reference.inputs import Flag
from tests.domain.reference.selection import INTERVAL, REGISTER, Reading

CAP_FACTOR = Fraction(3, 2)
UNKNOWN_CAP_W = Fraction(500_000)
LEAST_POWER_W = 100


@dataclass(frozen=True)
class Step:
    """Energy that counts between two values of the register."""

    start: Fraction
    end: Fraction
    wh: Fraction


@dataclass(frozen=True)
class Value:
    """A register value at a moment."""

    at: Fraction
    wh: Fraction


@dataclass(frozen=True)
class Bounds:
    """What a car can take: power in W, and the slack of one sample interval in seconds."""

    cap_w: Fraction
    slack_s: int

    def allow(self, wh: Fraction, duration_s: Fraction) -> bool:
        """Return whether an increase is plausible; the bound itself is."""
        return 0 <= wh <= self.cap_w * (duration_s + self.slack_s) / 3600


def cap_w(rating_w: int | None, told_w: list[Fraction]) -> Fraction:
    """Return 1.5 × the rating, else 1.5 × the highest power told (from 100 W), else 500 kW."""
    if rating_w:
        return rating_w * CAP_FACTOR
    highest = max(told_w, default=Fraction(0))
    return highest * CAP_FACTOR if highest >= LEAST_POWER_W else UNKNOWN_CAP_W


@dataclass
class Chain:
    """The register's values in order, as they are trusted."""

    bounds: Bounds
    start: Fraction
    first: Value | None = None
    trusted: Value | None = None
    previous: Value | None = None
    steps: list[Step] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    total: Fraction = Fraction(0)
    base_fell: bool = False  # the value before was a fall
    is_reset: bool = False  # values have been counted since from one that fell
    counted_last: bool = False

    def add(self, value: Value) -> None:
        """Count a value from the last trusted one, else from the one before it, else make it a base."""
        if self.trusted is None or self.previous is None:
            self.first = self.trusted = self.previous = value
            return
        self.counted_last = self._count(self.trusted, value)
        if not self.counted_last and self._count(self.previous, value):
            self.counted_last = True
            self.is_reset = self.base_fell
        if not self.counted_last:
            self._set_base(value)
        self.previous = value

    def _count(self, origin: Value, value: Value) -> bool:
        increase = value.wh - origin.wh
        if -1 < increase < 0:
            increase, value = Fraction(0), Value(value.at, origin.wh)
        in_all = self.total + increase
        if not self.bounds.allow(increase, value.at - origin.at):
            return False
        if not self.bounds.allow(in_all, value.at - self.start):
            return False
        self.steps.append(Step(origin.at, value.at, increase))
        self.total = in_all
        self.trusted = value
        return True

    def _set_base(self, value: Value) -> None:
        assert self.previous is not None
        change = value.wh - self.previous.wh
        self.base_fell = change < 0
        self.flags.append(Flag("register fell" if change < 0 else "register jumped", abs(change), value.at))


def follow(readings: list[Reading], bounds: Bounds, start: Value | None, stop: Value | None, since: Fraction) -> Chain:
    """Return the chain of a session from its readings up to the stop; `since` is its start."""
    chain = Chain(bounds, since)
    registers = [Value(each.at, wh) for each in readings if (wh := each.total(REGISTER)) is not None]
    intervals = [Value(each.at, wh) for each in readings if (wh := each.total(INTERVAL)) is not None]
    if intervals and not registers:
        _add_intervals(chain, intervals)
        return chain
    for value in [*([start] if start else []), *registers, *([stop] if stop else [])]:
        chain.add(value)
    return chain


def _add_intervals(chain: Chain, intervals: list[Value]) -> None:
    since = chain.start
    chain.first = Value(since, Fraction(0))
    for value in intervals:
        in_all = chain.total + value.wh
        own = chain.bounds.allow(value.wh, value.at - since)
        if own and chain.bounds.allow(in_all, value.at - chain.start):
            chain.steps.append(Step(since, value.at, value.wh))
            chain.total = in_all
        else:
            chain.flags.append(Flag("register jumped", value.wh, value.at))
        since = value.at
        chain.trusted = Value(value.at, chain.total)
