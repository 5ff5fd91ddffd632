"""Charging, held back or idle, second by second; the time after the stop (rules 43 to 52)."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

from tests.domain.reference.clock import Clock
from tests.domain.reference.inputs import Absence, Session, Status, latest, seconds
from tests.domain.reference.motion import Motion
from tests.domain.reference.power import Told, in_force, usual_voltage
from tests.domain.reference.register import LEAST_POWER_W
from tests.domain.reference.selection import EXPORT_REGISTER, PHASES, Reading

CHARGING, HELD_BACK, IDLE = "charging", "held back", "idle"
NOTHING_FLOWS = ("SuspendedEV", "SuspendedEVSE", "Finishing", "Available")
LEAST_LIMIT_A = 6
IDLE_AFTER_S = 120
GRACE_S = 300
USUAL_VOLTS = 230


class Evidence:
    """What is known at any moment of a session before its stop."""

    def __init__(self, session: Session, clock: Clock, readings: list[Reading], told: list[Told]) -> None:
        self.connector = session.connector
        self.readings = readings
        self.told = told
        self.statuses = dated(session.statuses, clock)
        self.exports = _exports(readings)
        self.limits = [(each.at, limit) for each in readings if (limit := self._offered(each)) is not None]

    def status(self, at: Fraction) -> str | None:
        """Return the status in force."""
        status = latest(self.statuses, at, lambda pair: pair[0])
        return status[1] if status else None

    def limit_a(self, at: Fraction) -> Fraction | None:
        """Return the limit a phase: offered, else set, else the rating."""
        offered = latest(self.limits, at, lambda pair: pair[0])
        if offered:
            return offered[1]
        if self.connector.limit_a is not None:
            return Fraction(self.connector.limit_a)
        rating = self.connector.rating_w
        return None if rating is None else Fraction(rating, USUAL_VOLTS * (self.connector.phases or 1))

    def state(self, at: Fraction, motion: Motion) -> str:
        """Return the state at a moment, before the rule of 2 minutes."""
        told = in_force(self.told, at)
        power = told.power_w if told else None
        if (told and told.is_exporting) or self._gives_back(at):
            return CHARGING
        status = self.status(at)
        draws = power >= LEAST_POWER_W if power is not None else motion.is_moving(at)
        limit = self.limit_a(at)
        if not draws and (status == "SuspendedEVSE" or (limit is not None and limit < LEAST_LIMIT_A)):
            return HELD_BACK
        if power is not None:
            return CHARGING if draws else IDLE
        return IDLE if motion.is_standing(at) or status in ("SuspendedEV", "Finishing") else CHARGING

    def _gives_back(self, at: Fraction) -> bool:
        export = latest(self.exports, at, lambda pair: pair[0])
        return export is not None and at < export[1]

    def _offered(self, reading: Reading) -> Fraction | None:
        amps = reading.values.get("Current.Offered", {})
        if "" in amps:
            return amps[""]
        phases = [amps[phase] for phase in PHASES if phase in amps]
        if phases:
            return min((each for each in phases if each > 0), default=Fraction(0))
        power = reading.total("Power.Offered")
        if power is None:
            return None
        volts = usual_voltage(reading.values.get("Voltage", {})) or Fraction(USUAL_VOLTS)
        return power / volts / (self.connector.phases or 1)


def dated(statuses: Sequence[Status], clock: Clock) -> list[tuple[Fraction, str]]:
    """Return the statuses in the order of their moments."""
    ordered = sorted(statuses, key=lambda each: each.arrived)
    return sorted(
        ((clock.moment(each.arrived, each.stated), each.status) for each in ordered), key=lambda pair: pair[0]
    )


def end_of_stay(stop: Fraction, statuses: list[tuple[Fraction, str]], absences: list[Absence]) -> tuple[Fraction, bool]:
    """Return until when a car is known to be plugged in after the stop, and whether it left unseen."""
    available = next((at for at, status in statuses if at >= stop and status == "Available"), None)
    if available is None:
        return stop, False
    for absence in sorted(absences, key=lambda each: each.back):
        lost, back = seconds(absence.last_heard), seconds(absence.back)
        if stop < back <= available and back - lost > GRACE_S:
            return max(stop, lost), True
    return available, False


def by_second(start: Fraction, end: Fraction, state: Callable[[Fraction], str]) -> list[str]:
    """Return the state of each second, at its beginning; idle runs below 2 minutes are charging."""
    states = []
    at = start
    while at < end:
        states.append(state(at))
        at += 1
    index = 0
    while index < len(states):
        run = index
        while run < len(states) and states[run] == states[index]:
            run += 1
        if states[index] == IDLE and run - index < IDLE_AFTER_S:
            states[index:run] = [CHARGING] * (run - index)
        index = run
    return states


def _exports(readings: list[Reading]) -> list[tuple[Fraction, Fraction]]:
    """Return the times in which an export register rises at 100 W or more."""
    values = [(each.at, wh) for each in readings if (wh := each.total(EXPORT_REGISTER)) is not None]
    return [
        (since, until)
        for (since, low), (until, high) in pairwise(values)
        if high > low and (high - low) * 3600 >= LEAST_POWER_W * (until - since)
    ]
