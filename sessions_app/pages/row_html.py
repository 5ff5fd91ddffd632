"""The rows of a table as HTML, built in Python: a template for each cell is ten times slower."""

from collections.abc import Callable, Iterable
from datetime import datetime
from html import escape  # Django's checks for lazy texts, 5 % of a page's time

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from sessions_app.domain import wording
from sessions_app.domain.row import CELLS, ZONED_CELLS, Cell, SessionRow, marks
from sessions_app.lists.columns import TABLE_COLUMNS
from sessions_app.templatetags.icons import icon

_UNFOLD, _EYE, _MORE = icon("chevron-right"), icon("eye"), icon("ellipsis-vertical")
Marks = dict[str, tuple[str, str]]
_MARK_OF_CELL = {"id": "look", "inactivity": "level", "power": "silence"}  # the cell that shows a mark


def rows_html(
    rows: Iterable[SessionRow], columns: tuple[str, ...], *, now: datetime, is_zoned: bool = False
) -> SafeString:
    """Return the table rows; `is_zoned` adds the time zone to times."""
    all_cells = ZONED_CELLS if is_zoned else CELLS
    cells = {key: all_cells[key] for key in columns}
    view, menu = reverse("session", args=[0]), reverse("row-menu", args=[0])
    html = (_row(row, cells, view, menu, now) for row in rows)
    return mark_safe("".join(html))  # noqa: S308 - every text is escaped below


def _row(row: SessionRow, cells: dict[str, Cell], view: str, menu: str, now: datetime) -> str:
    row_marks = marks(row, now=now)
    html = "".join(_cell(row, key, cell, row_marks, now) for key, cell in cells.items())
    return (
        f'<tr id="session-{row.id}" data-session="{row.id}"{_state(row, row_marks)} tabindex="-1">'
        f"{_actions(row, view, menu, row_marks, has_id_cell='id' in cells)}{html}</tr>"
    )


def _state(row: SessionRow, row_marks: Marks) -> str:
    """Return the row's data attributes: its level and, in progress, when it counts as silent."""
    if row.ended_at is not None:
        return f' data-level="{row.level}"'
    silent = ' data-silent=""' if row_marks["silence"][0] else ""
    return f' data-level="{row.level}" data-live="" data-silent-at="{row.silent_at.timestamp():.3f}"{silent}'


def _actions(row: SessionRow, view: str, menu: str, row_marks: Marks, *, has_id_cell: bool) -> str:
    """Return the row's buttons, its silence, and its flag where no ID cell shows it."""
    pk = row.id
    href, more = view.replace("0", str(pk)), menu.replace("0", str(pk))
    since = f'<span class="since"{_mark("silence", row_marks)}>{escape(row_marks["silence"][0])}</span>'
    silence = "" if row.ended_at else since
    flag = f'<i class="flag"{_mark("look", row_marks)}>{_screen_reader_text("look", row_marks)}</i>'
    look = "" if has_id_cell else flag
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


def _cell(row: SessionRow, key: str, cell: Cell, row_marks: Marks, now: datetime) -> str:
    text = escape(cell(row, now))
    column = TABLE_COLUMNS[key]
    attributes = _ATTRIBUTES[key](row) if key in _ATTRIBUTES else ""
    figure = " figure" if column.is_figure else ""
    if mark := _MARK_OF_CELL.get(key):
        attributes = _mark(mark, row_marks)
    if mark in ("look", "level"):
        text += _screen_reader_text(mark, row_marks)
    return f'<td class="c-{key}{figure}" data-cell="{key}" data-label="{column.heading}"{attributes}>{text}</td>'


def _time_title(at: datetime | None, row: SessionRow) -> str:
    return f' title="{escape(wording.full_time(at, row.tz))}"' if at else ""


def _full_text_title(text: str) -> str:
    """Return a tooltip for a text that a narrow column may truncate."""
    return f' title="{escape(text)}"' if text else ""


def _ocpp_reason_title(row: SessionRow) -> str:
    """Return a tooltip with the OCPP reason; none where TerraFuse closed the session."""
    is_reported = row.end_reason and row.end_reason not in wording.CLOSED_BY_US
    return f' title="OCPP: {escape(row.end_reason)}"' if is_reported else ""


def _since(row: SessionRow) -> str:
    return "" if row.ended_at else f' data-since="{row.started_at.timestamp():.3f}"'


_ATTRIBUTES: dict[str, Callable[[SessionRow], str]] = {
    "started_at": lambda row: _time_title(row.started_at, row),
    "ended_at": lambda row: _time_title(row.ended_at, row),
    "reason": _ocpp_reason_title,
    "duration": _since,
    "company": lambda row: _full_text_title(row.company),
    "site": lambda row: _full_text_title(row.site),
    "site_area": lambda row: _full_text_title(row.site_area),
    "user": lambda row: _full_text_title(row.user) or ' data-unknown=""',
    "policy": lambda row: _full_text_title(row.policy),
}
