"""The columns of a session export, in the order of the screens.

A screen column becomes one or more file columns: a time adds its UTC offset, a price its currency, a
reason its code. The columns' records in `domain.columns` list them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sessions_app.domain.column import zone_of
from sessions_app.domain.columns import COLUMNS, offered_columns
from sessions_app.domain.file_cells import CellKind, FileCell, time_cells
from sessions_app.domain.row import SessionRow
from sessions_app.domain.tabs import Tab
from sessions_app.exports import cell_types
from sessions_app.exports.cell_types import CellType

Record = TypeVar("Record")

_CELL_TYPES: dict[CellKind, CellType] = {
    "text": cell_types.TEXT,
    "currency": cell_types.CURRENCY,
    "integer": cell_types.INTEGER,
    "decimal": cell_types.DECIMAL,
    "energy_kwh": cell_types.ENERGY_KWH,
    "number": cell_types.NUMBER,
    "percent": cell_types.PERCENT,
    "local_time": cell_types.LOCAL_TIME,
    "offset": cell_types.OFFSET,
    "duration": cell_types.DURATION,
    "money": cell_types.MONEY,
}


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


def file_columns(key: str, cells: Iterable[FileCell[Record]]) -> Iterator[FileColumn[Record]]:
    """Yield the file columns of a screen column. Raise KeyError if a cell's type is unknown."""
    for cell in cells:
        if cell.kind not in _CELL_TYPES:
            message = f"Column {key!r}: exports/columns.py has no cell type for {cell.kind!r}."
            raise KeyError(message)
        yield FileColumn(key, cell.header, _CELL_TYPES[cell.kind], cell.value, cell.is_totalled)


def time_columns(
    key: str,
    header: str,
    at: Callable[[Record, datetime], datetime | None],
    zone: Callable[[Record], str],
) -> tuple[FileColumn[Record], ...]:
    """Return two columns: the site's local time and its UTC offset."""
    return tuple(file_columns(key, time_cells(header, at, zone)))


def _needs_a_look(row: SessionRow, now: datetime) -> str:
    return "; ".join(row.look_reasons)


_AS_OF, _ZONE, _FLAGS = "as_of", "zone", "flags"
SESSION_COLUMNS: tuple[FileColumn[SessionRow], ...] = (
    *(column for key, record in COLUMNS.items() for column in file_columns(key, record.file)),
    FileColumn(_FLAGS, "Needs a Look", cell_types.TEXT, _needs_a_look),
    *time_columns(_AS_OF, "As Of", lambda row, now: now, zone_of),
    FileColumn(_ZONE, "Time Zone", cell_types.TEXT, lambda row, now: row.zone),
)
FIXED_COLUMNS: dict[str, set[str]] = {Tab.IN_PROGRESS: {_AS_OF, _ZONE}, Tab.HISTORY: {_ZONE}}


def columns_for_tab(tab: str, shown: Collection[str] | None = None) -> tuple[FileColumn[SessionRow], ...]:
    """Return the file columns for the `shown` screen columns of a tab, or for all that it can have."""
    offered = {*offered_columns(tab, "default", "optional"), _FLAGS}
    keys = (offered if shown is None else offered & set(shown)) | FIXED_COLUMNS[tab]
    return tuple(column for column in SESSION_COLUMNS if column.key in keys)
