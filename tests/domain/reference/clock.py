"""One clock: the station's offsets, and the moment of each message on our clock (rules 1 to 6)."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from tests.domain.reference.inputs import Flag, Message, MeterEvent, Session, Status, seconds

Group = list[tuple[Fraction, Fraction]]
JITTER_S = 3
APART_S = 5
LEAST_LAG_S = 120


@dataclass(frozen=True)
class Run:
    """Consecutive arrivals that show one offset of the station's clock."""

    first: Fraction
    last: Fraction
    offset: Fraction


class Clock:
    """Turns stated times into moments on our clock."""

    def __init__(self, session: Session) -> None:
        self.runs = _runs(_lags(session))

    def moment(self, arrived: datetime, stated: datetime | None) -> Fraction:
        """Return when something happened, in seconds on our clock."""
        arrival = seconds(arrived)
        if stated is None:
            return arrival
        here = [run for run in self.runs if run.first <= arrival <= run.last]
        before = [run for run in self.runs if run.last < arrival][-1:]
        after = [run for run in self.runs if run.first > arrival][:1]
        for run in here + before + after:
            shifted = seconds(stated) + run.offset
            if shifted <= arrival + JITTER_S:
                return shifted
        return seconds(stated)

    def flags(self) -> list[Flag]:
        """Return the largest offset as a flag: positive seconds are behind us, negative ones ahead."""
        offsets = [run.offset for run in self.runs if abs(run.offset) >= LEAST_LAG_S]
        return [Flag("station clock off", max(offsets, key=abs))] if offsets else []


def _lags(session: Session) -> list[tuple[Fraction, Fraction]]:
    """Return the arrivals in order, each with the lag of the newest time stated in it."""
    lags: dict[Fraction, Fraction] = {}
    events: list[MeterEvent | Message | Status] = [session.start, *session.messages, *session.statuses]
    events += [session.stop] if session.stop else []
    for each in events:
        if each.stated is not None and not each.is_offline:
            arrival = seconds(each.arrived)
            lag = arrival - seconds(each.stated)
            lags[arrival] = min(lag, lags.get(arrival, lag))
    return sorted(lags.items())


def _runs(lags: list[tuple[Fraction, Fraction]]) -> list[Run]:
    groups: list[list[tuple[Fraction, Fraction]]] = []
    for arrival, lag in lags:
        steady = groups and all(abs(lag - other) <= JITTER_S for _, other in groups[-1])
        if steady:
            groups[-1].append((arrival, lag))
        else:
            groups.append([(arrival, lag)])
    return [
        Run(group[0][0], group[-1][0], _offset(min(lag for _, lag in group)))
        for before, group, after in zip([None, *groups], groups, [*groups[1:], None], strict=False)
        if group[-1][0] - group[0][0] >= APART_S and not _is_late_pair(before, group, after)
    ]


def _is_late_pair(before: Group | None, group: Group, after: Group | None) -> bool:
    if len(group) != 2 or before is None or after is None:
        return False
    least = min(lag for _, lag in group)
    return before[-1][1] < least and after[0][1] < least


def _offset(lag: Fraction) -> Fraction:
    return lag if lag >= LEAST_LAG_S or lag < -JITTER_S else Fraction(0)
