"""The figures in a session's header, and the facts about its driver and place."""

from datetime import datetime
from typing import NamedTuple

from sessions_app.domain import wording
from sessions_app.domain.columns import COLUMNS, cells
from sessions_app.domain.inactivity import Level
from sessions_app.domain.row import SessionRow
from sessions_app.models import ChargingSession

# The figures in their order; labels and texts are those of the columns.
_LIVE_KEYS = ("power", "consumption", "duration", "inactivity", "held_back", "battery", "price", "started_at")
_ENDED_KEYS = (
    "peak_power", "consumption", "duration", "inactivity", "held_back", "battery", "price", "started_at", "ended_at",
)  # fmt: skip
_LEVEL_TEXTS: dict[str, str] = {Level.WARNING: "long", Level.HIGH: "very long"}


class Stat(NamedTuple):
    """A figure: the key of its column, its label, its text and its tooltip."""

    key: str
    label: str
    text: str
    title: str = ""
    level: str = ""
    level_words: str = ""

    @property
    def is_high(self) -> bool:
        return self.level == Level.HIGH


class Fact(NamedTuple):
    """A label and its value."""

    label: str
    text: str


def stats(row: SessionRow, *, now: datetime) -> list[Stat]:
    """Return the figures of the header, in order; held back only where the car was."""
    offered = _LIVE_KEYS if row.ended_at is None else _ENDED_KEYS
    keys = tuple(key for key in offered if key != "held_back" or row.held_back_s)
    texts = cells(row, keys, now=now)
    return [
        Stat(
            key, COLUMNS[key].label or COLUMNS[key].heading, texts[key], COLUMNS[key].title(row),
            *((row.level, _LEVEL_TEXTS[row.level]) if key == "inactivity" and row.level else ()),
        )
        for key in keys
    ]  # fmt: skip


def facts(session: ChargingSession, row: SessionRow, *, now: datetime) -> list[Fact]:
    """Return the facts about driver and place, without unknown ones."""
    driver = session.driver
    all_facts = [
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
    return [fact for fact in all_facts if fact.text]


def driver_details(session: ChargingSession, row: SessionRow) -> list[str]:
    """Return the texts after the driver's name in the header: unit, kind, internal reference."""
    driver = session.driver
    if driver is None:
        return [f"Tag {row.id_tag}"] if row.id_tag else []
    unit = [f"Unit {row.unit}"] if row.unit else []
    return [*unit, driver.get_kind_display().lower(), f"ID {driver.reference}"]
