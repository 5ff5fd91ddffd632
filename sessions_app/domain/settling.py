"""Up to which reading a session's figures are known for good."""

from datetime import datetime

from sessions_app.domain.evidence import Evidence
from sessions_app.domain.mean_power import MeanPowers

MAX_PENDING = 50  # readings that wait: with more, each new one would cost too much


def settled_index(evidence: Evidence, means: MeanPowers | None) -> tuple[int, bool]:
    """Return the last reading up to which all is known, or -1, and whether that is provisional."""
    last = len(evidence.readings) - 1
    for index in range(last, max(-1, last - MAX_PENDING), -1):
        if _is_known(evidence, means, index):
            return index, False
    if last < MAX_PENDING:
        return -1, False
    has_told = evidence.told and evidence.told[-1].power_w is not None
    told = [
        index for index in range(last, max(-1, last - MAX_PENDING), -1) if evidence.readings[index].told_w is not None
    ]
    return (told[0] if has_told and told else last), True


def _is_known(evidence: Evidence, means: MeanPowers | None, index: int) -> bool:
    reading, mark = evidence.readings[index], evidence.marks[index]
    at, trusted = reading.at, mark.register.trusted
    if trusted is None:
        return reading.told_w is not None and evidence.register.trusted is None
    if trusted.at != at:
        return False
    stood_from = mark.motion.stood_from or at
    if stood_from < at and not _is_stand_known(evidence, stood_from, at):
        return False
    if mark.export is not None and mark.export.at < at:
        return False
    if means is not None:
        group = means.groups.get(at)
        if group is not None and group.start is not None and group.start < at:
            return _is_told_throughout(evidence, group.start, at)
    return True


def _is_stand_known(evidence: Evidence, stood_from: datetime, at: datetime) -> bool:
    """Return whether a time that the register has stood is known to be idle or not."""
    stand = evidence.stands[-1] if evidence.stands else None
    if stand is None or stand.start != stood_from:
        return True
    if stand.is_idle and evidence.motion.smallest_wh is not None:
        return True  # a later step can only be as small or smaller
    return _is_told_throughout(evidence, stood_from, at)


def _is_told_throughout(evidence: Evidence, start: datetime, end: datetime) -> bool:
    first = evidence.told_at(start)
    inside = [told for told in evidence.told if start < told.at <= end]
    return first is not None and all(told.power_w is not None for told in (first, *inside))
