"""Use cases, one transaction for a batch: load the desk, enter the events, settle the figures, save.

What comes back tells each caller its outcome, and `announce` what has changed.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from sessions_app.announce import Change
from sessions_app.domain.drafts import SessionDraft
from sessions_app.domain.events import Event, Knocked, Outcome
from sessions_app.queries.desk import desk as load
from sessions_app.queries.points import sample_point
from sessions_app.recording.digesting import keep_digests
from sessions_app.recording.entries import enter
from sessions_app.recording.settling import settle
from sessions_app.store import desk as store

Recorded = tuple[list[Outcome], list[Change]]


def record(batch: Sequence[Event | Knocked]) -> Recorded:
    """Record the events in one transaction, in their order; all or none of them.

    Returns an outcome for each event, and what to announce once this has returned: committed.
    """
    now = timezone.now()
    with transaction.atomic():
        desk = load(batch)
        entered = [enter(desk, event, now=now) for event in batch]
        for draft in desk.sessions:
            settle(draft)
        store.save(desk)
        keep_digests(desk.sessions)
    outcomes = [
        Outcome(each.tag_status, each.draft.id if each.draft else 0, each.station_id) for each in entered
    ]
    return outcomes, [change for draft in desk.sessions if (change := _change(draft))]


def _change(draft: SessionDraft) -> Change | None:
    """Return what viewers are told of a session, or None where nothing has changed."""
    if not draft.is_changed and draft.is_known:
        return None
    return Change(
        session_id=draft.id,
        site_id=draft.site_id,
        has_begun=(not draft.is_known or draft.was_over) and not draft.life.is_over,
        has_ended=(not draft.was_over) and draft.life.is_over,
        points=[sample_point(each) for each in draft.added],
        redraw=bool(draft.corrected),
    )
