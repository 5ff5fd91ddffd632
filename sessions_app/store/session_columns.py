"""The columns of a session that change with events, from its draft."""

from typing import Any

import msgspec

from sessions_app.domain import figures, pricing
from sessions_app.domain.drafts import SessionDraft
from sessions_app.domain.flags import ENERGY_FLAGS, FIGURE_FLAGS, Flag, FlagDetail
from sessions_app.domain.session_totals import SessionTotals

_A_DAY_S = 86_400


def session_columns(draft: SessionDraft) -> dict[str, Any]:
    """Return by name the columns of a session that change with events."""
    state, totals, billing = draft.state, draft.totals, draft.billing
    columns: dict[str, Any] = {name: getattr(state, name) for name in state.__struct_fields__}
    if totals is None:
        totals = figures.start_totals(state.started_at, state.meter_start_wh, billing)
    price_lines = figures.session_price_lines(totals, billing)
    details = totals.details
    if draft.clock_offset_s and draft.state.flags & Flag.STATION_CLOCK:
        details = (*details, FlagDetail(int(Flag.STATION_CLOCK), draft.clock_offset_s))
    return columns | {
        "flags": _flags(draft, totals),
        "energy_wh": totals.energy_wh,
        "power_w": totals.power_w,
        "peak_power_w": totals.peak_power_w,
        "limit_a": totals.metrics.limit_a,
        "idle_s": totals.clock.idle_s,
        "held_back_s": totals.clock.held_back_s,
        "estimated_wh": totals.estimated_wh,
        "counts_stop": totals.counts_stop,
        "battery_start": totals.metrics.battery_start,
        "battery": totals.metrics.battery,
        "sample_interval_s": totals.metrics.interval_s,
        "flag_details": msgspec.json.encode(details).decode() if details else "",
        "start_received_at": draft.start_received_at,
        "start_stated_at": draft.start_stated_at,
        "clock_offset_s": draft.clock_offset_s,
        "statuses": msgspec.json.encode(draft.statuses).decode() if draft.statuses else "",
        "reading_count": draft.reading_count,
        "station_transaction_id": draft.station_transaction_id,
        "station_transaction_uses": draft.station_transaction_uses,
        "totals": msgspec.json.encode(totals).decode(),
        "price": pricing.total(price_lines) if billing.tariff else None,
        "price_lines": msgspec.json.encode(price_lines).decode() if billing.tariff else "",
    }


def _flags(draft: SessionDraft, totals: SessionTotals) -> int:
    flags = totals.flags | (draft.state.flags & ~FIGURE_FLAGS)
    if draft.billing.correction is not None:
        flags &= ~ENERGY_FLAGS
    if draft.state.is_ended and totals.energy_wh == 0:
        flags |= Flag.NO_ENERGY
    if totals.clock.idle_s > _A_DAY_S:
        flags |= Flag.IDLE_OVER_A_DAY
    return flags
