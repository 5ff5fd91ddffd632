"""Which energy counts at the end: stop − start, or the sum of the increases (rules 25 to 29)."""

from dataclasses import dataclass
from fractions import Fraction

from tests.domain.reference.inputs import Flag
from tests.domain.reference.register import Bounds, Chain, Step, Value

LEAST_DIFFERENCE_WH = 100


@dataclass(frozen=True)
class Decision:
    """What counts and why, as steps whose sum is the session's energy between register values."""

    source: str
    why: str
    steps: list[Step]
    flags: list[Flag]
    is_final: bool  # a register value of the stop confirms the energy: nothing is estimated


def decide(chain: Chain, bounds: Bounds, start: Value | None, stop: Value | None) -> Decision:
    """Choose between stop − start and the sum of the increases."""
    if start is None or stop is None:
        return Decision("sum of increases", "no value of the stop or the start", chain.steps, [], False)
    difference = stop.wh - start.wh
    if not bounds.allow(difference, stop.at - start.at):
        source, why = "sum of increases", "stop − start is not plausible"
    elif chain.is_reset and chain.counted_last:
        source, why = "sum of increases", "the register was reset"
    else:
        source, why = "stop − start", "plausible for the duration"
    if source == "stop − start":
        steps = _fitted(chain, difference, start, stop)
        return Decision(source, why, steps, _differ(chain.total, difference, difference, stop.at), True)
    flags = _differ(chain.total, difference, chain.total, stop.at)
    return Decision(source, why, chain.steps, flags, False)


def _differ(total: Fraction, difference: Fraction, counted: Fraction, at: Fraction) -> list[Flag]:
    apart = abs(total - difference)
    if apart > LEAST_DIFFERENCE_WH and apart * 100 > counted:
        return [Flag("stop and readings differ", apart, at)]
    return []


def _fitted(chain: Chain, difference: Fraction, start: Value, stop: Value) -> list[Step]:
    """Scale the steps to stop − start; where they hold less than half of it, take one step instead."""
    if abs(chain.total - difference) < 1:
        return chain.steps
    if chain.total * 2 >= difference and chain.total > 0:
        factor = difference / chain.total
        return [Step(each.start, each.end, each.wh * factor) for each in chain.steps]
    return [Step(start.at, stop.at, difference)]
