"""One session: its dialog with both views, alone or over a table, its points, and its receipt."""

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
from sessions_app.models import ChargingSession
from sessions_app.pages import charts, graphs
from sessions_app.pages.requests import PageRequest
from sessions_app.pages.stats import driver_details, facts, stats, warnings
from sessions_app.queries.audits import repricing_of, with_repricing
from sessions_app.queries.curves import load_curve
from sessions_app.queries.points import POINT_FIELDS, TimeWindow, load_points
from sessions_app.queries.price_view import price_view
from sessions_app.queries.rows import load_rows

MAX_MISSED_POINTS = 3_000  # points; drawing more one by one costs more than a fresh figure


@require_safe
@never_cache
@vary_on_headers("HX-Request", "HX-Target")
@gzip_page
def session_detail(request: PageRequest, pk: int, view: str = "power") -> HttpResponse:
    """Show a session: the dialog's content for htmx, else a page of its own.

    A live page asks for its figures anew as the target "parts": all but the graph.
    """
    found, now = _found(request, pk), timezone.now()
    is_part = request.htmx and not request.htmx.history_restore_request
    context = _context(found, now) | {"view": view}
    if is_part and request.htmx.target == "parts":
        return render(request, "sessions/_parts.html", context)
    context |= _graph(found, now)
    return render(request, "sessions/dialog.html" if is_part else "sessions/session.html", context)


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@gzip_page
def session_figure(request: PageRequest, pk: int) -> HttpResponse:
    """Give a session's graph: as the part of an expanded row for htmx, else as JSON.

    With `?from=` and `?to=` (epoch ms) the points of that window alone, with their detail.
    """
    found = _found(request, pk)
    if "from" in request.GET:
        window = _window(request.GET)
        if window is None:
            return HttpResponseBadRequest("from and to must be epoch milliseconds, from before to.")
        return JsonResponse({"points": graphs.point_columns(load_curve(found, window=window))})
    if request.htmx:
        context = {"session": found} | _graph(found, timezone.now())
        return render(request, "sessions/_graph.html", context)
    return HttpResponse(
        graphs.graph_payload(found, load_curve(found), now=timezone.now()), content_type="application/json"
    )


@require_safe
@never_cache
@gzip_page
def session_points(request: PageRequest, pk: int) -> HttpResponse:
    """Give the points numbered above `?after=`, for a live graph that has missed some.

    With `redraw` there are too many: the graph is to fetch its figure anew, which is thinned.
    """
    found = _found(request, pk)
    after = request.GET.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 10):
        return HttpResponseBadRequest("after must be the number of a point.")
    is_far = found.reading_count - int(after) > MAX_MISSED_POINTS
    return JsonResponse(
        {
            "fields": POINT_FIELDS,
            "points": [] if is_far else load_points(found.pk, after=int(after)),
            "redraw": is_far,
            "version": graphs.version(found),
        }
    )


@require_safe
@never_cache
def receipt(request: PageRequest, pk: int) -> HttpResponse:
    """Show a printable page of a session that has ended; one in progress has no receipt yet."""
    found = _found(request, pk)
    if found.ended_at is None:
        return redirect("session", pk=pk)
    now = timezone.now()
    context = _context(found, now)
    zone = context["row"].tz
    words = {
        "started": wording.full_time(found.started_at, zone),
        "ended": wording.full_time(found.ended_at, zone),
        "printed": wording.full_time(now, zone),
        "address": request.build_absolute_uri(),
    }
    return render(request, "sessions/receipt.html", context | words)


def _found(request: PageRequest, pk: int) -> ChargingSession:
    """Return the session with what the dialog says of it; what one may not see does not exist."""
    beside = ("site", "station", "connector", "driver", "policy", "downsampled")
    seen = visible_to(request.user).select_related(*beside)
    return get_object_or_404(with_repricing(seen), pk=pk)


def _window(query: QueryDict) -> TimeWindow | None:
    """Return the window that is asked for; None for what is none."""
    try:
        start, end = (datetime.fromtimestamp(int(str(query[name])) / 1000, UTC) for name in ("from", "to"))
    except (KeyError, ValueError, OverflowError, OSError):
        return None
    return (start, end) if start < end else None


def _context(found: ChargingSession, now: datetime) -> dict[str, Any]:
    [row] = load_rows(ChargingSession.objects.filter(pk=found.pk))
    return {
        "session": found,
        "row": row,
        "stats": stats(row, now=now),
        "facts": facts(found, row, now=now),
        "warnings": warnings(row),
        "price": price_view(found, repricing_of(found)),
        "place": f"{row.station} · {wording.connector_letter(row.connector)}",
        "who": driver_details(found, row),
        "reason": wording.reason(row.end_reason, row.ended_by),
        "since": f"{row.started_at.timestamp():.3f}",
        "now_s": f"{now.timestamp():.3f}",
        "back": "history" if found.ended_at else "in-progress",
    }


def _graph(found: ChargingSession, now: datetime) -> dict[str, Any]:
    drawn = load_curve(found)
    text = graphs.graph_payload(found, drawn, now=now).decode().replace("<", "\\u003c")
    return {
        "payload": mark_safe(text),  # noqa: S308 - JSON without any "<"
        "series": charts.GRAPH_SERIES,
        "is_live": found.ended_at is None,
        "reading_count": found.reading_count,
    }
