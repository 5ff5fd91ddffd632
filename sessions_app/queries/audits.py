"""Read the audit rows of a session: who stopped it, who repriced it."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from django.db.models import OuterRef, QuerySet, Subquery

from sessions_app.domain.station_states import Action, CommandOutcome, EditOutcome
from sessions_app.models import ActionAudit, ChargingSession

_TAKEN = (CommandOutcome.ACCEPTED, CommandOutcome.WAITING)


class Repricing(msgspec.Struct, frozen=True):
    """An audited repricing: when, by whom, and the detail of the audit row."""

    at: datetime
    manager_name: str
    detail: str


def load_stopped_by(session_ids: Iterable[int]) -> dict[int, str]:
    """Return the name of the manager whose stop the station accepted last, by session."""
    taken = ActionAudit.objects.filter(session_id__in=session_ids, action=Action.STOP_CHARGING, outcome__in=_TAKEN)
    names: dict[int, str] = dict(taken.order_by("at").values_list("session_id", "manager_name"))
    return names


def is_repriced(session_id: int) -> bool:
    """Return whether a manager repriced the session."""
    done = ActionAudit.objects.filter(session_id=session_id, action=Action.REPRICE, outcome=EditOutcome.REPRICED)
    return done.exists()


def with_repricing(sessions: QuerySet[ChargingSession]) -> QuerySet[ChargingSession]:
    """Add what `repricing_of` reads of each session to the query."""
    done = ActionAudit.objects.filter(session=OuterRef("pk"), action=Action.REPRICE, outcome=EditOutcome.REPRICED)
    last = done.order_by("-at", "-pk")
    columns = {f"repriced_{name}": Subquery(last.values(name)[:1]) for name in Repricing.__struct_fields__}
    return sessions.annotate(**columns)


def repricing_of(session: ChargingSession) -> Repricing | None:
    """Return the last repricing of a session that `with_repricing` loaded, or None."""
    values = [getattr(session, f"repriced_{name}") for name in Repricing.__struct_fields__]
    return None if values[0] is None else Repricing(*values)
