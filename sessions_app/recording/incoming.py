"""Add the readings of a message to their session."""

from datetime import datetime
from decimal import Decimal

import msgspec

from sessions_app.domain import lifecycle, meter
from sessions_app.domain.drafts import SessionDraft
from sessions_app.domain.flags import Flag
from sessions_app.domain.meter import Reading


def add_readings(
    draft: SessionDraft, readings: tuple[Reading, ...], *, received_at: datetime | None, is_named: bool
) -> None:
    """Add the readings that are of the session.

    One from before its start is of no session; one without a transaction id is not of a session whose other
    readings have one. The register of Transaction.Begin belongs to the start.
    """
    for reading in readings:
        is_own = is_named or not draft.is_named
        if is_own and reading.begin_wh is not None and draft.state.meter_start_wh is None:
            draft.set_state(msgspec.structs.replace(draft.state, meter_start_wh=reading.begin_wh))
        billing = draft.billing
        stripped = meter.assign_phase(reading, phases=billing.phases, rating_w=billing.rating_w)
        stripped = msgspec.structs.replace(stripped, begin_wh=None, end_wh=None, is_named=is_named)
        is_early = reading.at < draft.state.started_at and not draft.state.flags & Flag.START_UNKNOWN
        if is_early or not is_own or stripped.is_empty:
            continue
        draft.new_readings.append(stripped)
        draft.set_state(
            lifecycle.add_reading(draft.state, at=reading.at, received_at=received_at, register_wh=reading.register_wh)
        )


def stop_register(readings: tuple[Reading, ...]) -> Decimal | None:
    """Return the register of Transaction.End among the readings."""
    return next((each.end_wh for each in reversed(readings) if each.end_wh is not None), None)
