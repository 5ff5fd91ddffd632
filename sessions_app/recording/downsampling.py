"""Downsample long sessions as readings arrive, so that no graph reads 200,000 of them."""

import logging
from collections.abc import Iterable

from django.db import InterfaceError, OperationalError, transaction

from sessions_app.domain import curve as curves
from sessions_app.domain.drafts import SessionDraft
from sessions_app.queries.curves import STORED_POINTS, curve_from_points, decode_series, extend_curve, load_series
from sessions_app.queries.points import load_points
from sessions_app.store import downsampled

logger = logging.getLogger(__name__)

READINGS_PER_UPDATE = 2_000  # a session with less than twice as many has no series


def update_downsampled(drafts: Iterable[SessionDraft]) -> None:
    """Update the series of the batch's long sessions that have enough new readings.

    A series is derived data: an error here must not stop the readings from being recorded.
    """
    long_sessions = [
        draft
        for draft in drafts
        if draft.reading_count >= 2 * READINGS_PER_UPDATE and (draft.new_samples or draft.changed_samples)
    ]
    if not long_sessions:
        return
    try:
        with transaction.atomic():
            _update(long_sessions)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("Updating a downsampled series failed")


def _update(drafts: list[SessionDraft]) -> None:
    if changed_ids := [draft.id for draft in drafts if draft.changed_samples]:
        downsampled.downsampled_delete(changed_ids)
    for draft in drafts:
        count_before = draft.reading_count - len(draft.new_samples)
        if (
            draft.changed_samples
            or draft.state.is_ended
            or count_before // READINGS_PER_UPDATE < draft.reading_count // READINGS_PER_UPDATE
        ):
            refresh_downsampled(draft.id)


def refresh_downsampled(session_id: int) -> None:
    """Extend the session's series with new samples, or build it from all."""
    stored = load_series(session_id)
    rows = load_points(session_id, after=stored.last_number if stored else 0)
    curve = extend_curve(decode_series(stored), rows) if stored else curves.with_gaps(curve_from_points(rows))
    if rows:
        shortened = curves.downsample(curve, most=STORED_POINTS)
        downsampled.downsampled_save(session_id, last_number=curve.last_number, curve=shortened)
