"""Write the audit rows: who did what, with which outcome."""

from datetime import datetime

from sessions_app.domain.commands import ANSWER_TIMEOUT
from sessions_app.domain.station_states import Action, CommandOutcome
from sessions_app.models import ActionAudit, ChargingSession, Manager


def begin_audit(manager: Manager, *, action: Action, session: ChargingSession, at: datetime) -> ActionAudit:
    """Add an action that waits for the station's answer."""
    return ActionAudit.objects.create(
        manager=manager,
        manager_name=str(manager),
        action=action,
        session=session,
        station_id=session.station_id,
        at=at,
        outcome=CommandOutcome.WAITING,
    )


def settle_audit(audit_id: int, *, outcome: str, detail: str = "") -> bool:
    """Set the outcome of a waiting action; return whether it was still waiting."""
    waiting = ActionAudit.objects.filter(pk=audit_id, outcome=CommandOutcome.WAITING)
    return waiting.update(outcome=outcome, detail=detail) == 1


def settle_unanswered_audits(*, at: datetime) -> int:
    """Set the outcome of actions that still wait after ANSWER_TIMEOUT; return their number.

    The process that holds the station's socket does so by itself, unless it has died.
    """
    overdue = ActionAudit.objects.filter(outcome=CommandOutcome.WAITING, at__lt=at - ANSWER_TIMEOUT)
    return overdue.update(outcome=CommandOutcome.NO_ANSWER)


def audit_add(action: ActionAudit, *, by: Manager | None = None, by_name: str = "") -> None:
    """Save an action with the manager's name, which outlives their account, or with the name of a command."""
    action.manager, action.manager_name = by, by_name or str(by)
    action.save()
