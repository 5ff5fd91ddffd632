"""The two tables: one filtered list feeds the whole page and the part that htmx swaps."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from sessions_app.domain.tabs import TAB_TITLES, Tab
from sessions_app.lists.chips import chips
from sessions_app.lists.columns import DEFAULT_COLUMNS, WIDTH_RULES, saved_columns, selected_columns
from sessions_app.lists.filters import SessionFilter, apply_filters, filter_sessions, form_problems
from sessions_app.lists.list_url import (
    LOCATION_PARAMS,
    PAGING_PARAMS,
    list_url,
    preferred_url,
    query_with,
    query_without,
    tab_url,
)
from sessions_app.lists.tabs import HISTORY, IN_PROGRESS
from sessions_app.pages.pager import page_selector, page_sizes, pager, per_page
from sessions_app.pages.requests import PageRequest
from sessions_app.pages.tables import SessionTable, sort_options
from sessions_app.queries import summary as summaries
from sessions_app.queries.ordering import DEFAULT_SORT
from sessions_app.queries.paging import SessionQuerySet, load_page
from sessions_app.queries.sites import VisibleSites


def home(request: HttpRequest) -> HttpResponse:
    """Redirect to the sessions in progress."""
    return redirect(IN_PROGRESS)


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@gzip_page
def in_progress(request: PageRequest) -> HttpResponse:
    """Show the sessions in progress."""
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
    """Show the sums over all filtered rows, in a request of its own so that the table does not wait."""
    sessions, _, is_valid = filter_sessions(request.GET, tab, request.user)
    totals = (
        summaries.summarize_in_progress(sessions, now=timezone.now())
        if tab == IN_PROGRESS
        else summaries.summarize_history(sessions)
    )
    panel = "sessions/_summary.html"
    context = {
        "tab": Tab(tab),
        "sums": totals,
        "is_valid": is_valid,
        "unpriced": query_with(request.GET, price="none"),
        "panel": panel,
    }
    return render(request, panel if request.htmx else "sessions/panel.html", context)


def _list(request: PageRequest, tab: str) -> HttpResponse:
    """Return the whole page, or only its list for htmx.

    Without a query, redirect to the address with the manager's saved columns, so that the address
    always describes what is shown.
    """
    is_part = request.htmx and not request.htmx.history_restore_request
    if not (is_part or request.GET or saved_columns(tab, request.user) == DEFAULT_COLUMNS[tab]):
        return redirect(preferred_url(tab, request.GET, request.user))
    page, part, live = "sessions/list.html", "sessions/part.html", "sessions/live.html"
    template = (live if "X-Live" in request.headers else part) if is_part else page
    return render(request, template, _context(request, tab))


def _context(request: PageRequest, tab: str) -> dict[str, Any]:
    session_filter = SessionFilter(request.GET, tab=tab, user=request.user)
    sessions, form, is_valid = apply_filters(session_filter)
    keys = selected_columns(tab, request.GET, request.user)
    filter_chips = chips(request.GET, form)
    return {
        "tab": Tab(tab),
        "title": TAB_TITLES[tab],
        "width_rules": WIDTH_RULES,
        "form": form,
        "problems": form_problems(form),
        "chips": filter_chips,
        "filter_count": sum(chip.name in form.fields and chip.name != "q" for chip in filter_chips),
        "sorts": sort_options(keys, request.GET.get("sort", "")),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "places": session_filter.visible_sites,
        **_links(request, tab, session_filter),
        **(_rows(session_filter, sessions, keys) if is_valid else {}),
    }


def _rows(session_filter: SessionFilter, sessions: SessionQuerySet, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return the table page for a valid address."""
    params, now = session_filter.data, timezone.now()
    sort, size = params.get("sort") or DEFAULT_SORT, per_page(params)
    in_progress = session_filter.tab == IN_PROGRESS
    page = load_page(sessions, sort, page_selector(params), size, sites=session_filter.sites, in_progress=in_progress)
    is_zoned = len(session_filter.visible_sites.by_zone()) > 1
    return {
        "now_s": f"{now.timestamp():.3f}",
        "table": SessionTable(page.rows, columns=keys, params=params, now=now, is_zoned=is_zoned),
        "pager": pager(params, page, size),
        "sizes": page_sizes(params, size),
    }


def _links(request: PageRequest, tab: str, session_filter: SessionFilter) -> dict[str, Any]:
    """Return the query strings and addresses that the parts around the table link to."""
    query = query_without(request.GET)
    search_params = query_without(request.GET, "q", "sort", *PAGING_PARAMS)
    site_ids = request.GET.getlist("site")
    return {
        "query": query.urlencode(safe=","),
        "hidden_fields": [(name, value) for name, values in search_params.lists() for value in values],
        "cleared": list_url(tab, query_without(request.GET, *session_filter.form.fields, *PAGING_PARAMS)),
        "to_in_progress": tab_url(IN_PROGRESS, request.GET, current_tab=tab, manager=request.user),
        "to_history": tab_url(HISTORY, request.GET, current_tab=tab, manager=request.user),
        "all_sites": query_without(request.GET, *LOCATION_PARAMS, *PAGING_PARAMS).urlencode(safe=","),
        "one_site": next((site.id for site in session_filter.visible_sites.sites if [str(site.id)] == site_ids), None),
        "site_name": _site_name(session_filter.visible_sites, site_ids),
    }


def _site_name(visible_sites: VisibleSites, site_ids: list[str]) -> str:
    names = [site.name for site in visible_sites.sites if str(site.id) in site_ids]
    if not names:
        return "All my sites"
    return names[0] if len(names) == 1 else f"{len(names)} sites"
