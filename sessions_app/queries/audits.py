"""Who did what to a session, for others to say."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from django.db.models import OuterRef, QuerySet, Subquery

from sessions_app.domain.station_states import Action, CommandOutcome, RepricingOutcome
from sessions_app.models import ActionAudit, ChargingSession

_TAKEN = (CommandOutcome.ACCEPTED, CommandOutcome.WAITING)


class Repricing(msgspec.Struct, frozen=True):
    """That a session was given another price on purpose: when, by whom, and what the audit row says."""

    at: datetime
    manager_name: str
    detail: str


def load_stopped_by(session_ids: Iterable[int]) -> dict[int, str]:
    """Return the name of the manager whose stop the station took last, by session."""
    taken = ActionAudit.objects.filter(session_id__in=session_ids, action=Action.STOP_CHARGING, outcome__in=_TAKEN)
    names: dict[int, str] = dict(taken.order_by("at").values_list("session_id", "manager_name"))
    return names


def is_repriced(session_id: int) -> bool:
    """Return whether somebody gave the session another price on purpose."""
    done = ActionAudit.objects.filter(session_id=session_id, action=Action.REPRICE, outcome=RepricingOutcome.REPRICED)
    return done.exists()


def with_repricing(sessions: QuerySet[ChargingSession]) -> QuerySet[ChargingSession]:
    """Return the sessions with what `repricing_of` tells of each, in the same query."""
    done = ActionAudit.objects.filter(session=OuterRef("pk"), action=Action.REPRICE, outcome=RepricingOutcome.REPRICED)
    last = done.order_by("-at", "-pk")
    columns = {f"repriced_{name}": Subquery(last.values(name)[:1]) for name in Repricing.__struct_fields__}
    return sessions.annotate(**columns)


def repricing_of(session: ChargingSession) -> Repricing | None:
    """Return the last time that a session out of `with_repricing` was repriced, if it was."""
    values = [getattr(session, f"repriced_{name}") for name in Repricing.__struct_fields__]
    return None if values[0] is None else Repricing(*values)
