"""One session as a table, a live message and an export say it: a row of facts, and its cells' texts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from sessions_app.domain import flags, wording
from sessions_app.domain.inactivity import inactivity_level
from sessions_app.domain.lifecycle import last_heard_at
from sessions_app.domain.session_totals import DEFAULT_INTERVAL_S

SILENT_AFTER_INTERVALS = 3
MIN_INTERVAL_S = 10.0


class SessionRow(msgspec.Struct, frozen=True):
    """What is said of a session in one line. Wh, W, A, %, seconds; money in the currency's unit."""

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
        """The site's time zone."""
        return ZoneInfo(self.zone)

    def duration_s(self, now: datetime) -> float:
        """Return now, or the end, less the start; never below 0."""
        return max(0.0, ((self.ended_at or now) - self.started_at).total_seconds())

    @property
    def average_power_w(self) -> float | None:
        """Energy over the whole duration; None while in progress or of no length."""
        if self.ended_at is None or self.ended_at <= self.started_at:
            return None
        return float(self.energy_wh) * 3600 / (self.ended_at - self.started_at).total_seconds()

    @property
    def level(self) -> str:
        """How long the car has stood, against the connector's rating: "", warning or high."""
        return inactivity_level(self.idle_s, self.max_power_w)

    @property
    def last_heard_at(self) -> datetime:
        """When it last told anything, by our clock."""
        return last_heard_at(self.started_at, self.last_reading_at, self.clock_lag_s)

    @property
    def silent_at(self) -> datetime:
        """Until when a session in progress counts as heard of, if nothing else comes."""
        interval_s = max(self.sample_interval_s or DEFAULT_INTERVAL_S, MIN_INTERVAL_S)
        return self.last_heard_at + timedelta(seconds=SILENT_AFTER_INTERVALS * interval_s)

    def silent_since(self, now: datetime) -> datetime | None:
        """Return since when nothing has been heard of a session in progress, or None."""
        if self.ended_at is not None:
            return None
        if self.offline_since is not None:
            return min(self.offline_since, now)
        return self.last_heard_at if now > self.silent_at else None


def _power(row: SessionRow, now: datetime) -> str:
    """Return the power now; the old figure of a station that says nothing is never shown as if it were."""
    return _silence(row, now)[0] or wording.kw(row.power_w)


def _silence(row: SessionRow, now: datetime) -> tuple[str, str]:
    """Return that nothing is heard of a session in progress, since when, and the full moment."""
    since = row.silent_since(now)
    if since is None:
        return "", ""
    word = "offline" if row.offline_since else "silent"
    return (
        f"{word} since {wording.short_time(since, row.tz, now=now)}",
        f"{word.capitalize()} since {wording.full_time(since, row.tz)}",
    )


def _level(row: SessionRow, now: datetime) -> tuple[str, str]:
    words = wording.LEVEL_LABELS[row.level]
    return words, words


def _look(row: SessionRow, now: datetime) -> tuple[str, str]:
    words = flags.describe(row.flags)
    said = f"Needs a look: {'; '.join(words)}" if words else ""
    return said, said


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

# The same in a table of sites in several time zones, where a time without its own would mislead.
ZONED_CELLS: dict[str, Cell] = CELLS | {
    "started_at": lambda row, now: wording.short_time(row.started_at, row.tz, now=now, is_zoned=True),
    "ended_at": lambda row, now: wording.short_time(row.ended_at, row.tz, now=now, is_zoned=True),
}

# What a row says besides its cells: words that are always there, and more of them in a tooltip.
MARKS: dict[str, Callable[[SessionRow, datetime], tuple[str, str]]] = {
    "silence": _silence,
    "level": _level,
    "look": _look,
}

LIVE_CELLS = ("inactivity", "power", "consumption", "battery", "price", "peak_power")


def cells(row: SessionRow, keys: tuple[str, ...], *, now: datetime) -> dict[str, str]:
    """Return the texts of those columns."""
    return {key: CELLS[key](row, now) for key in keys}


def marks(row: SessionRow, *, now: datetime) -> dict[str, tuple[str, str]]:
    """Return the words and the tooltip of each mark, both "" where there is nothing to say."""
    return {key: mark(row, now) for key, mark in MARKS.items()}
