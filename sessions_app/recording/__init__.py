"""Use cases, one transaction for a batch: load the desk, enter the events, settle the figures, save.

What comes back tells each caller its outcome, and `announce` what has changed.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from sessions_app.announce import SessionChange
from sessions_app.domain.drafts import SessionDraft
from sessions_app.domain.events import ConnectionAttempt, Event, Outcome
from sessions_app.queries.event_batch import load_batch as load
from sessions_app.queries.points import sample_point
from sessions_app.recording.downsampling import update_downsampled
from sessions_app.recording.event_handlers import apply_event
from sessions_app.recording.recompute import recompute
from sessions_app.store import event_batch as store

Recorded = tuple[list[Outcome], list[SessionChange]]


def record(batch: Sequence[Event | ConnectionAttempt]) -> Recorded:
    """Record the events in one transaction, in their order; all or none of them.

    Returns an outcome for each event, and what to announce once this has returned: committed.
    """
    now = timezone.now()
    with transaction.atomic():
        desk = load(batch)
        entered = [apply_event(desk, event, now=now) for event in batch]
        for draft in desk.sessions:
            recompute(draft)
        store.save_batch(desk)
        update_downsampled(desk.sessions)
    outcomes = [Outcome(each.tag_status, each.draft.id if each.draft else 0, each.station_id) for each in entered]
    return outcomes, [change for draft in desk.sessions if (change := _session_change(draft))]


def _session_change(draft: SessionDraft) -> SessionChange | None:
    """Return what viewers are told of a session, or None where nothing has changed."""
    if not draft.is_changed and draft.is_stored:
        return None
    return SessionChange(
        session_id=draft.id,
        site_id=draft.site_id,
        has_begun=(not draft.is_stored or draft.was_ended) and not draft.state.is_ended,
        has_ended=(not draft.was_ended) and draft.state.is_ended,
        points=[sample_point(each) for each in draft.new_samples],
        redraw=bool(draft.changed_samples),
    )
