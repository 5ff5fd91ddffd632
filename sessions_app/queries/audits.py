"""Read the audit rows of a session: who stopped it, who repriced it."""

from datetime import datetime

import msgspec
from django.db.models import OuterRef, QuerySet, Subquery

from sessions_app.models import ActionAudit, ChargingSession

STOP = "stop charging"
REPRICE = "reprice"
REPRICED, REFUSED = "repriced", "refused"


class Repricing(msgspec.Struct, frozen=True):
    """An audited repricing: when, by whom, and the detail of the audit row."""

    at: datetime
    manager_name: str
    detail: str


def stopped_by(session_id: int) -> str:
    """Return the name of the manager whose stop command the station accepted last, or ""."""
    stops = ActionAudit.objects.filter(session_id=session_id, action=STOP, outcome__in=("accepted", "waiting"))
    return stops.order_by("-at").values_list("manager_name", flat=True).first() or ""


def is_repriced(session_id: int) -> bool:
    """Return whether a manager repriced the session."""
    return ActionAudit.objects.filter(session_id=session_id, action=REPRICE, outcome=REPRICED).exists()


def with_repricing(sessions: QuerySet[ChargingSession]) -> QuerySet[ChargingSession]:
    """Add what `repricing_of` reads of each session to the query."""
    repricings = ActionAudit.objects.filter(session=OuterRef("pk"), action=REPRICE, outcome=REPRICED)
    last = repricings.order_by("-at", "-pk")
    columns = {f"repriced_{name}": Subquery(last.values(name)[:1]) for name in Repricing.__struct_fields__}
    return sessions.annotate(**columns)


def repricing_of(session: ChargingSession) -> Repricing | None:
    """Return the last repricing of a session that `with_repricing` loaded, or None."""
    values = [getattr(session, f"repriced_{name}") for name in Repricing.__struct_fields__]
    return None if values[0] is None else Repricing(*values)
