"""Correct a session's energy: an operator sets which energy counts, on purpose and with a preview.

The rest follows by the rules: the graph up to that energy, and the price by the stored tariff.
"""

from collections.abc import Sequence
from decimal import Decimal

import msgspec
from django.db import transaction

from sessions_app.domain import figures
from sessions_app.domain.energy_correction import SOURCE_WORDS, EnergyCorrection, EnergySource
from sessions_app.domain.station_states import Action, EditOutcome
from sessions_app.domain.wording import kwh, money
from sessions_app.models import ActionAudit, ChargingSession, Manager
from sessions_app.recording.stored_sessions import (
    READINGS_MISSING,
    LockedSession,
    lock_session,
    refold,
    save_session,
)
from sessions_app.store.audits import audit_add

IN_PROGRESS = "The session is in progress. Set its energy once it has ended."
CHANGED_SINCE = "The session has changed since the preview."


class CorrectionResult(msgspec.Struct, frozen=True, kw_only=True):
    """A session's energy and price before and after; `refusal` says why they are not changed."""

    session_id: int
    label: str
    currency: str
    old_source: str
    old_energy_wh: Decimal
    old_price: Decimal | None
    new_source: str
    new_energy_wh: Decimal | None = None
    new_price: Decimal | None = None
    refusal: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to write; who set the energy and why may change alone."""
        rules = SOURCE_WORDS[EnergySource.RULES]
        before, after = (self.old_energy_wh, self.old_price), (self.new_energy_wh, self.new_price)
        return before != after or (self.old_source, self.new_source) != (rules, rules)

    @property
    def old_text(self) -> str:
        return f"{kwh(self.old_energy_wh)}, {money(self.old_price, self.currency)} ({self.old_source})"

    @property
    def new_text(self) -> str:
        return f"{kwh(self.new_energy_wh)}, {money(self.new_price, self.currency)} ({self.new_source})"


@transaction.atomic
def preview_corrections(session_id: int, corrections: Sequence[EnergyCorrection]) -> list[CorrectionResult]:
    """Return what each of the corrections would give. Raises ChargingSession.DoesNotExist."""
    locked = lock_session(session_id)
    return [_apply(locked, correction) for correction in corrections]


@transaction.atomic
def correct_session(
    session_id: int, correction: EnergyCorrection, *, by: Manager, previewed: CorrectionResult
) -> CorrectionResult:
    """Set the energy of a session, and add an audit row in any case.

    Refuse if the result differs from the one that the operator has previewed.
    """
    locked = lock_session(session_id)
    result = _apply(locked, correction)
    if result != previewed:
        result = msgspec.structs.replace(result, refusal=CHANGED_SINCE)
    if not result.refusal:
        save_session(locked)
    reason = f": {correction.reason}" if correction.reason else ""
    audit = ActionAudit(
        action=Action.CORRECT_ENERGY,
        session_id=session_id,
        station_id=locked.row.station_id,
        at=correction.at,
        outcome=EditOutcome.REFUSED if result.refusal else EditOutcome.CORRECTED,
        detail=result.refusal or f"{result.old_text} → {result.new_text}{reason}",
    )
    audit_add(audit, by=by)
    return result


def _apply(locked: LockedSession, correction: EnergyCorrection) -> CorrectionResult:
    """Return the result of a correction, which the draft then has; nothing is saved yet."""
    draft, row = locked.draft, locked.row
    result = CorrectionResult(
        session_id=row.pk,
        label=locked.label,
        currency=row.currency,
        old_source=_source(locked.correction),
        old_energy_wh=row.energy_wh,
        old_price=row.price,
        new_source=_source(correction),
    )
    if refusal := _refusal(locked, correction):
        return msgspec.structs.replace(result, refusal=refusal)
    draft.set_correction(None if correction.source is EnergySource.RULES else correction)
    refold(locked)
    totals = draft.totals
    if totals is None or (correction.source is EnergySource.STOP and not totals.counts_stop):
        return msgspec.structs.replace(result, refusal=_implausible_stop(locked))
    price = figures.session_price(totals, draft.billing)
    return msgspec.structs.replace(result, new_energy_wh=totals.energy_wh, new_price=price)


def _source(correction: EnergyCorrection | None) -> str:
    return correction.words if correction is not None else SOURCE_WORDS[EnergySource.RULES]


def _refusal(locked: LockedSession, correction: EnergyCorrection) -> str:
    """Return why the session's energy cannot be set so; "" if it can."""
    row = locked.row
    if row.ended_at is None:
        return IN_PROGRESS
    if not locked.is_complete:
        return READINGS_MISSING
    if correction.source is EnergySource.STOP and (row.meter_start_wh is None or row.meter_stop_wh is None):
        return "The station reported no register at the start or at the stop."
    most = _most_wh(locked)
    if correction.energy_wh is not None and not 0 <= correction.energy_wh <= most:
        return f"The connector could have delivered {kwh(most)} at most."
    return ""


def _most_wh(locked: LockedSession) -> Decimal:
    """Return the most energy that the session's connector could have delivered."""
    readings = [sample.reading for sample in locked.samples]
    return figures.deliverable_wh(locked.draft.state, readings, locked.draft.billing)


def _implausible_stop(locked: LockedSession) -> str:
    row: ChargingSession = locked.row
    difference = (row.meter_stop_wh or Decimal(0)) - (row.meter_start_wh or Decimal(0))
    most = kwh(_most_wh(locked))
    return f"Stop − start is {kwh(difference)}: the connector could have delivered {most} at most."
