"""What an export's address asks for: the list's own filters, order and columns, or one session's samples."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from django import forms
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.http import Http404, QueryDict
from django.utils import timezone

from sessions_app.access import User, visible_to
from sessions_app.domain.intervals import LENGTHS_MIN
from sessions_app.exports.columns import columns, local
from sessions_app.exports.intervals import INTERVAL_COLUMNS, interval_stream
from sessions_app.exports.samples import sample_columns
from sessions_app.models import Manager, MeterSample
from sessions_app.pages.chips import chips
from sessions_app.pages.columns import chosen, order_words
from sessions_app.pages.files import File, RefusedError
from sessions_app.pages.filters import Sessions, filtered, problems
from sessions_app.pages.tabs import IN_PROGRESS, TITLES
from sessions_app.queries.expressions import Seconds
from sessions_app.queries.ordering import DEFAULT, ordered
from sessions_app.queries.rows import row_stream, rows
from sessions_app.queries.samples import sample_stream

ALL_COLUMNS = "all"
OWN = ("bom", "minutes")  # what an export's address says besides the list's


class _Listed(NamedTuple):
    """The sessions of a list, in its order."""

    sessions: Sessions
    params: QueryDict
    form: forms.Form

    def about(self, what: str, user: User) -> tuple[tuple[str, str], ...]:
        filters = "; ".join(f"{each.label}: {each.text}" for each in chips(self.params, self.form))
        return (
            ("Content", what),
            ("Filters", filters or "None: all sessions that the person below can see"),
            ("Sorted by", order_words(self.params.get("sort") or DEFAULT)),
            *_made_by(user),
        )

    def stem(self, what: str, tab: str) -> str:
        said = self.form.cleaned_data
        days = [f"{said[name]:%Y-%m-%d}" for name in ("started_after", "started_before") if said.get(name)]
        return "-".join([what, tab, *([said["range"]] if said.get("range") else []), *days])


def _made_by(user: User) -> tuple[tuple[str, str], ...]:
    return (
        ("Exported by", f"{user} ({user.get_username()})"),
        ("Exported at", f"{timezone.now():%Y-%m-%d %H:%M:%S} UTC"),
    )


def _listed(params: QueryDict, tab: str, user: User) -> _Listed:
    """Return what the list at that address shows, all pages of it. Raises RefusedError."""
    own = params.copy()
    for name in (*OWN, *(["columns"] if own.get("columns") == ALL_COLUMNS else [])):
        own.pop(name, None)
    sessions, form, is_valid = filtered(own, tab, user)
    if not is_valid:
        raise RefusedError(problems(form))
    in_order = ordered(sessions, own.get("sort") or DEFAULT, in_progress=tab == IN_PROGRESS)
    return _Listed(in_order, own, form)


def sessions_file(params: QueryDict, tab: str, user: Manager) -> File:
    """Return the sessions of the list, with the columns that are shown or all. Raises RefusedError."""
    listed = _listed(params, tab, user)
    named = params.get("columns", "")
    return File(
        kind="sessions",
        of=tab,
        params=params,
        title=TITLES[tab],
        stem=listed.stem("charging-sessions", tab),
        columns=columns(tab, None if named == ALL_COLUMNS else chosen(tab, listed.params, user)),
        records=partial(row_stream, listed.sessions),
        rows=partial(_count, listed.sessions),
        now=timezone.now(),
        about=listed.about(f"Charging sessions, {TITLES[tab]}", user),
    )


def _count(sessions: Sessions, limit: int | None) -> int:
    return sessions[:limit].count()


def intervals_file(params: QueryDict, tab: str, user: User) -> File:
    """Return the sessions of the list cut into intervals of `minutes`, else of 15. Raises RefusedError."""
    listed = _listed(params, tab, user)
    text = params.get("minutes") or "15"
    if text not in {str(length) for length in LENGTHS_MIN}:
        lengths = ", ".join(str(length) for length in LENGTHS_MIN)
        raise RefusedError([f"Minutes: {text} is not one of {lengths}."])
    minutes = int(text)
    return File(
        kind="intervals",
        of=tab,
        params=params,
        title="Intervals",
        stem=listed.stem(f"charging-intervals-{minutes}-min", tab),
        columns=INTERVAL_COLUMNS,
        records=partial(interval_stream, listed.sessions, minutes=minutes),
        rows=partial(_about_so_many, listed.sessions, minutes),
        now=timezone.now(),
        about=(
            *listed.about(f"Charging sessions, {TITLES[tab]}, in intervals of {minutes} minutes", user),
            ("Energy", "Spread evenly between two readings; the intervals of a session add up to its energy"),
            ("Average power", "Over the plugged-in time within the interval"),
            ("Peak power", "Highest reported power within the interval, at least the average"),
        ),
    )


def _about_so_many(sessions: Sessions, minutes: int, limit: int | None) -> int:
    """Return about how many intervals the sessions have: each has one that it does not fill, or two."""
    lasted = Seconds(Coalesce("ended_at", "last_reading_at", "started_at"), "started_at")
    seconds = sessions.order_by().aggregate(all=Sum(lasted))["all"] or 0
    return round(seconds / 60 / minutes) + sessions.count()


def samples_file(params: QueryDict, session_id: str, user: User) -> File:
    """Return the meter samples of a session that the user may see, or 404."""
    found = rows(visible_to(user).filter(pk=int(session_id)))
    if not found:
        raise Http404
    session = found[0]
    began = local(session.started_at, session.zone)
    return File(
        kind="samples",
        of=session_id,
        params=params,
        title="Samples",
        stem=f"meter-samples-session-{session_id}-{began:%Y-%m-%d}",
        columns=sample_columns(session),
        records=partial(sample_stream, session.id),
        rows=partial(_count_samples, session.id),
        now=timezone.now(),
        about=(
            ("Content", f"Meter samples of charging session {session.id}"),
            ("Charging station", session.station),
            ("Site", session.site),
            ("User", session.user or ""),
            ("Started at", f"{began:%Y-%m-%d %H:%M:%S} {session.zone}"),
            *_made_by(user),
        ),
    )


def _count_samples(session_id: int, limit: int | None) -> int:
    return MeterSample.objects.filter(session_id=session_id)[:limit].count()


FILES: dict[str, Callable[[QueryDict, str, Manager], File]] = {
    "sessions": sessions_file,
    "intervals": intervals_file,
    "samples": samples_file,
}
