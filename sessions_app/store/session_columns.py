"""The columns of a session that change while it lives, out of its draft."""

from typing import Any

import msgspec

from sessions_app.domain import figures, pricing
from sessions_app.domain.drafts import SessionDraft
from sessions_app.domain.flags import FIGURE_FLAGS, Flag, FlagDetail
from sessions_app.domain.session_totals import SessionTotals

_A_DAY_S = 86_400


def session_columns(draft: SessionDraft) -> dict[str, Any]:
    """Return the columns of a session that change while it lives, by name."""
    state, running, terms = draft.state, draft.totals, draft.billing
    facts: dict[str, Any] = {name: getattr(state, name) for name in state.__struct_fields__}
    if running is None:
        running = figures.start_totals(state.started_at, state.meter_start_wh, terms)
    price_lines = figures.session_price_lines(running, terms)
    details = running.details
    if draft.clock_offset_s and draft.state.flags & Flag.STATION_CLOCK:
        details = (*details, FlagDetail(int(Flag.STATION_CLOCK), draft.clock_offset_s))
    return facts | {
        "flags": running.flags | _flags(draft, running),
        "energy_wh": running.energy_wh,
        "power_w": running.power_w,
        "peak_power_w": running.peak_power_w,
        "limit_a": running.metrics.limit_a,
        "idle_s": running.clock.idle_s,
        "held_back_s": running.clock.held_back_s,
        "estimated_wh": running.estimated_wh,
        "counts_stop": running.counts_stop,
        "battery_start": running.metrics.battery_start,
        "battery": running.metrics.battery,
        "sample_interval_s": running.metrics.interval_s,
        "flag_details": msgspec.json.encode(details).decode() if details else "",
        "start_received_at": draft.start_received_at,
        "start_stated_at": draft.start_stated_at,
        "clock_offset_s": draft.clock_offset_s,
        "statuses": msgspec.json.encode(draft.statuses).decode() if draft.statuses else "",
        "reading_count": draft.reading_count,
        "station_transaction_id": draft.station_transaction_id,
        "totals": msgspec.json.encode(running).decode(),
        "price": pricing.total(price_lines) if terms.tariff else None,
        "price_lines": msgspec.json.encode(price_lines).decode() if terms.tariff else "",
    }


def _flags(draft: SessionDraft, running: SessionTotals) -> int:
    flags = draft.state.flags & ~FIGURE_FLAGS
    if draft.state.is_ended and running.energy_wh == 0:
        flags |= Flag.NO_ENERGY
    if running.clock.idle_s > _A_DAY_S:
        flags |= Flag.IDLE_OVER_A_DAY
    return flags
