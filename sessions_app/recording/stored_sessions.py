"""A stored session that is worked out again on purpose: to reprice, correct or recompute it.

Its station is locked as by the recorder, so that no reading comes in between.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction

from sessions_app.announce import SessionChange, announce_change
from sessions_app.domain import figures
from sessions_app.domain.drafts import EventBatch, Sample, SessionDraft
from sessions_app.domain.energy_correction import EnergyCorrection, decode_correction
from sessions_app.domain.quantities import figure_values
from sessions_app.domain.wording import UNKNOWN
from sessions_app.models import ChargingSession
from sessions_app.queries.event_batch import load_session_batch
from sessions_app.queries.policies import load_session_to_price
from sessions_app.queries.readings import StoredSample, load_samples
from sessions_app.recording.downsampling import update_downsampled
from sessions_app.store.event_batch import save_batch

READINGS_MISSING = "Some readings are missing: the others do not add up to the consumption."


class LockedSession(NamedTuple):
    """A session's draft, its row as stored, and its samples; its station is locked."""

    batch: EventBatch
    draft: SessionDraft
    row: ChargingSession
    samples: Sequence[StoredSample]

    @property
    def is_complete(self) -> bool:
        """Whether all that its figures come from is stored."""
        if len(self.samples) != self.row.reading_count:
            return False
        has_register = self.row.meter_start_wh is not None and self.row.meter_stop_wh is not None
        return bool(self.samples) or has_register or not self.row.energy_wh

    @property
    def correction(self) -> EnergyCorrection | None:
        """The stored correction of its energy."""
        return decode_correction(self.row.energy_correction)

    @property
    def label(self) -> str:
        """A label for people: `8412 · HT-B1-03 · Priya Raman · 3 Mar 2026 09:14`."""
        row = self.row
        local = row.started_at.astimezone(ZoneInfo(row.site.time_zone))
        user = row.driver.name if row.driver else UNKNOWN
        return f"{row.pk} · {row.station} · {user} · {local.day} {local:%b %Y %H:%M}"


def lock_session(session_id: int) -> LockedSession:
    """Lock and load a session. Raises ChargingSession.DoesNotExist."""
    batch = load_session_batch(session_id)  # first: its lock keeps the later reads consistent
    row = load_session_to_price(session_id)
    return LockedSession(batch, batch.sessions[0], row, load_samples(session_id))


def refold(session: LockedSession) -> None:
    """Work out the figures of the draft from all its readings, by today's rules."""
    draft, readings = session.draft, [sample.reading for sample in session.samples]
    draft.totals, points = figures.fold(draft.state, readings, draft.billing, draft.statuses)
    draft.changed_samples = [
        Sample(sample.number, sample.reading, point)
        for sample, point in zip(session.samples, points, strict=True)
        if sample.figures != figure_values(point)
    ]


def save_session(session: LockedSession) -> None:
    """Save the draft; announce it after the commit where tables show it live."""
    draft = session.draft
    draft.is_changed = True
    save_batch(session.batch)
    update_downsampled([draft])
    if not draft.state.is_ended:
        change = SessionChange(draft.id, draft.site_id, redraw=True, refetch=True)
        transaction.on_commit(partial(announce_change, change), robust=True)
