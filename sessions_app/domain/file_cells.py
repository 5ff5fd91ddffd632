"""What an exported file says of a record: header, type and value of each cell.

`exports` writes the types. Figures are rounded as on screen, so that totals agree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

from sessions_app.domain import wording

FileRecord = TypeVar("FileRecord")
CellKind = Literal[
    "text", "currency", "integer", "decimal", "energy_kwh", "number", "percent", "local_time", "offset", "duration",
    "money",
]  # fmt: skip
Money = tuple[Decimal, str]
_zone = lru_cache(maxsize=512)(ZoneInfo)


@dataclass(frozen=True)
class FileCell(Generic[FileRecord]):
    """A cell of a file: its header, its type and its value.

    `value` takes the record and the time of the export; None is an empty cell.
    """

    header: str
    kind: CellKind
    value: Callable[[FileRecord, datetime], Any]
    is_totalled: bool = False


def time_cells(
    header: str,
    at: Callable[[FileRecord, datetime], datetime | None],
    zone: Callable[[FileRecord], str],
) -> tuple[FileCell[FileRecord], FileCell[FileRecord]]:
    """Return two cells: the site's local time and its UTC offset.

    The offset distinguishes the two hours at the end of daylight saving time.
    """
    return (
        FileCell(header, "local_time", lambda record, now: to_site_time(at(record, now), zone(record))),
        FileCell(f"{header} (UTC offset)", "offset", lambda record, now: utc_offset(at(record, now), zone(record))),
    )


def duration_cells(
    header: str, seconds: Callable[[FileRecord, datetime], int]
) -> tuple[FileCell[FileRecord], FileCell[FileRecord]]:
    """Return two cells: the seconds as a duration and as minutes."""
    return (
        FileCell(f"{header} (h:mm:ss)", "duration", seconds, is_totalled=True),
        FileCell(f"{header} (min)", "decimal", lambda record, now: to_minutes(seconds(record, now)), is_totalled=True),
    )


def to_site_time(at: datetime | None, zone: str) -> datetime | None:
    """Convert the moment to the time zone."""
    return None if at is None else at.astimezone(_zone(zone))


def utc_offset(at: datetime | None, zone: str) -> timedelta | None:
    """Return the UTC offset of the time zone at the moment."""
    return None if at is None else at.astimezone(_zone(zone)).utcoffset()


def to_kwh(energy_wh: Decimal | None) -> Decimal | None:
    """Return the energy in kWh, rounded as on screen."""
    return None if energy_wh is None else wording.round_half_up(energy_wh / 1000)


def to_kw(power_w: float | None) -> Decimal | None:
    """Return the power in kW, rounded as on screen."""
    return None if power_w is None else wording.round_half_up(power_w / 1000)


def to_percent(value: float | None) -> Decimal | None:
    """Return the state of charge in whole %, rounded as on screen."""
    return None if value is None else wording.round_half_up(value, 0)


def to_minutes(seconds: int) -> Decimal:
    """Return minutes to two places, rounded half up."""
    return wording.round_half_up(Decimal(seconds) / 60)


@lru_cache(maxsize=256)
def _minor_unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-wording.minor_digits(currency))


def money_value(amount: Decimal | None, currency: str) -> Money | None:
    """Return the amount with the currency's decimals, and the currency; None if unknown."""
    if amount is None or not currency:
        return None
    return amount.quantize(_minor_unit(currency), ROUND_HALF_UP), currency
