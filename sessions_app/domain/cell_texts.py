"""Texts and values of cells that follow from more than one stored value, and the marks of a row."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from sessions_app.domain import wording
from sessions_app.domain.file_cells import Money, money_value, to_kw
from sessions_app.domain.row import SessionRow

Mark = tuple[str, str]


def _level(row: SessionRow, now: datetime) -> Mark:
    label = wording.LEVEL_LABELS[row.level]
    return label, label


def _look(row: SessionRow, now: datetime) -> Mark:
    text = f"Needs a look: {'; '.join(row.look_reasons)}" if row.flags else ""
    return text, text


def silence(row: SessionRow, now: datetime) -> Mark:
    """Return text and tooltip for an offline or silent session, else "" for both."""
    since = row.silent_since(now)
    if since is None:
        return "", ""
    status = "offline" if row.offline_since(now) else "silent"
    return (
        f"{status} since {wording.short_time(since, row.tz, now=now)}",
        f"{status.capitalize()} since {wording.full_time(since, row.tz)}",
    )


# What a row shows in addition to its cells: a text that is always visible, and a tooltip.
MARKS: dict[str, Callable[[SessionRow, datetime], Mark]] = {"silence": silence, "level": _level, "look": _look}


def marks(row: SessionRow, *, now: datetime) -> dict[str, Mark]:
    """Return the text and the tooltip of each mark; both are "" if the mark does not apply."""
    return {key: mark(row, now) for key, mark in MARKS.items()}


def power_text(row: SessionRow, now: datetime) -> str:
    """Return the current power, or the silence text: a stale power must not look current."""
    return silence(row, now)[0] or wording.kw(row.power_w)


def shown_power_kw(row: SessionRow, now: datetime) -> Decimal | None:
    """Return the current power; None while the session is silent, because the old value is outdated."""
    return to_kw(row.power_w) if row.silent_since(now) is None else None


def energy_text(row: SessionRow, now: datetime) -> str:
    """Return the energy, with ≈ where it is estimated."""
    return wording.approximate(wording.kwh(row.energy_wh), is_estimated=row.is_estimated)


def price_text(row: SessionRow, now: datetime) -> str:
    """Return the price, with ≈ where the energy is estimated."""
    return wording.approximate(wording.money(row.price, row.currency), is_estimated=row.is_estimated)


def estimate_title(row: SessionRow) -> str:
    """Return what ≈ means, where a figure has it."""
    return "Estimated from power: the meter has not confirmed it" if row.is_estimated else ""


def battery_text(row: SessionRow, now: datetime) -> str:
    """Return the state of charge; of an ended session the first and the last."""
    if row.ended_at is None or row.battery_start is None:
        return wording.percent(row.battery)
    return f"{wording.round_half_up(row.battery_start, 0)} → {wording.percent(row.battery)}"


def whole_duration_s(row: SessionRow, now: datetime) -> int:
    """Return the duration in whole seconds, rounded down."""
    return int(row.duration_s(now))


def price_money(row: SessionRow, now: datetime) -> Money | None:
    """Return the price with its currency, or None."""
    return money_value(row.price, row.currency)


def ocpp_reason_title(row: SessionRow) -> str:
    """Return the OCPP reason; "" where TerraFuse closed the session."""
    is_reported = row.end_reason and row.end_reason not in wording.CLOSED_BY_US
    return f"OCPP: {row.end_reason}" if is_reported else ""
