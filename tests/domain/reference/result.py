"""What the reference says of a session."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import floor

from tests.domain.reference.curve import Curve
from tests.domain.reference.decision import Decision
from tests.domain.reference.inputs import Flag, latest, moment, seconds
from tests.domain.reference.means import Mean
from tests.domain.reference.power import Told, in_force


@dataclass(frozen=True)
class Times:
    """The moments of a session, in seconds on our clock."""

    start: Fraction
    stop: Fraction  # the end of energy: the stop, else the last reading, in progress now
    end: Fraction  # when the car is known to have left
    last_reading: Fraction


@dataclass(frozen=True)
class Result:
    """The figures of a session; energy in Wh, power in W."""

    times: Times
    curve: Curve
    decision: Decision
    flags: list[Flag]
    seconds: list[str]
    peak_w: Fraction | None
    power_by_reading: dict[datetime, Fraction | None]
    estimated_wh: Decimal
    told: list[Told]
    means: list[Mean]

    @property
    def energy_wh(self) -> Decimal:
        return rounded(self.curve.total)

    @property
    def duration_s(self) -> Fraction:
        return self.times.end - self.times.start

    @property
    def start(self) -> datetime:
        return moment(self.times.start)

    @property
    def end(self) -> datetime:
        return moment(self.times.end)

    def energy_at(self, at: datetime) -> Decimal:
        """Return the energy from the start to a moment."""
        return rounded(self.curve.at(seconds(at)))

    def priced_power_w(self, at: datetime) -> Fraction | None:
        """Return the power that a restriction in kW compares: as told, else energy over time."""
        told = in_force(self.told, seconds(at))
        if told and told.power_w is not None:
            return told.power_w
        mean = latest(self.means, seconds(at), lambda each: each[0])
        return mean[2] if mean and seconds(at) < mean[1] else None

    def count(self, state: str) -> int:
        """Return the seconds of a state."""
        return self.seconds.count(state)

    def flag(self, name: str) -> Flag | None:
        """Return the first flag of a name."""
        return next((flag for flag in self.flags if flag.name == name), None)

    def figure(self, name: str) -> Fraction | None:
        """Return the figure of the first flag of a name."""
        flag = self.flag(name)
        return flag.figure if flag else None


def rounded(wh: Fraction) -> Decimal:
    """Return Wh to 0.001, half up."""
    return Decimal(floor(wh * 1000 + Fraction(1, 2))) / 1000
