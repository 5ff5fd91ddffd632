"""When the register moves and when it stands for longer than its own step explains (rules 38 to 42)."""

from dataclasses import dataclass, field
from fractions import Fraction

from tests.domain.reference.inputs import latest
from tests.domain.reference.register import LEAST_POWER_W, Step

FIRST_STEP_WH = Fraction(100)
FIRST_PACE_W = Fraction(6 * 230)
ALLOWED_STEPS = 2


@dataclass(frozen=True)
class Stand:
    """A time during which the register kept its value; `is_open` is the last one, still going on."""

    start: Fraction
    end: Fraction
    is_idle: bool
    is_open: bool


@dataclass(frozen=True)
class Pace:
    """The power that the register shows from a moment on, over its last two steps; None if not known."""

    at: Fraction
    power_w: Fraction | None


@dataclass
class Motion:
    """What the counted steps of a register say about flow."""

    stands: list[Stand] = field(default_factory=list)
    paces: list[Pace] = field(default_factory=list)
    rises: list[Step] = field(default_factory=list)
    _steps: list[tuple[Fraction, Fraction]] = field(default_factory=list)  # (seconds, Wh), not idle
    _since_idle: int = 0
    _smallest: Fraction | None = None
    _stood_from: Fraction | None = None
    _stood_to: Fraction | None = None

    def follow(self, steps: list[Step], last_value: Fraction | None) -> None:
        """Take all counted steps; `last_value` is the moment of the last trusted value."""
        for step in steps:
            if step.start != self._stood_to:
                self._close(None)
                self._stood_from = self._stood_to = step.start
                self._forget_pace(step.start)
            if step.wh > 0:
                self._rise(step)
            self._stood_to = step.end
        if self._stood_from is None and last_value is not None:
            self._stood_from = self._stood_to = last_value
        self._close(None, is_open=self._stood_to == last_value)

    def _rise(self, step: Step) -> None:
        assert self._stood_from is not None
        self._smallest = step.wh if self._smallest is None else min(self._smallest, step.wh)
        if self._close(step):
            self._forget_pace(step.end)
        else:
            self._steps = [*self._steps, (step.end - self._stood_from, step.wh)][-2:]
            self._since_idle += 1
        self.rises.append(step)
        self._stood_from = step.end
        if self._since_idle >= 2 and (duration := sum(each[0] for each in self._steps)):
            self.paces.append(Pace(step.end, sum(each[1] for each in self._steps) * 3600 / duration))

    def _forget_pace(self, at: Fraction) -> None:
        self._since_idle = 0
        self.paces.append(Pace(at, None))

    def _close(self, rise: Step | None, *, is_open: bool = False) -> bool:
        """Close the time that the register stood, before `rise`; return whether it was idle."""
        if self._stood_from is None or self._stood_to is None:
            return False
        is_idle = self._stood_to - self._stood_from > self._allowance_s()
        self.stands.append(Stand(self._stood_from, self._stood_to, is_idle, is_open))
        return is_idle

    def _allowance_s(self) -> Fraction:
        step_wh = FIRST_STEP_WH if self._smallest is None else self._smallest
        duration_s, wh = (sum(part) for part in zip(*self._steps, strict=True)) if self._steps else (0, 0)
        pace_w = Fraction(wh * 3600, duration_s) if duration_s else FIRST_PACE_W
        return ALLOWED_STEPS * step_wh * 3600 / max(pace_w, Fraction(LEAST_POWER_W))

    def is_standing(self, at: Fraction) -> bool:
        """Return whether the register stands at a moment for longer than its step explains."""
        stand = latest(self.stands, at, lambda each: each.start)
        return stand is not None and stand.is_idle and (stand.is_open or at < stand.end)

    def is_moving(self, at: Fraction) -> bool:
        """Return whether a moment lies in a step of the register that counts energy."""
        rise = latest(self.rises, at, lambda each: each.start)
        return rise is not None and at < rise.end

    def power_w(self, at: Fraction) -> Fraction | None:
        """Return what the register says of power at a reading: nothing before its second step."""
        if any(each.is_idle and each.start < at and (each.is_open or at <= each.end) for each in self.stands):
            return Fraction(0)
        pace = latest(self.paces, at, lambda each: each.at)
        return pace.power_w if pace else None
