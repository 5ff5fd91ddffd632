"""Recompute a stored session by today's rules, on purpose: an upgrade changes no figure of the past."""

from datetime import datetime
from decimal import Decimal

import msgspec
from django.db import transaction

from sessions_app.domain import wording
from sessions_app.domain.station_states import Action, EditOutcome
from sessions_app.models import ActionAudit, ChargingSession
from sessions_app.recording.stored_sessions import LockedSession, lock_session, refold, save_session
from sessions_app.store.audits import audit_add
from sessions_app.store.session_columns import session_columns

RECOMPUTED_BY = "manage.py recompute_sessions"
_INTERNAL_COLUMNS = {"totals"}  # the state for the next reading: no figure


class SessionFigures(msgspec.Struct, frozen=True):
    """The figures of a session that a recomputation reports. Wh, seconds."""

    energy_wh: Decimal
    idle_s: int
    held_back_s: int
    price: Decimal | None

    def describe(self, currency: str) -> str:
        """Return `12.41 kWh, idle 38 m 12 s, held back 0 s, $5.09`."""
        idle, held_back = wording.duration(self.idle_s), wording.duration(self.held_back_s)
        return (
            f"{wording.kwh(self.energy_wh)}, idle {idle}, held back {held_back}, {wording.money(self.price, currency)}"
        )


class Recomputation(msgspec.Struct, frozen=True):
    """The figures of a session before and after; `new` is None where its samples are incomplete or gone.

    `is_changed` also where only the graph, the flags or other details differ.
    """

    label: str
    currency: str
    old: SessionFigures
    new: SessionFigures | None = None
    is_changed: bool = False


@transaction.atomic
def recompute_session(session_id: int, *, is_applied: bool, at: datetime) -> Recomputation | None:
    """Recompute a session by its stored tariff, and save it if it changes and `is_applied`.

    Return None if the session does not exist any more. Changed figures leave an audit row.
    """
    try:
        locked = lock_session(session_id)
    except ChargingSession.DoesNotExist:
        return None
    row = locked.row
    old = SessionFigures(row.energy_wh, row.idle_s, row.held_back_s, row.price)
    result = Recomputation(locked.label, row.currency, old)
    if not locked.is_complete:
        return result
    refold(locked)
    columns = session_columns(locked.draft)
    new = SessionFigures(*(columns[name] for name in SessionFigures.__struct_fields__))
    is_changed = bool(locked.draft.changed_samples) or any(
        getattr(row, name) != value for name, value in columns.items() if name not in _INTERNAL_COLUMNS
    )
    result = msgspec.structs.replace(result, new=new, is_changed=is_changed)
    if is_applied and is_changed:
        _save(locked, result, at=at)
    return result


def _save(locked: LockedSession, result: Recomputation, *, at: datetime) -> None:
    save_session(locked)
    if result.new is None or result.new == result.old:
        return
    audit = ActionAudit(
        action=Action.RECOMPUTE,
        session_id=locked.row.pk,
        station_id=locked.row.station_id,
        at=at,
        outcome=EditOutcome.RECOMPUTED,
        detail=f"{result.old.describe(result.currency)} → {result.new.describe(result.currency)}",
    )
    audit_add(audit, by_name=RECOMPUTED_BY)
