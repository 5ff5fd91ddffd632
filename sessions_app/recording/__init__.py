"""Use cases. Recording a batch is one transaction: load it, apply its events, recompute the figures, save.

Callers receive an outcome for each event, and the changes for `announce`.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from sessions_app.announce import SessionChange
from sessions_app.domain import figures
from sessions_app.domain.drafts import SessionDraft
from sessions_app.domain.events import ConnectionAttempt, Event, Outcome
from sessions_app.queries.event_batch import load_batch
from sessions_app.queries.points import sample_point
from sessions_app.recording.downsampling import update_downsampled
from sessions_app.recording.event_handlers import EventResult, apply_event
from sessions_app.recording.recompute import recompute
from sessions_app.recording.spans import update_spans
from sessions_app.store.event_batch import save_batch

BatchResult = tuple[list[Outcome], list[SessionChange]]


def record(events: Sequence[Event | ConnectionAttempt]) -> BatchResult:
    """Record the events in order in one transaction: all of them, or none.

    Return an outcome for each event, and the changes to announce. The commit precedes the return.
    """
    now = timezone.now()
    with transaction.atomic():
        batch = load_batch(events)
        update_spans(batch.stations, events)
        results = [apply_event(batch, event, now=now) for event in events]
        for draft in batch.sessions:
            recompute(draft)
        save_batch(batch)
        update_downsampled(batch.sessions)
    outcomes = [Outcome(r.tag_status, r.draft.id if r.draft else 0, r.station_id, _price(r)) for r in results]
    return outcomes, [change for draft in batch.sessions if (change := _session_change(draft))]


def _price(result: EventResult) -> Decimal | None:
    """Return the price of the session if the reply needs it; None without a policy."""
    draft = result.draft
    if not result.is_price_wanted or draft is None or draft.totals is None:
        return None
    return figures.session_price(draft.totals, draft.billing)


def _session_change(draft: SessionDraft) -> SessionChange | None:
    """Return what to announce of a session; None if nothing has changed."""
    if not draft.is_changed and draft.is_stored:
        return None
    return SessionChange(
        session_id=draft.id,
        site_id=draft.site_id,
        has_begun=(not draft.is_stored or draft.was_ended) and not draft.state.is_ended,
        has_ended=(not draft.was_ended) and draft.state.is_ended,
        points=[sample_point(sample) for sample in draft.new_samples],
        redraw=bool(draft.changed_samples),
        refetch=draft.is_reassigned or draft.state.started_at != draft.previous_state.started_at,
    )
