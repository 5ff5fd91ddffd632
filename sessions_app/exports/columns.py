"""The list of columns of a session export, in the order of the screens.

A screen column becomes one or more file columns: a time adds its UTC offset, a price its currency, a
reason its code.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from sessions_app.domain import flags, wording
from sessions_app.domain.row import SessionRow
from sessions_app.domain.tabs import Tab
from sessions_app.exports import cell_types
from sessions_app.exports.cell_types import CellType, Money

Record = TypeVar("Record")
_zone = lru_cache(maxsize=512)(ZoneInfo)


@dataclass(frozen=True)
class FileColumn(Generic[Record]):
    """A column of a file: the key of its screen column, its header and its value.

    `value` takes the record and the time of the export, and returns what the cell type accepts.
    """

    key: str
    header: str
    cell_type: CellType
    value: Callable[[Record, datetime], Any]
    is_totalled: bool = False


def to_site_time(at: datetime | None, zone: str) -> datetime | None:
    """Convert the moment to the time zone."""
    return None if at is None else at.astimezone(_zone(zone))


def utc_offset(at: datetime | None, zone: str) -> timedelta | None:
    """Return the UTC offset of the time zone at the moment."""
    return None if at is None else at.astimezone(_zone(zone)).utcoffset()


def time_columns(
    key: str,
    header: str,
    at: Callable[[Record, datetime], datetime | None],
    zone: Callable[[Record], str],
) -> tuple[FileColumn[Record], FileColumn[Record]]:
    """Return two columns: the site's local time and its UTC offset.

    The offset distinguishes the two hours at the end of daylight saving time.
    """
    return (
        FileColumn(key, header, cell_types.LOCAL_TIME, lambda record, now: to_site_time(at(record, now), zone(record))),
        FileColumn(
            key,
            f"{header} (UTC offset)",
            cell_types.OFFSET,
            lambda record, now: utc_offset(at(record, now), zone(record)),
        ),
    )


def to_kwh(energy_wh: Decimal | None) -> Decimal | None:
    """Return the energy in kWh, rounded as on screen."""
    return None if energy_wh is None else wording.round_half_up(energy_wh / 1000)


def to_kw(power_w: float | None) -> Decimal | None:
    """Return the power in kW, rounded as on screen."""
    return None if power_w is None else wording.round_half_up(power_w / 1000)


def to_percent(value: float | None) -> Decimal | None:
    """Return the state of charge in whole %, rounded as on screen."""
    return None if value is None else Decimal(f"{value:.0f}")


def to_minutes(seconds: int) -> Decimal:
    """Return minutes to two places, rounded half up."""
    return wording.round_half_up(Decimal(seconds) / 60)


def _duration(row: SessionRow, now: datetime) -> int:
    return int(row.duration_s(now))


def _price(row: SessionRow, now: datetime) -> Money | None:
    return cell_types.money_value(row.price, row.currency)


def _power(row: SessionRow, now: datetime) -> Decimal | None:
    """Return the current power; None while the session is silent, because the old value is outdated."""
    return to_kw(row.power_w) if row.silent_since(now) is None else None


def _needs_a_look(row: SessionRow, now: datetime) -> str:
    return "; ".join(flags.describe(row.flags)) if row.flags else ""


_zone_of = attrgetter("zone")

# An unknown value is an empty cell: a dash would turn a column of numbers into text.
SESSION_COLUMNS: tuple[FileColumn[SessionRow], ...] = (
    FileColumn("id", "ID", cell_types.INTEGER, lambda row, now: row.id),
    *time_columns("started_at", "Started At", lambda row, now: row.started_at, _zone_of),
    *time_columns("ended_at", "End Date", lambda row, now: row.ended_at, _zone_of),
    FileColumn(
        "reason",
        "Reason",
        cell_types.TEXT,
        lambda row, now: wording.reason(row.end_reason, row.ended_by) if row.end_reason else "",
    ),
    FileColumn("reason", "Reason (OCPP)", cell_types.TEXT, lambda row, now: row.end_reason),
    FileColumn("station", "Charging Station", cell_types.TEXT, lambda row, now: row.station),
    FileColumn(
        "connector",
        "Connector",
        cell_types.TEXT,
        lambda row, now: "" if row.connector is None else wording.connector_letter(row.connector),
    ),
    FileColumn("duration", "Duration (h:mm:ss)", cell_types.DURATION, _duration, is_totalled=True),
    FileColumn(
        "duration",
        "Duration (min)",
        cell_types.DECIMAL,
        lambda row, now: to_minutes(_duration(row, now)),
        is_totalled=True,
    ),
    FileColumn(
        "inactivity",
        "Inactivity (h:mm:ss)",
        cell_types.DURATION,
        lambda row, now: row.idle_s,
        is_totalled=True,
    ),
    FileColumn(
        "inactivity",
        "Inactivity (min)",
        cell_types.DECIMAL,
        lambda row, now: to_minutes(row.idle_s),
        is_totalled=True,
    ),
    FileColumn("inactivity", "Inactivity Level", cell_types.TEXT, lambda row, now: row.level or "normal"),
    FileColumn("power", "Power (kW)", cell_types.DECIMAL, _power),
    *time_columns("power", "No Reading Since", SessionRow.silent_since, _zone_of),
    FileColumn(
        "consumption",
        "Consumption (kWh)",
        cell_types.DECIMAL,
        lambda row, now: to_kwh(row.energy_wh),
        is_totalled=True,
    ),
    FileColumn("battery", "Battery at Start (%)", cell_types.PERCENT, lambda row, now: to_percent(row.battery_start)),
    FileColumn("battery", "Battery (%)", cell_types.PERCENT, lambda row, now: to_percent(row.battery)),
    FileColumn("price", "Price", cell_types.MONEY, _price, is_totalled=True),
    FileColumn("price", "Currency", cell_types.CURRENCY, lambda row, now: "" if row.price is None else row.currency),
    FileColumn("company", "Company", cell_types.TEXT, lambda row, now: row.company),
    FileColumn("site", "Site", cell_types.TEXT, lambda row, now: row.site),
    FileColumn("site_area", "Site Area", cell_types.TEXT, lambda row, now: row.site_area),
    FileColumn("user", "User", cell_types.TEXT, lambda row, now: row.user or ""),
    FileColumn("user", "Unit", cell_types.TEXT, lambda row, now: row.unit or ""),
    FileColumn("id_tag", "IdTag", cell_types.TEXT, lambda row, now: row.id_tag),
    FileColumn("policy", "Pricing Policy", cell_types.TEXT, lambda row, now: row.policy),
    FileColumn("peak_power", "Peak Power (kW)", cell_types.DECIMAL, lambda row, now: to_kw(row.peak_power_w)),
    FileColumn("average_power", "Average Power (kW)", cell_types.DECIMAL, lambda row, now: to_kw(row.average_power_w)),
    FileColumn("flags", "Needs a Look", cell_types.TEXT, _needs_a_look),
    *time_columns("as_of", "As Of", lambda row, now: now, _zone_of),
    FileColumn("zone", "Time Zone", cell_types.TEXT, lambda row, now: row.zone),
)

FIXED_COLUMNS: dict[str, set[str]] = {Tab.IN_PROGRESS: {"as_of", "zone"}, Tab.HISTORY: {"zone"}}
_EXCLUDED_COLUMNS: dict[str, set[str]] = {
    Tab.IN_PROGRESS: {"ended_at", "reason", "average_power"},
    Tab.HISTORY: {"power", "as_of"},
}


def columns_for_tab(tab: str, shown: Collection[str] | None = None) -> tuple[FileColumn[SessionRow], ...]:
    """Return the file columns for the `shown` screen columns of a tab, or for all that it can have."""
    keys = {column.key for column in SESSION_COLUMNS} if shown is None else set(shown)
    keys = (keys - _EXCLUDED_COLUMNS[tab]) | FIXED_COLUMNS[tab]
    return tuple(column for column in SESSION_COLUMNS if column.key in keys)
