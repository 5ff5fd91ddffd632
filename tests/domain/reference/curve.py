"""Energy as a function of time, exact: spread over steps, estimated by power (rules 33 and 36)."""

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction

from tests.domain.reference.power import Slope, Told, slopes
from tests.domain.reference.register import Step


@dataclass(frozen=True)
class Piece:
    """Energy that flows from start to end while power goes straight from one weight to another."""

    start: Fraction
    end: Fraction
    wh: Fraction
    first: Fraction = Fraction(1)
    last: Fraction = Fraction(1)

    def until(self, at: Fraction) -> Fraction:
        """Return the energy up to a moment of the piece; one without length is whole at once."""
        if at >= self.end:
            return self.wh
        part = (at - self.start) / (self.end - self.start)
        weight = self.first * part + (self.last - self.first) * part * part / 2
        return self.wh * weight / ((self.first + self.last) / 2)


class Curve:
    """The cumulative energy of a session in Wh."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = sorted(pieces, key=lambda piece: (piece.start, piece.end))
        self.starts = [piece.start for piece in self.pieces]
        self.before = [Fraction(0)]
        for piece in self.pieces:
            self.before.append(self.before[-1] + piece.wh)

    @property
    def total(self) -> Fraction:
        return self.before[-1]

    def at(self, moment: Fraction) -> Fraction:
        """Return the energy from the start to a moment, both included."""
        index = bisect_right(self.starts, moment)
        if index == 0:
            return Fraction(0)
        return self.before[index - 1] + self.pieces[index - 1].until(moment)


def spread(step: Step, told: list[Told], cap_w: Fraction) -> list[Piece]:
    """Spread a step by the power told in it, else evenly."""
    if not step.wh:
        return []
    pieces = estimate(step.start, step.end, told, cap_w)
    weight = sum((piece.wh for piece in pieces), Fraction(0))
    if not weight:
        return [Piece(step.start, step.end, step.wh)]
    return [Piece(piece.start, piece.end, piece.wh * step.wh / weight, piece.first, piece.last) for piece in pieces]


def estimate(start: Fraction, end: Fraction, told: list[Told], cap_w: Fraction) -> list[Piece]:
    """Return power over time between two moments."""
    pieces = []
    for slope in slopes(told, start, end, cap_w):
        since, until = max(start, slope.start), min(end, slope.end)
        if since < until:
            first, last = _power(slope, since), _power(slope, until)
            wh = (first + last) / 2 * (until - since) / 3600
            if wh:
                pieces.append(Piece(since, until, wh, first, last))
    return pieces


def _power(slope: Slope, at: Fraction) -> Fraction:
    part = (at - slope.start) / (slope.end - slope.start)
    return slope.first_w + (slope.last_w - slope.first_w) * part
