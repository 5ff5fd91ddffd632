"""Digests of long sessions, kept as their readings come, so that a graph need not read 200,000 of them."""

import logging
from collections.abc import Iterable

from django.db import InterfaceError, OperationalError, transaction

from sessions_app.domain import curve as curves
from sessions_app.domain.drafts import SessionDraft
from sessions_app.models import CurveDigest
from sessions_app.queries.curves import DIGESTED, columns, continued, stored
from sessions_app.queries.points import points
from sessions_app.store import digests

logger = logging.getLogger(__name__)

EVERY = 2_000  # readings; a shorter session is read as it is


def keep_digests(drafts: Iterable[SessionDraft]) -> None:
    """Bring the digests of the batch's long sessions up to date, where enough has come since.

    A digest is no fact: when making one fails, the readings are recorded all the same.
    """
    long = [each for each in drafts if each.reading_count >= 2 * EVERY and (each.added or each.corrected)]
    if not long:
        return
    try:
        with transaction.atomic():
            _keep(long)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("A digest could not be made")


def _keep(long: list[SessionDraft]) -> None:
    if changed := [each.id for each in long if each.corrected]:
        digests.digests_drop(changed)
    for draft in long:
        before = draft.reading_count - len(draft.added)
        if draft.corrected or draft.life.is_over or before // EVERY < draft.reading_count // EVERY:
            renew(draft.id)


def renew(session_id: int) -> None:
    """Digest what has come since the session's last digest, or all of it."""
    last = CurveDigest.objects.filter(session_id=session_id).first()
    rows = points(session_id, after=last.upto if last else 0)
    measured = continued(stored(last), rows) if last else curves.with_gaps(columns(rows))
    if rows:
        kept = curves.thinned(measured, most=DIGESTED)
        digests.digest_keep(session_id, upto=measured.last_number, curve=kept)
