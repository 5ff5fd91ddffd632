"""Who did what to a session, for others to say."""

from datetime import datetime

import msgspec
from django.db.models import OuterRef, QuerySet, Subquery

from sessions_app.models import ActionAudit, ChargingSession

STOP = "stop charging"
REPRICE = "reprice"
REPRICED, REFUSED = "repriced", "refused"


class Repricing(msgspec.Struct, frozen=True):
    """That a session was given another price on purpose: when, by whom, and what the audit row says."""

    at: datetime
    manager_name: str
    detail: str


def stopped_by(session_id: int) -> str:
    """Return the name of the manager whose stop the station took last, or ""."""
    taken = ActionAudit.objects.filter(session_id=session_id, action=STOP, outcome__in=("accepted", "waiting"))
    return taken.order_by("-at").values_list("manager_name", flat=True).first() or ""


def is_repriced(session_id: int) -> bool:
    """Return whether somebody gave the session another price on purpose."""
    done = ActionAudit.objects.filter(session_id=session_id, action=REPRICE, outcome=REPRICED)
    return done.exists()


def with_repricing(sessions: QuerySet[ChargingSession]) -> QuerySet[ChargingSession]:
    """Return the sessions with what `repricing_of` tells of each, in the same query."""
    done = ActionAudit.objects.filter(session=OuterRef("pk"), action=REPRICE, outcome=REPRICED)
    last = done.order_by("-at", "-pk")
    columns = {f"repriced_{name}": Subquery(last.values(name)[:1]) for name in Repricing.__struct_fields__}
    return sessions.annotate(**columns)


def repricing_of(session: ChargingSession) -> Repricing | None:
    """Return the last time that a session out of `with_repricing` was repriced, if it was."""
    values = [getattr(session, f"repriced_{name}") for name in Repricing.__struct_fields__]
    return None if values[0] is None else Repricing(*values)
