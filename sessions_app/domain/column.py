"""The record of a table column, the kinds of columns that repeat, and what a row shows in addition."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal, get_args

from sessions_app.domain import wording
from sessions_app.domain.cell_texts import MARKS
from sessions_app.domain.file_cells import FileCell, time_cells
from sessions_app.domain.row import SessionRow

CellText = Callable[[SessionRow, datetime], str]
Offer = Literal["default", "optional", "never"]


zone_of = attrgetter("zone")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the tables.

    `sort` is the path of the stored value that orders the column, or None if `queries.ordering` has an
    expression for it. `file` are the cells in an export. Each of the two tabs offers the column by default,
    on demand or never.
    """

    key: str
    heading: str
    text: CellText
    sort: str | None
    file: tuple[FileCell[SessionRow], ...]
    in_progress: Offer = "optional"
    history: Offer = "optional"
    zoned_text: CellText | None = None  # with the time zone, for sites in several of them
    title: Callable[[SessionRow], str] = lambda row: ""  # the tooltip
    mark: str = ""  # the entry of MARKS that the cell shows
    label: str = ""  # in the header of a session, where it is not the heading
    is_figure: bool = False  # aligned to the right, sorted as a number
    is_time: bool = False
    is_name: bool = False  # gives way and is cut where the table is too wide
    is_live: bool = False  # an open page gets the new text after each reading
    width_px: tuple[int, int | None] | None = None  # least and most: it does not jump while its text changes


def text_cell(header: str, fact: str) -> FileCell[SessionRow]:
    """Return a file cell with a text of the row; an unknown one is empty."""
    get = attrgetter(fact)
    return FileCell(header, "text", lambda row, now: get(row) or "")


def time_column(key: str, heading: str, **options: Any) -> Column:
    """Return the column of a moment of the row that has the column's key."""
    at = attrgetter(key)
    return Column(
        key=key,
        heading=heading,
        text=lambda row, now: wording.short_time(at(row), row.tz, now=now),
        zoned_text=lambda row, now: wording.short_time(at(row), row.tz, now=now, is_zoned=True),
        title=lambda row: wording.full_time(at(row), row.tz) if at(row) else "",
        file=time_cells(heading, lambda row, now: at(row), zone_of),
        is_time=True,
        **options,
    )


def name_column(key: str, heading: str, *, sort: str, file: str = "", **options: Any) -> Column:
    """Return the column of a name of the row that has the column's key; its tooltip is the whole name."""
    name = attrgetter(key)
    return Column(
        key=key,
        heading=heading,
        text=lambda row, now: name(row) or wording.UNKNOWN,
        title=name,
        sort=sort,
        file=(text_cell(file or heading, key),),
        is_name=True,
        **options,
    )


class ColumnError(Exception):
    """A column's record in domain/columns.py contradicts itself or another one."""


def column_faults(columns: Iterable[Column]) -> list[str]:
    """Return what is wrong with each record, with the key of its column."""
    faults, keys = [], set[str]()
    for column in columns:
        rules = {
            "the key is used twice": column.key in keys,
            "the key must be a lower-case identifier": not (column.key.isidentifier() and column.key.islower()),
            "it needs a heading": not column.heading,
            "it needs at least one file cell": not column.file,
            "no tab offers it": (column.in_progress, column.history) == ("never", "never"),
            f"{column.mark!r} is no mark": bool(column.mark) and column.mark not in MARKS,
            "a live column must be offered in progress": column.is_live and column.in_progress == "never",
            "an offer is unknown": not {column.in_progress, column.history} <= set(get_args(Offer)),
        }
        keys.add(column.key)
        faults += [
            f"Column {column.key!r} in domain/columns.py: {fault}." for fault, applies in rules.items() if applies
        ]
    return faults
