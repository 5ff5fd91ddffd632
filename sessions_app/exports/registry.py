"""The exports: a list with its filters, order and columns, as sessions or intervals; a session's samples."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from django import forms
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.http import Http404, QueryDict
from django.utils import timezone

from sessions_app.access import User, visible_to
from sessions_app.domain.file_cells import to_site_time
from sessions_app.domain.intervals import LENGTHS_MIN
from sessions_app.exports.columns import columns_for_tab
from sessions_app.exports.intervals import INTERVAL_COLUMNS, stream_intervals
from sessions_app.exports.samples import sample_columns
from sessions_app.exports.spec import ExportSpec, InvalidExportQueryError
from sessions_app.lists.chips import chips
from sessions_app.lists.columns import describe_order, selected_columns
from sessions_app.lists.filters import filter_sessions, form_problems
from sessions_app.lists.tabs import IN_PROGRESS, TAB_TITLES
from sessions_app.models import Manager, MeterSample
from sessions_app.queries.expressions import Seconds
from sessions_app.queries.ordering import DEFAULT_SORT, ordered
from sessions_app.queries.paging import SessionQuerySet
from sessions_app.queries.rows import load_rows, stream_rows
from sessions_app.queries.samples import stream_samples

ALL_COLUMNS = "all"
EXPORT_PARAMS = ("bom", "minutes")  # parameters that a list does not have


class _FilteredList(NamedTuple):
    """The sessions of a list, sorted, with the parameters that selected them."""

    sessions: SessionQuerySet
    params: QueryDict
    form: forms.Form

    def about(self, content: str, user: User) -> tuple[tuple[str, str], ...]:
        filters = "; ".join(f"{chip.label}: {chip.text}" for chip in chips(self.params, self.form))
        return (
            ("Content", content),
            ("Filters", filters or "None: all sessions that the person below can see"),
            ("Sorted by", describe_order(self.params.get("sort") or DEFAULT_SORT)),
            *_author(user),
        )

    def stem(self, content: str, tab: str) -> str:
        values = self.form.cleaned_data
        days = [f"{values[name]:%Y-%m-%d}" for name in ("started_after", "started_before") if values.get(name)]
        return "-".join([content, tab, *([values["range"]] if values.get("range") else []), *days])


def _author(user: User) -> tuple[tuple[str, str], ...]:
    return (
        ("Exported by", f"{user} ({user.get_username()})"),
        ("Exported at", f"{timezone.now():%Y-%m-%d %H:%M:%S} UTC"),
    )


def _filter_list(params: QueryDict, tab: str, user: User) -> _FilteredList:
    """Return all pages of the list at that address. Raises InvalidExportQueryError."""
    list_params = params.copy()
    for name in (*EXPORT_PARAMS, *(["columns"] if list_params.get("columns") == ALL_COLUMNS else [])):
        list_params.pop(name, None)
    sessions, form, is_valid = filter_sessions(list_params, tab, user)
    if not is_valid:
        raise InvalidExportQueryError(form_problems(form))
    sorted_sessions = ordered(sessions, list_params.get("sort") or DEFAULT_SORT, in_progress=tab == IN_PROGRESS)
    return _FilteredList(sorted_sessions, list_params, form)


def sessions_export(params: QueryDict, tab: str, user: Manager) -> ExportSpec:
    """Return the sessions of the list with its columns or all. Raises InvalidExportQueryError."""
    filtered = _filter_list(params, tab, user)
    has_all_columns = params.get("columns") == ALL_COLUMNS
    return ExportSpec(
        kind="sessions",
        of=tab,
        params=params,
        title=TAB_TITLES[tab],
        stem=filtered.stem("charging-sessions", tab),
        columns=columns_for_tab(tab, None if has_all_columns else selected_columns(tab, filtered.params, user)),
        records=partial(stream_rows, filtered.sessions),
        rows=partial(_count, filtered.sessions),
        now=timezone.now(),
        about=filtered.about(f"Charging sessions, {TAB_TITLES[tab]}", user),
    )


def _count(sessions: SessionQuerySet, limit: int | None) -> int:
    return sessions[:limit].count()


def intervals_export(params: QueryDict, tab: str, user: User) -> ExportSpec:
    """Return the sessions of the list, split into intervals of `minutes`, 15 by default.

    Raises InvalidExportQueryError.
    """
    filtered = _filter_list(params, tab, user)
    text = params.get("minutes") or "15"
    if text not in {str(length) for length in LENGTHS_MIN}:
        lengths = ", ".join(str(length) for length in LENGTHS_MIN)
        raise InvalidExportQueryError([f"Minutes: {text} is not one of {lengths}."])
    minutes = int(text)
    return ExportSpec(
        kind="intervals",
        of=tab,
        params=params,
        title="Intervals",
        stem=filtered.stem(f"charging-intervals-{minutes}-min", tab),
        columns=INTERVAL_COLUMNS,
        records=partial(stream_intervals, filtered.sessions, minutes=minutes),
        rows=partial(_estimate_intervals, filtered.sessions, minutes),
        now=timezone.now(),
        about=(
            *filtered.about(f"Charging sessions, {TAB_TITLES[tab]}, in intervals of {minutes} minutes", user),
            ("Energy", "Spread evenly between two readings; the intervals of a session add up to its energy"),
            ("Average power", "Over the plugged-in time within the interval"),
            ("Peak power", "Highest reported power within the interval, at least the average"),
        ),
    )


def _estimate_intervals(sessions: SessionQuerySet, minutes: int, limit: int | None) -> int:
    """Return the approximate number of intervals: each session has one or two partial ones."""
    duration = Seconds(Coalesce("ended_at", "last_reading_at", "started_at"), "started_at")
    seconds = sessions.order_by().aggregate(all=Sum(duration))["all"] or 0
    return round(seconds / 60 / minutes) + sessions.count()


def samples_export(params: QueryDict, session_id: str, user: User) -> ExportSpec:
    """Return the meter samples of a session. Raises Http404 if the user may not see it."""
    rows = load_rows(visible_to(user).filter(pk=int(session_id)))
    if not rows:
        raise Http404
    session = rows[0]
    started = to_site_time(session.started_at, session.zone)
    return ExportSpec(
        kind="samples",
        of=session_id,
        params=params,
        title="Samples",
        stem=f"meter-samples-session-{session_id}-{started:%Y-%m-%d}",
        columns=sample_columns(session),
        records=partial(stream_samples, session.id),
        rows=partial(_count_samples, session.id),
        now=timezone.now(),
        about=(
            ("Content", f"Meter samples of charging session {session.id}"),
            ("Charging station", session.station),
            ("Site", session.site),
            ("User", session.user or ""),
            ("Started at", f"{started:%Y-%m-%d %H:%M:%S} {session.zone}"),
            *_author(user),
        ),
    )


def _count_samples(session_id: int, limit: int | None) -> int:
    return MeterSample.objects.filter(session_id=session_id)[:limit].count()


@dataclass(frozen=True)
class ExportKind:
    """A kind of export. Pages, the CSV process and the XLSX worker all find it in `EXPORTS`.

    Its files are at `/sessions/<of>/<file_stem>.csv` and `.xlsx`; `of` is a regular expression.
    """

    label: str
    url_name: str
    of: str
    file_stem: str
    describe: Callable[[QueryDict, str, Manager], ExportSpec]


_TABS = "|".join(TAB_TITLES)
_SESSION_ID = "[0-9]{1,18}"  # as many digits as the database column holds
EXPORTS = {
    "sessions": ExportKind("Sessions", "export", _TABS, "export", sessions_export),
    "intervals": ExportKind("Intervals", "export-intervals", _TABS, "intervals", intervals_export),
    "samples": ExportKind("Meter samples", "session-samples", _SESSION_ID, "samples", samples_export),
}


def describe_export(kind: str, of: str, params: QueryDict, manager: Manager) -> ExportSpec:
    """Return the export. Raises InvalidExportQueryError, also for an unknown kind."""
    if kind not in EXPORTS:
        raise InvalidExportQueryError([f"There is no export “{kind}”."])
    return EXPORTS[kind].describe(params, of, manager)
