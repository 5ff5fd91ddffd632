"""The two tables: one filtered list feeds the whole page and the part that htmx puts in place."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from sessions_app.pages.chips import chips
from sessions_app.pages.columns import DEFAULT_COLUMNS, saved_columns, selected_columns
from sessions_app.pages.filters import SessionFilter, Sessions, apply_filters, filter_sessions, form_problems
from sessions_app.pages.list_url import (
    LOCATION_PARAMS,
    PAGING_PARAMS,
    list_url,
    preferred_url,
    query_with,
    query_without,
    tab_url,
)
from sessions_app.pages.pager import page_selector, page_sizes, pager, per_page
from sessions_app.pages.requests import PageRequest
from sessions_app.pages.tables import SessionTable, sort_options
from sessions_app.pages.tabs import HISTORY, IN_PROGRESS, TAB_TITLES
from sessions_app.queries import summary as sums
from sessions_app.queries.ordering import DEFAULT_SORT as USUAL_SORT
from sessions_app.queries.paging import load_page
from sessions_app.queries.sites import VisibleSites


def home(request: HttpRequest) -> HttpResponse:
    """Go to the sessions in progress."""
    return redirect("in-progress")


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@gzip_page
def in_progress(request: PageRequest) -> HttpResponse:
    """Show who is charging now."""
    return _list(request, IN_PROGRESS)


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@gzip_page
def history(request: PageRequest) -> HttpResponse:
    """Show the sessions that have ended."""
    return _list(request, HISTORY)


@require_safe
@never_cache
def summary(request: PageRequest, tab: str) -> HttpResponse:
    """Show the sums over all filtered rows: apart from the table, which never waits for them."""
    sessions, _, is_valid = filter_sessions(request.GET, tab, request.user)
    added = (
        sums.summarize_in_progress(sessions, now=timezone.now())
        if tab == IN_PROGRESS
        else sums.summarize_history(sessions)
    )
    panel = "sessions/_summary.html"
    context = {
        "tab": tab,
        "sums": added,
        "is_valid": is_valid,
        "unpriced": query_with(request.GET, price="none"),
        "panel": panel,
    }
    return render(request, panel if request.htmx else "sessions/panel.html", context)


def _list(request: PageRequest, tab: str) -> HttpResponse:
    """Answer with the whole page, or with its list alone where htmx asks for that.

    A page whose address says nothing goes on to the one that names the manager's own columns, so that
    the address says what is seen.
    """
    is_part = request.htmx and not request.htmx.history_restore_request
    if not (is_part or request.GET or saved_columns(tab, request.user) == DEFAULT_COLUMNS[tab]):
        return redirect(preferred_url(tab, request.GET, request.user))
    whole, part, live = "sessions/list.html", "sessions/part.html", "sessions/live.html"
    template = (live if "X-Live" in request.headers else part) if is_part else whole
    return render(request, template, _context(request, tab))


def _context(request: PageRequest, tab: str) -> dict[str, Any]:
    asked = SessionFilter(request.GET, tab=tab, user=request.user)
    sessions, form, is_valid = apply_filters(asked)
    keys = selected_columns(tab, request.GET, request.user)
    in_use = chips(request.GET, form)
    return {
        "tab": tab,
        "title": TAB_TITLES[tab],
        "form": form,
        "problems": form_problems(form),
        "chips": in_use,
        "filter_count": sum(chip.name in form.fields and chip.name != "q" for chip in in_use),
        "sorts": sort_options(keys, request.GET.get("sort", "")),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "places": asked.places,
        **_addresses(request, tab, asked),
        **(_rows(asked, sessions, keys) if is_valid else {}),
    }


def _rows(asked: SessionFilter, sessions: Sessions, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return the page of the table that a valid address asks for."""
    params, now = asked.data, timezone.now()
    sort, size = params.get("sort") or USUAL_SORT, per_page(params)
    is_open = asked.tab == IN_PROGRESS
    found = load_page(sessions, sort, page_selector(params), size, sites=asked.sites, in_progress=is_open)
    is_zoned = len(asked.places.by_zone()) > 1
    return {
        "now_s": f"{now.timestamp():.3f}",
        "table": SessionTable(found.rows, columns=keys, params=params, now=now, is_zoned=is_zoned),
        "pager": pager(params, found, size),
        "sizes": page_sizes(params, size),
    }


def _addresses(request: PageRequest, tab: str, asked: SessionFilter) -> dict[str, Any]:
    """Return what the parts around the table go on with."""
    here = query_without(request.GET)
    kept = query_without(request.GET, "q", "sort", *PAGING_PARAMS)
    sites = request.GET.getlist("site")
    return {
        "query": here.urlencode(safe=","),
        "kept": [(name, value) for name, values in kept.lists() for value in values],
        "cleared": list_url(tab, query_without(request.GET, *asked.form.fields, *PAGING_PARAMS)),
        "to_in_progress": tab_url(IN_PROGRESS, request.GET, here=tab, manager=request.user),
        "to_history": tab_url(HISTORY, request.GET, here=tab, manager=request.user),
        "all_sites": query_without(request.GET, *LOCATION_PARAMS, *PAGING_PARAMS).urlencode(safe=","),
        "one_site": next((place.id for place in asked.places.sites if [str(place.id)] == sites), None),
        "site_name": _site_name(asked.places, sites),
    }


def _site_name(places: VisibleSites, sites: list[str]) -> str:
    names = [place.name for place in places.sites if str(place.id) in sites]
    if not names:
        return "All my sites"
    return names[0] if len(names) == 1 else f"{len(names)} sites"
