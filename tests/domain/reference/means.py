"""Energy over time where no power is told, as restrictions in kW need it (rule 37)."""

from collections.abc import Callable
from fractions import Fraction

from tests.domain.reference.register import Step

Mean = tuple[Fraction, Fraction, Fraction]


def mean_powers(steps: list[Step], interval_s: int, stands: Callable[[Fraction], bool]) -> list[Mean]:
    """Return (start, end, W) over whole steps: from rise to rise, a sample interval or more."""
    means: list[Mean] = []
    run: list[Step] = []
    for step in steps:
        is_idle = not step.wh and stands(step.start)
        if is_idle or (run and run[-1].end != step.start):
            means += _of_run(run, interval_s)
            run = []
        if is_idle:
            means.append((step.start, step.end, Fraction(0)))
        else:
            run.append(step)
    return means + _of_run(run, interval_s)


def _of_run(run: list[Step], interval_s: int) -> list[Mean]:
    groups: list[list[Step]] = []
    for step in run:
        if groups and not _is_full(groups[-1], interval_s):
            groups[-1].append(step)
        else:
            groups.append([step])
    means: list[Mean] = []
    for group in groups:
        span = group[-1].end - group[0].start
        if span and (not means or _is_full(group, interval_s)):
            means.append((group[0].start, group[-1].end, sum((step.wh for step in group), Fraction(0)) * 3600 / span))
        elif span:
            means.append((group[0].start, group[-1].end, means[-1][2]))
    return means


def _is_full(group: list[Step], interval_s: int) -> bool:
    return group[-1].wh > 0 and group[-1].end - group[0].start >= interval_s
