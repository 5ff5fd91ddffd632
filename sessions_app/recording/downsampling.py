"""Digests of long sessions, kept as their readings come, so that a graph need not read 200,000 of them."""

import logging
from collections.abc import Iterable

from django.db import InterfaceError, OperationalError, transaction

from sessions_app.domain import curve as curves
from sessions_app.domain.drafts import SessionDraft
from sessions_app.models import DownsampledSeries
from sessions_app.queries.curves import STORED_POINTS, curve_from_points, decode_series, extend_curve
from sessions_app.queries.points import load_points
from sessions_app.store import downsampled

logger = logging.getLogger(__name__)

READINGS_PER_UPDATE = 2_000  # readings; a shorter session is read as it is


def update_downsampled(drafts: Iterable[SessionDraft]) -> None:
    """Bring the digests of the batch's long sessions up to date, where enough has come since.

    A digest is no fact: when making one fails, the readings are recorded all the same.
    """
    long = [
        each
        for each in drafts
        if each.reading_count >= 2 * READINGS_PER_UPDATE and (each.new_samples or each.changed_samples)
    ]
    if not long:
        return
    try:
        with transaction.atomic():
            _update(long)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("A digest could not be made")


def _update(long: list[SessionDraft]) -> None:
    if changed := [each.id for each in long if each.changed_samples]:
        downsampled.downsampled_delete(changed)
    for draft in long:
        before = draft.reading_count - len(draft.new_samples)
        if (
            draft.changed_samples
            or draft.state.is_ended
            or before // READINGS_PER_UPDATE < draft.reading_count // READINGS_PER_UPDATE
        ):
            refresh_downsampled(draft.id)


def refresh_downsampled(session_id: int) -> None:
    """Digest what has come since the session's last digest, or all of it."""
    last = DownsampledSeries.objects.filter(session_id=session_id).first()
    rows = load_points(session_id, after=last.last_number if last else 0)
    measured = extend_curve(decode_series(last), rows) if last else curves.with_gaps(curve_from_points(rows))
    if rows:
        kept = curves.downsample(measured, most=STORED_POINTS)
        downsampled.downsampled_save(session_id, last_number=measured.last_number, curve=kept)
