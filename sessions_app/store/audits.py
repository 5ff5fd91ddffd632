"""Writes the rows that say who did what, and what came of it."""

from datetime import datetime

from sessions_app.models import ActionAudit, ChargingSession, Manager

WAITING, ACCEPTED, REJECTED, NO_ANSWER = "waiting", "accepted", "rejected", "no answer"


def audit_begin(manager: Manager, *, action: str, session: ChargingSession, at: datetime) -> ActionAudit:
    """Note an action whose outcome the station has yet to tell."""
    return ActionAudit.objects.create(
        manager=manager,
        manager_name=str(manager),
        action=action,
        session=session,
        station_id=session.station_id,
        at=at,
        outcome=WAITING,
    )


def audit_settle(audit_id: int, *, outcome: str, detail: str = "") -> bool:
    """Note the outcome; the first one holds. Return whether this was it."""
    waiting = ActionAudit.objects.filter(pk=audit_id, outcome=WAITING)
    return waiting.update(outcome=outcome, detail=detail) == 1


def audit_add(action: ActionAudit, *, by: Manager) -> None:
    """Keep that a manager did something, and what came of it; his name outlives his account."""
    action.manager, action.manager_name = by, str(by)
    action.save()
