"""The rows of a table as HTML, made in one go: a template for each cell would cost ten times as much."""

from collections.abc import Callable, Iterable
from datetime import datetime
from html import escape  # Django's own looks for lazy texts first: a twentieth of a page

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from sessions_app.domain import wording
from sessions_app.domain.row import CELLS, ZONED_CELLS, Cell, SessionRow, marks
from sessions_app.pages.columns import TABLE_COLUMNS
from sessions_app.templatetags.icons import icon

_UNFOLD, _EYE, _MORE = icon("chevron-right"), icon("eye"), icon("ellipsis-vertical")
Marks = dict[str, tuple[str, str]]
_MARKED = {"id": "look", "inactivity": "level", "power": "silence"}  # which cell shows a mark


def rows_html(
    rows: Iterable[SessionRow], columns: tuple[str, ...], *, now: datetime, is_zoned: bool = False
) -> SafeString:
    """Return the table rows, with the zones of times where sites are in several."""
    every = ZONED_CELLS if is_zoned else CELLS
    cells = {key: every[key] for key in columns}
    view, menu = reverse("session", args=[0]), reverse("row-menu", args=[0])
    made = (_row(row, cells, view, menu, now) for row in rows)
    return mark_safe("".join(made))  # noqa: S308 - every text is escaped below


def _row(row: SessionRow, cells: dict[str, Cell], view: str, menu: str, now: datetime) -> str:
    said = marks(row, now=now)
    made = "".join(_cell(row, key, say, said, now) for key, say in cells.items())
    return (
        f'<tr id="session-{row.id}" data-session="{row.id}"{_state(row, said)} tabindex="-1">'
        f"{_actions(row, view, menu, said, is_look_elsewhere='id' in cells)}{made}</tr>"
    )


def _state(row: SessionRow, said: Marks) -> str:
    """Return what a row in progress carries: its level, and when it will have been silent for too long."""
    if row.ended_at is not None:
        return f' data-level="{row.level}"'
    silent = ' data-silent=""' if said["silence"][0] else ""
    return f' data-level="{row.level}" data-live="" data-silent-at="{row.silent_at.timestamp():.3f}"{silent}'


def _actions(row: SessionRow, view: str, menu: str, said: Marks, *, is_look_elsewhere: bool) -> str:
    """Return the row's buttons, and beside them what has no column of its own there."""
    pk = row.id
    href, more = view.replace("0", str(pk)), menu.replace("0", str(pk))
    since = f'<span class="since"{_mark("silence", said)}>{escape(said["silence"][0])}</span>'
    silence = "" if row.ended_at else since
    look = "" if is_look_elsewhere else f'<i class="flag"{_mark("look", said)}>{_aloud("look", said)}</i>'
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


def _mark(key: str, said: Marks) -> str:
    return f' data-mark="{key}" title="{escape(said[key][1])}"'


def _aloud(key: str, said: Marks) -> str:
    """Return the words of a mark whose sign and colour say nothing aloud."""
    return f'<span class="sr" data-mark="{key}">{escape(said[key][0])}</span>'


def _cell(row: SessionRow, key: str, say: Cell, said: Marks, now: datetime) -> str:
    text = escape(say(row, now))
    column = TABLE_COLUMNS[key]
    attributes = _ATTRIBUTES[key](row) if key in _ATTRIBUTES else ""
    figure = " figure" if column.is_figure else ""
    if mark := _MARKED.get(key):
        attributes = _mark(mark, said)
    if mark in ("look", "level"):
        text += _aloud(mark, said)
    return f'<td class="c-{key}{figure}" data-cell="{key}" data-label="{column.heading}"{attributes}>{text}</td>'


def _moment(at: datetime | None, row: SessionRow) -> str:
    return f' title="{escape(wording.full_time(at, row.tz))}"' if at else ""


def _whole(text: str) -> str:
    """Return a tooltip for what a narrow column may cut short."""
    return f' title="{escape(text)}"' if text else ""


def _ocpp(row: SessionRow) -> str:
    """Return a tooltip with the station's own word for an end; where we closed the session there is none."""
    is_told = row.end_reason and row.end_reason not in wording.CLOSED_BY_US
    return f' title="OCPP: {escape(row.end_reason)}"' if is_told else ""


def _duration(row: SessionRow) -> str:
    return "" if row.ended_at else f' data-since="{row.started_at.timestamp():.3f}"'


_ATTRIBUTES: dict[str, Callable[[SessionRow], str]] = {
    "started_at": lambda row: _moment(row.started_at, row),
    "ended_at": lambda row: _moment(row.ended_at, row),
    "reason": _ocpp,
    "duration": _duration,
    "company": lambda row: _whole(row.company),
    "site": lambda row: _whole(row.site),
    "site_area": lambda row: _whole(row.site_area),
    "user": lambda row: _whole(row.user) or ' data-unknown=""',
    "policy": lambda row: _whole(row.policy),
}
