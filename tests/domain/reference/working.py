"""A session worked out whole: `work_out` is the reference's entry (all rules, in their order)."""

from fractions import Fraction

from tests.domain.reference import states
from tests.domain.reference.clock import Clock
from tests.domain.reference.curve import Curve, Piece, estimate, spread
from tests.domain.reference.decision import Decision, decide
from tests.domain.reference.inputs import Flag, Session, moment, seconds
from tests.domain.reference.means import mean_powers
from tests.domain.reference.motion import Motion, Pace
from tests.domain.reference.power import Told, in_force, told_power
from tests.domain.reference.register import CAP_FACTOR, Bounds, Chain, Value, cap_w, follow
from tests.domain.reference.result import Result, Times, rounded
from tests.domain.reference.selection import BEGIN, END, REGISTER, Reading, boundary_value, meter_wh, select

DAY_S = 86_400


def work_out(session: Session) -> Result:
    """Work out all figures of a session from everything that was said of it."""
    clock = Clock(session)
    start = clock.moment(session.start.arrived, session.start.stated)
    kept = select(session, clock, start)
    flags = clock.flags()
    times, time_flags = _times(session, clock, start, kept)
    readings = [each for each in kept if each.at <= times.stop]
    told = told_power(readings, session.connector, session.interval_s)
    told_w = [each.power_w for each in told if each.power_w is not None]
    bounds = Bounds(cap_w(session.connector.rating_w, told_w), session.interval_s)
    first, last = _meters(session, clock, times)
    chain = follow(readings, bounds, first, last, start)
    decision = decide(chain, bounds, first, last)
    pieces, guesses = _pieces(session, chain, decision, times, told)
    curve = Curve(pieces + guesses)
    motion = Motion()
    motion.follow(chain.steps, chain.trusted.at if chain.trusted else None)
    motion.paces = _paces_of_readings(readings, bounds, first, start)
    evidence = states.Evidence(session, clock, readings, told)
    powers = {each.at: power_at(each.at, told, motion, readings, evidence) for each in readings}
    by_second = states.by_second(
        times.start, times.end, lambda at: states.IDLE if at >= times.stop else evidence.state(at, motion)
    )
    flags += chain.flags + decision.flags + time_flags
    flags += _figure_flags(session, told_w, by_second, curve.total)
    shown = told_w or [watts for watts in powers.values() if watts is not None]
    return Result(
        times=times,
        curve=curve,
        decision=decision,
        flags=flags,
        seconds=by_second,
        peak_w=max(Fraction(0), *shown) if shown else None,
        power_by_reading={moment(at): watts for at, watts in powers.items()},
        estimated_wh=rounded(sum((piece.wh for piece in guesses), Fraction(0))),
        told=told,
        means=mean_powers(decision.steps, session.interval_s, motion.is_standing),
    )


def _paces_of_readings(readings: list[Reading], bounds: Bounds, first: Value | None, start: Fraction) -> list[Pace]:
    motion = Motion()
    motion.follow(follow(readings, bounds, first, None, start).steps, None)
    return motion.paces


def power_at(
    at: Fraction, told: list[Told], motion: Motion, readings: list[Reading], evidence: states.Evidence
) -> Fraction | None:
    """Return the power shown at a reading."""
    current = in_force(told, at)
    if current and current.power_w is not None:
        return current.power_w
    if current is None:
        return motion.power_w(at)
    last_told = max(each.at for each in told if each.at <= at and each.power_w is not None)
    has_register = any(last_told < each.at <= at and each.total(REGISTER) is not None for each in readings)
    power = motion.power_w(at) if has_register else None
    if power is None and evidence.status(at) in states.NOTHING_FLOWS:
        return Fraction(0)
    return power


def _times(session: Session, clock: Clock, start: Fraction, kept: list[Reading]) -> tuple[Times, list[Flag]]:
    last_reading = kept[-1].at if kept else start
    if session.stop is None:
        stop = max(start, seconds(session.now)) if session.now else last_reading
        return Times(start, stop, stop, min(last_reading, stop)), []
    stop = clock.moment(session.stop.arrived, session.stop.stated)
    flags = [Flag("negative time", start - stop, stop)] if stop < start else []
    stop = max(start, stop)
    end, unseen = states.end_of_stay(stop, states.dated(session.statuses, clock), list(session.absences))
    if unseen:
        flags.append(Flag("unplugged while offline", Fraction(0), end))
    return Times(start, stop, end, min(last_reading, stop)), flags


def _meters(session: Session, clock: Clock, times: Times) -> tuple[Value | None, Value | None]:
    first = meter_wh(session.start.meter)
    if first is None:
        first = boundary_value(session, clock, BEGIN)
    start = None if first is None else Value(times.start, first)
    if session.stop is None:
        return start, None
    last = meter_wh(session.stop.meter)
    if last is None:
        last = boundary_value(session, clock, END)
    return start, None if last is None else Value(times.stop, last)


def _pieces(
    session: Session, chain: Chain, decision: Decision, times: Times, told: list[Told]
) -> tuple[list[Piece], list[Piece]]:
    """Return the energy between register values, and what power tells where no register does."""
    cap_w = chain.bounds.cap_w
    pieces = [piece for step in decision.steps for piece in spread(step, told, cap_w)]
    if decision.is_final:
        return pieces, []
    until = times.stop if session.stop else times.last_reading
    first = chain.first.at if chain.first else until
    last = chain.trusted.at if chain.trusted else until
    if chain.first is None:
        return pieces, estimate(times.start, until, told, cap_w)
    return pieces, estimate(times.start, first, told, cap_w) + estimate(last, until, told, cap_w)


def _figure_flags(session: Session, told_w: list[Fraction], by_second: list[str], energy: Fraction) -> list[Flag]:
    flags = []
    rating, idle_s = session.connector.rating_w, by_second.count(states.IDLE)
    if rating and told_w and max(told_w) > rating * CAP_FACTOR:
        flags.append(Flag("power beyond 1.5 × the rating", max(told_w)))
    if idle_s > DAY_S:
        flags.append(Flag("over 24 hours idle", Fraction(idle_s)))
    if not energy and (session.stop or session.now is None):
        flags.append(Flag("no energy"))
    return flags
