"""The rows of a table as HTML, built in Python: a template for each cell is ten times slower."""

from collections.abc import Callable, Iterable
from datetime import datetime
from html import escape  # Django's checks for lazy texts, 5 % of a page's time
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from sessions_app.domain.cell_texts import marks
from sessions_app.domain.column import CellText, Column
from sessions_app.domain.columns import CELLS, COLUMNS, ZONED_CELLS
from sessions_app.domain.row import SessionRow
from sessions_app.lists.columns import css_classes
from sessions_app.templatetags.icons import icon

_UNFOLD, _EYE, _MORE = icon("chevron-right"), icon("eye"), icon("ellipsis-vertical")
Marks = dict[str, tuple[str, str]]


def rows_html(
    rows: Iterable[SessionRow], columns: tuple[str, ...], *, now: datetime, is_zoned: bool = False
) -> SafeString:
    """Return the table rows; `is_zoned` adds the time zone to times."""
    all_cells = _ZONED if is_zoned else _CELLS
    cells = [all_cells[key] for key in columns]
    view, menu = reverse("session", args=[0]), reverse("row-menu", args=[0])
    html = (_row(row, cells, view, menu, now) for row in rows)
    return mark_safe("".join(html))  # noqa: S308 - every text is escaped below


def _row(row: SessionRow, cells: list["_Cell"], view: str, menu: str, now: datetime) -> str:
    row_marks = marks(row, now=now)
    html = "".join([_cell(row, cell, row_marks, now) for cell in cells])
    has_look = any(cell.column.mark == "look" for cell in cells)
    return (
        f'<tr id="session-{row.id}" data-session="{row.id}"{_state(row, row_marks)} tabindex="-1">'
        f"{_actions(row, view, menu, row_marks, shows_look=has_look)}{html}</tr>"
    )


def _state(row: SessionRow, row_marks: Marks) -> str:
    """Return the row's data attributes: its level and, in progress, when it counts as silent."""
    if row.ended_at is not None:
        return f' data-level="{row.level}"'
    silent = ' data-silent=""' if row_marks["silence"][0] else ""
    return f' data-level="{row.level}" data-live="" data-silent-at="{row.silent_at.timestamp():.3f}"{silent}'


def _actions(row: SessionRow, view: str, menu: str, row_marks: Marks, *, shows_look: bool) -> str:
    """Return the row's buttons, its silence, and its flag where no cell shows it."""
    pk = row.id
    href, more = view.replace("0", str(pk)), menu.replace("0", str(pk))
    since = f'<span class="since"{_mark("silence", row_marks)}>{escape(row_marks["silence"][0])}</span>'
    silence = "" if row.ended_at else since
    flag = f'<i class="flag"{_mark("look", row_marks)}>{_screen_reader_text("look", row_marks)}</i>'
    look = "" if shows_look else flag
    return (
        f'<td class="actions"><button type="button" class="button quiet" id="unfold-{pk}" data-unfold'
        f' aria-expanded="false" aria-controls="below-{pk}" aria-label="Graph of session {pk}"'
        f' title="Graph">{_UNFOLD}</button>'
        f'<a class="button quiet" id="view-{pk}" href="{href}" hx-get="{href}" data-view'
        f' hx-target="#session-dialog" aria-label="View session {pk}" title="View">{_EYE}</a>'
        f'<a class="button quiet" id="more-{pk}" href="{more}" hx-get="{more}" hx-target="#row-menu"'
        f' aria-haspopup="true" aria-label="More for session {pk}" title="More">{_MORE}</a>'
        f"{look}{silence}</td>"
    )


def _mark(key: str, row_marks: Marks) -> str:
    return f' data-mark="{key}" title="{escape(row_marks[key][1])}"'


def _screen_reader_text(key: str, row_marks: Marks) -> str:
    """Return the text of a mark for screen readers, which see neither its sign nor its colour."""
    return f'<span class="sr" data-mark="{key}">{escape(row_marks[key][0])}</span>'


def _cell(row: SessionRow, cell: "_Cell", row_marks: Marks, now: datetime) -> str:
    column = cell.column
    text = escape(cell.text(row, now))
    if column.mark:
        attributes = _mark(column.mark, row_marks)
        if column.mark != "silence":  # the power cell has its text
            text += _screen_reader_text(column.mark, row_marks)
    else:
        title = column.title(row)
        attributes = f' title="{escape(title)}"' if title else ""
        if cell.data:
            attributes += cell.data(row)
    return f"{cell.opening}{attributes}>{text}</td>"


def _since(row: SessionRow) -> str:
    return "" if row.ended_at else f' data-since="{row.started_at.timestamp():.3f}"'


# What static/js and static/css read from a cell in addition to its text.
_DATA: dict[str, Callable[[SessionRow], str]] = {
    "duration": _since,
    "user": lambda row: "" if row.user else ' data-unknown=""',
}


class _Cell(NamedTuple):
    """A column as the cells of all rows need it."""

    column: Column
    text: CellText
    opening: str
    data: Callable[[SessionRow], str] | None


def _cell_of(column: Column, text: CellText) -> _Cell:
    key = column.key
    opening = f'<td class="{css_classes(key)}" data-cell="{key}" data-label="{escape(column.heading)}"'
    return _Cell(column, text, opening, _DATA.get(key))


_CELLS = {key: _cell_of(column, CELLS[key]) for key, column in COLUMNS.items()}
_ZONED = {key: _cell_of(column, ZONED_CELLS[key]) for key, column in COLUMNS.items()}
