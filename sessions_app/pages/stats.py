"""The figures in a session's header, and the facts about who charges where."""

from datetime import datetime
from typing import NamedTuple

from sessions_app.domain import flags, wording
from sessions_app.domain.row import SessionRow, cells
from sessions_app.models import ChargingSession

_LABELS = {
    "power": "Power now",
    "peak_power": "Peak power",
    "consumption": "Energy",
    "duration": "Duration",
    "inactivity": "Inactivity",
    "battery": "Battery",
    "price": "Price",
    "started_at": "Started",
    "ended_at": "Ended",
}
_LIVE = ("power", "consumption", "duration", "inactivity", "battery", "price", "started_at")
_ENDED = (
    "peak_power", "consumption", "duration", "inactivity", "battery", "price", "started_at", "ended_at",
)  # fmt: skip
_LEVELS = {"warning": "long", "high": "very long"}


class Stat(NamedTuple):
    """One figure: its key in `CELLS`, its label, its text, and what its tooltip says."""

    key: str
    label: str
    text: str
    title: str = ""
    level: str = ""
    level_words: str = ""


class Fact(NamedTuple):
    """A label and what it is of this session."""

    label: str
    text: str


def stats(row: SessionRow, *, now: datetime) -> list[Stat]:
    """Return the figures of the header, in order."""
    keys = _LIVE if row.ended_at is None else _ENDED
    texts = cells(row, keys, now=now)
    titles = {
        "started_at": wording.full_time(row.started_at, row.tz),
        "ended_at": wording.full_time(row.ended_at, row.tz),
    }
    return [
        Stat(
            key, _LABELS[key], texts[key], titles.get(key, ""),
            *((row.level, _LEVELS[row.level]) if key == "inactivity" and row.level else ()),
        )
        for key in keys
    ]  # fmt: skip


def facts(session: ChargingSession, row: SessionRow, *, now: datetime) -> list[Fact]:
    """Return who charges and where; what nobody knows is left out."""
    driver = session.driver
    found = [
        Fact("User", row.user),
        Fact("User ID", driver.reference if driver else ""),
        Fact("Kind", driver.get_kind_display() if driver else ""),
        Fact("Unit", row.unit),
        Fact("E-mail", driver.email if driver else ""),
        Fact("IdTag", row.id_tag),
        Fact("Charging station", f"{row.station} · {wording.connector_letter(row.connector)}"),
        Fact("Site", f"{row.site} · {row.site_area}"),
        Fact("Company", row.company),
        Fact("Reason", wording.reason(row.end_reason, row.ended_by) if row.ended_at else ""),
    ]
    return [fact for fact in found if fact.text]


def warnings(row: SessionRow) -> tuple[str, ...]:
    """Return why the session needs a look, in people's words."""
    return flags.describe(row.flags)


def driver_details(session: ChargingSession, row: SessionRow) -> list[str]:
    """Return what follows the driver's name in the header: unit, kind, internal reference."""
    driver = session.driver
    if driver is None:
        return [f"Tag {row.id_tag}"] if row.id_tag else []
    unit = [f"Unit {row.unit}"] if row.unit else []
    return [*unit, driver.get_kind_display().lower(), f"ID {driver.reference}"]
