"""The panels of the bar above a table: filters, columns and saved views, each also a page of its own."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sessions_app.domain.columns import COLUMNS
from sessions_app.domain.tabs import Tab
from sessions_app.domain.wording import connector_letter
from sessions_app.lists.columns import available_columns, order_columns, selected_columns
from sessions_app.lists.filters import SessionFilter, apply_filters
from sessions_app.lists.list_url import PAGING_PARAMS, list_url, query_without
from sessions_app.pages.requests import PageRequest
from sessions_app.queries import choices
from sessions_app.queries.saved_views import saved_views
from sessions_app.store.saved_views import manager_save_columns, saved_view_delete, saved_view_save


@never_cache
@require_safe
def filter_panel(request: PageRequest, tab: str) -> HttpResponse:
    """Show all filters of a table with the values of its address."""
    session_filter = SessionFilter(request.GET, tab=tab, user=request.user)
    apply_filters(session_filter)
    context = {
        "form": session_filter.form,
        "places": session_filter.visible_sites,
        "areas": choices.area_choices(session_filter.visible_sites),
        "stations": choices.station_choices(session_filter.visible_sites, chosen=_ids(request, "station")),
        "drivers": choices.driver_choices(session_filter.visible_sessions, chosen=_ids(request, "driver")),
        "letters": [connector_letter(number) for number in choices.connector_numbers(session_filter.visible_sites)],
        "selected": {name: set(request.GET.getlist(name)) for name in session_filter.form.fields},
        "hidden_fields": _hidden_fields(request.GET, *session_filter.form.fields, *PAGING_PARAMS),
        "cleared": list_url(tab, query_without(request.GET, *session_filter.form.fields, *PAGING_PARAMS)),
    }
    return _panel(request, tab, "filters", context)


@never_cache
@require_safe
def choice_search(request: PageRequest, tab: str, what: str) -> HttpResponse:
    """Show the stations or drivers that match `find`, to choose from."""
    find, selected = _single_line(request.GET.get("find", "")), _ids(request, what)
    session_filter = SessionFilter(QueryDict(), tab=tab, user=request.user)
    if what == "station":
        options = choices.station_choices(session_filter.visible_sites, find=find, chosen=selected)
    else:
        options = choices.driver_choices(session_filter.visible_sessions, find=find, chosen=selected)
    context = {"name": what, "choices": options, "selected": {str(pk) for pk in selected}}
    return render(request, "sessions/_choices.html", context)


@never_cache
def column_panel(request: PageRequest, tab: str) -> HttpResponse:
    """Show the column chooser; on POST save the manager's choice and return to the list with it."""
    if request.method != "POST":
        shown = selected_columns(tab, request.GET, request.user)
        offered = [(COLUMNS[key], key in shown) for key in available_columns(tab)]
        return _panel(request, tab, "columns", {"offer": offered, "query": request.GET.urlencode()})
    keys = order_columns(tab, [] if "usual" in request.POST else request.POST.getlist("column"))
    manager_save_columns(request.user, tab=tab, keys=keys)
    rest = query_without(QueryDict(request.POST.get("query", "")), "columns")
    rest["columns"] = ",".join(keys)
    return redirect(list_url(tab, rest))


@never_cache
def saved_views_panel(request: PageRequest, tab: str) -> HttpResponse:
    """Show the saved views of a table; on POST save the current query under a name."""
    if request.method == "POST" and (name := _single_line(request.POST.get("name", ""))[:80]):
        query = _saved_query(request, tab, QueryDict(request.POST.get("query", "")))
        is_shared = "is_shared" in request.POST
        saved_view_save(request.user, tab=tab, name=name, query=query.urlencode(safe=","), is_shared=is_shared)
        return redirect(list_url(tab, query))
    current = _normalize(_saved_query(request, tab, request.GET))
    views = [(view, _normalize(QueryDict(view.query)) == current) for view in saved_views(request.user, tab)]
    return _panel(request, tab, "views", {"views": views, "query": request.GET.urlencode(safe=",")})


def _saved_query(request: PageRequest, tab: str, params: QueryDict) -> QueryDict:
    """Return the query that a view saves: without the page, always with the columns."""
    query = query_without(params, *PAGING_PARAMS)
    query.setdefault("columns", ",".join(selected_columns(tab, query, request.user)))
    return query


def _normalize(query: QueryDict) -> list[tuple[str, list[str]]]:
    """Return the parameters in a fixed order, to compare two queries."""
    return sorted((name, sorted(map(str, values))) for name, values in query.lists())


@require_POST
def delete_view(request: PageRequest, tab: str, pk: int) -> HttpResponse:
    """Remove one of the manager's own saved views."""
    if not saved_view_delete(request.user, pk):
        raise Http404
    return redirect(list_url(tab, QueryDict(request.POST.get("query", ""))))


def _ids(request: HttpRequest, name: str) -> list[int]:
    texts = request.GET.getlist(name)
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]


def _single_line(text: str) -> str:
    """Return the text without NUL, which PostgreSQL rejects, and at most 200 characters of it."""
    return text.replace("\x00", "").strip()[:200]


def _hidden_fields(params: QueryDict, *names: str) -> list[tuple[str, str]]:
    """Return the other parameters, which a form that sets those names passes on as hidden fields."""
    rest = query_without(params, *names)
    return [(name, str(value)) for name, values in rest.lists() for value in values]


def _panel(request: PageRequest, tab: str, name: str, context: dict[str, Any]) -> HttpResponse:
    panel = f"sessions/_{name}.html"
    context |= {"tab": Tab(tab), "panel": panel}
    return render(request, panel if request.htmx else "sessions/panel.html", context)
