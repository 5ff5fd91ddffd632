"""One session as a row of values, and its cell texts for tables, live messages and exports."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from sessions_app.domain import flags, wording
from sessions_app.domain.inactivity import Level, inactivity_level
from sessions_app.domain.lifecycle import last_heard_at
from sessions_app.domain.session_totals import DEFAULT_INTERVAL_S

SILENT_AFTER_INTERVALS = 3
MIN_INTERVAL_S = 10.0


class SessionRow(msgspec.Struct, frozen=True):
    """The values of one table row. Wh, W, A, %, seconds; money in the currency's unit."""

    id: int
    started_at: datetime
    ended_at: datetime | None
    zone: str
    station: str
    station_id: int
    connector: int | None
    max_power_w: int | None
    energy_wh: Decimal
    power_w: float | None
    peak_power_w: float | None
    limit_a: float | None
    idle_s: int
    battery_start: float | None
    battery: float | None
    price: Decimal | None
    currency: str
    company: str
    site: str
    site_id: int
    site_area: str
    user: str
    driver_id: int | None
    unit: str
    id_tag: str
    policy: str
    end_reason: str
    ended_by: str
    flags: int
    reading_count: int
    last_reading_at: datetime | None
    clock_lag_s: float | None
    sample_interval_s: float | None
    offline_since: datetime | None

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def duration_s(self, now: datetime) -> float:
        """Return the time from the start to the end, or to now; never below 0."""
        return max(0.0, ((self.ended_at or now) - self.started_at).total_seconds())

    @property
    def average_power_w(self) -> float | None:
        """Energy divided by duration; None while in progress or if the duration is 0."""
        if self.ended_at is None or self.ended_at <= self.started_at:
            return None
        return float(self.energy_wh) * 3600 / (self.ended_at - self.started_at).total_seconds()

    @property
    def level(self) -> Level:
        """The inactivity level for the connector's rating."""
        return inactivity_level(self.idle_s, self.max_power_w)

    @property
    def last_heard_at(self) -> datetime:
        return last_heard_at(self.started_at, self.last_reading_at, self.clock_lag_s)

    @property
    def silent_at(self) -> datetime:
        """When a session in progress becomes silent if no further reading arrives."""
        interval_s = max(self.sample_interval_s or DEFAULT_INTERVAL_S, MIN_INTERVAL_S)
        return self.last_heard_at + timedelta(seconds=SILENT_AFTER_INTERVALS * interval_s)

    def silent_since(self, now: datetime) -> datetime | None:
        """Return since when a session in progress is offline or silent, or None."""
        if self.ended_at is not None:
            return None
        if self.offline_since is not None:
            return min(self.offline_since, now)
        return self.last_heard_at if now > self.silent_at else None


def _power(row: SessionRow, now: datetime) -> str:
    """Return the current power, or the silence text: a stale power must not look current."""
    return _silence(row, now)[0] or wording.kw(row.power_w)


def _silence(row: SessionRow, now: datetime) -> tuple[str, str]:
    """Return text and tooltip for an offline or silent session, else "" for both."""
    since = row.silent_since(now)
    if since is None:
        return "", ""
    status = "offline" if row.offline_since else "silent"
    return (
        f"{status} since {wording.short_time(since, row.tz, now=now)}",
        f"{status.capitalize()} since {wording.full_time(since, row.tz)}",
    )


def _level(row: SessionRow, now: datetime) -> tuple[str, str]:
    label = wording.LEVEL_LABELS[row.level]
    return label, label


def _look(row: SessionRow, now: datetime) -> tuple[str, str]:
    reasons = flags.describe(row.flags)
    text = f"Needs a look: {'; '.join(reasons)}" if reasons else ""
    return text, text


def _battery(row: SessionRow) -> str:
    if row.ended_at is None or row.battery_start is None:
        return wording.percent(row.battery)
    return f"{row.battery_start:.0f} → {wording.percent(row.battery)}"


Cell = Callable[[SessionRow, datetime], str]
CELLS: dict[str, Cell] = {
    "id": lambda row, now: str(row.id),
    "started_at": lambda row, now: wording.short_time(row.started_at, row.tz, now=now),
    "ended_at": lambda row, now: wording.short_time(row.ended_at, row.tz, now=now),
    "reason": lambda row, now: wording.reason(row.end_reason, row.ended_by),
    "station": lambda row, now: row.station,
    "connector": lambda row, now: wording.connector_letter(row.connector),
    "duration": lambda row, now: wording.duration(row.duration_s(now)),
    "inactivity": lambda row, now: wording.duration(row.idle_s),
    "power": _power,
    "consumption": lambda row, now: wording.kwh(row.energy_wh),
    "battery": lambda row, now: _battery(row),
    "price": lambda row, now: wording.money(row.price, row.currency),
    "company": lambda row, now: row.company,
    "site": lambda row, now: row.site,
    "site_area": lambda row, now: row.site_area,
    "user": lambda row, now: row.user or wording.UNKNOWN,
    "id_tag": lambda row, now: row.id_tag or wording.UNKNOWN,
    "policy": lambda row, now: row.policy or wording.UNKNOWN,
    "peak_power": lambda row, now: wording.kw(row.peak_power_w),
    "average_power": lambda row, now: wording.kw(row.average_power_w),
}

# For a table with sites in several time zones, where a time without its zone would mislead.
ZONED_CELLS: dict[str, Cell] = CELLS | {
    "started_at": lambda row, now: wording.short_time(row.started_at, row.tz, now=now, is_zoned=True),
    "ended_at": lambda row, now: wording.short_time(row.ended_at, row.tz, now=now, is_zoned=True),
}

# What a row shows in addition to its cells: a text that is always visible, and a tooltip.
MARKS: dict[str, Callable[[SessionRow, datetime], tuple[str, str]]] = {
    "silence": _silence,
    "level": _level,
    "look": _look,
}

LIVE_CELLS = ("inactivity", "power", "consumption", "battery", "price", "peak_power")


def cells(row: SessionRow, keys: tuple[str, ...], *, now: datetime) -> dict[str, str]:
    """Return the cell texts of the columns `keys`."""
    return {key: CELLS[key](row, now) for key in keys}


def marks(row: SessionRow, *, now: datetime) -> dict[str, tuple[str, str]]:
    """Return the text and the tooltip of each mark; both are "" if the mark does not apply."""
    return {key: mark(row, now) for key, mark in MARKS.items()}
