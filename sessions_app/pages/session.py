"""The pages of one session: its dialog, its graph's data and its receipt."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from sessions_app.access import visible_to
from sessions_app.domain import wording
from sessions_app.domain.quantities import SERIES
from sessions_app.domain.tabs import Tab
from sessions_app.models import ChargingSession
from sessions_app.pages import graphs
from sessions_app.pages.requests import PageRequest
from sessions_app.pages.stats import driver_details, facts, stats
from sessions_app.queries.audits import repricing_of, with_repricing
from sessions_app.queries.curves import load_curve
from sessions_app.queries.points import POINT_FIELDS, TimeWindow, load_points
from sessions_app.queries.price_view import price_view
from sessions_app.queries.rows import load_rows

MAX_MISSED_POINTS = 3_000  # appending more one by one takes longer than a new figure


@require_safe
@never_cache
@vary_on_headers("HX-Request", "HX-Target")
@gzip_page
def session_detail(request: PageRequest, pk: int, view: str = "power") -> HttpResponse:
    """Show a session: the dialog's content for htmx, else a page of its own.

    A live page reloads everything but the graph with the htmx target "parts".
    """
    session, now = _visible_session(request, pk), timezone.now()
    is_part = request.htmx and not request.htmx.history_restore_request
    context = _context(session, now) | {"view": view}
    if is_part and request.htmx.target == "parts":
        return render(request, "sessions/_parts.html", context)
    context |= _graph(session, now)
    return render(request, "sessions/dialog.html" if is_part else "sessions/session.html", context)


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@gzip_page
def session_figure(request: PageRequest, pk: int) -> HttpResponse:
    """Return a session's graph: as HTML for an expanded row (htmx), else as JSON.

    With `?from=` and `?to=` (epoch ms), return only the points of that window, in full detail.
    """
    session = _visible_session(request, pk)
    if "from" in request.GET:
        window = _window(request.GET)
        if window is None:
            return HttpResponseBadRequest("from and to must be epoch milliseconds, from before to.")
        return JsonResponse({"points": graphs.point_columns(load_curve(session, window=window))})
    if request.htmx:
        context = {"session": session} | _graph(session, timezone.now())
        return render(request, "sessions/_graph.html", context)
    return HttpResponse(
        graphs.graph_payload(session, load_curve(session), now=timezone.now()), content_type="application/json"
    )


@require_safe
@never_cache
@gzip_page
def session_points(request: PageRequest, pk: int) -> HttpResponse:
    """Return the points numbered above `?after=`, for a live graph that has missed some.

    `redraw` means that there are too many: the graph must fetch its downsampled figure again.
    """
    session = _visible_session(request, pk)
    after = request.GET.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 10):
        return HttpResponseBadRequest("after must be the number of a point.")
    has_missed_too_many = session.reading_count - int(after) > MAX_MISSED_POINTS
    return JsonResponse(
        {
            "fields": POINT_FIELDS,
            "points": [] if has_missed_too_many else load_points(session.pk, after=int(after)),
            "redraw": has_missed_too_many,
            "version": graphs.version(session),
        }
    )


@require_safe
@never_cache
def receipt(request: PageRequest, pk: int) -> HttpResponse:
    """Show the printable receipt of an ended session; redirect from one in progress to its page."""
    session = _visible_session(request, pk)
    if session.ended_at is None:
        return redirect("session", pk=pk)
    now = timezone.now()
    context = _context(session, now)
    zone = context["row"].tz
    texts = {
        "started": wording.full_time(session.started_at, zone),
        "ended": wording.full_time(session.ended_at, zone),
        "printed": wording.full_time(now, zone),
        "address": request.build_absolute_uri(),
    }
    return render(request, "sessions/receipt.html", context | texts)


def _visible_session(request: PageRequest, pk: int) -> ChargingSession:
    """Return the session with its related objects; 404 if the user may not see it."""
    related = ("site", "station", "connector", "driver", "policy", "downsampled")
    sessions = visible_to(request.user).select_related(*related)
    return get_object_or_404(with_repricing(sessions), pk=pk)


def _window(query: QueryDict) -> TimeWindow | None:
    """Return the window of `from` and `to`; None if it is invalid."""
    try:
        start, end = (datetime.fromtimestamp(int(str(query[name])) / 1000, UTC) for name in ("from", "to"))
    except (KeyError, ValueError, OverflowError, OSError):
        return None
    return (start, end) if start < end else None


def _context(session: ChargingSession, now: datetime) -> dict[str, Any]:
    [row] = load_rows(ChargingSession.objects.filter(pk=session.pk))
    return {
        "session": session,
        "row": row,
        "stats": stats(row, now=now),
        "facts": facts(session, row, now=now),
        "price": price_view(session, repricing_of(session)),
        "place": f"{row.station} · {wording.connector_letter(row.connector)}",
        "driver_details": driver_details(session, row),
        "reason": wording.reason(row.end_reason, row.ended_by),
        "since": f"{row.started_at.timestamp():.3f}",
        "now_s": f"{now.timestamp():.3f}",
        "back": Tab.HISTORY if session.ended_at else Tab.IN_PROGRESS,
    }


def _graph(session: ChargingSession, now: datetime) -> dict[str, Any]:
    curve = load_curve(session)
    text = graphs.graph_payload(session, curve, now=now).decode().replace("<", "\\u003c")
    return {
        "payload": mark_safe(text),  # noqa: S308 - JSON without any "<"
        "series": SERIES,
        "is_live": session.ended_at is None,
        "reading_count": session.reading_count,
    }
