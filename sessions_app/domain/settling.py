"""Up to which reading a session's figures are known for good."""

from collections.abc import Sequence
from datetime import datetime

from sessions_app.domain import pricing
from sessions_app.domain.evidence import Evidence
from sessions_app.domain.flags import FlagDetail, add_detail
from sessions_app.domain.mean_power import MeanPowers
from sessions_app.domain.register import Step
from sessions_app.domain.session_totals import BillingContext

MAX_PENDING = 50  # readings that wait: with more, each new one would cost too much


def mean_powers(evidence: Evidence, steps: Sequence[Step], billing: BillingContext) -> MeanPowers | None:
    """Return the means where the tariff depends on power."""
    tariff = billing.tariff
    if tariff is None or not pricing.depends_on_power(tariff):
        return None
    means = MeanPowers(evidence.settled.group, interval_s=billing.interval_s)
    means.follow(steps, is_standing=evidence.is_standing)
    means.close()
    return means


def details_by(at: datetime, evidence: Evidence, details: tuple[FlagDetail, ...]) -> tuple[FlagDetail, ...]:
    """Return the details with those of the register up to a moment."""
    for detail in evidence.details:
        if detail.at is None or detail.at <= at:
            details = add_detail(details, detail)
    return details


def flags_by(at: datetime, evidence: Evidence, flags: int) -> int:
    """Return the flags with those of the register up to a moment."""
    for detail in evidence.details:
        if detail.at is None or detail.at <= at:
            flags |= detail.flag
    return int(flags)


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
