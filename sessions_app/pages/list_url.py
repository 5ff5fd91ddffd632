"""A list's address: what it says besides its filters, what is wrong with it, and the ones it leads on to."""

from collections.abc import Collection, Mapping

from django.http import QueryDict
from django.urls import reverse

from sessions_app.models import Manager
from sessions_app.pages.columns import DEFAULT_COLUMNS, available_columns, saved_columns
from sessions_app.pages.tabs import IN_PROGRESS

PER_PAGE = (25, 50, 100)
# Where in the list a page is: nothing of it holds once filters or order are others.
PAGING_PARAMS = ("page", "after", "before")
# The filters by where a session was: of another site none of them holds.
LOCATION_PARAMS = ("company", "site", "area", "station", "connector")
STATE_PARAMS = (*PAGING_PARAMS, "per_page", "sort", "columns")


def param_errors(params: QueryDict, tab: str, fields: Mapping[str, bool]) -> dict[str, str]:
    """Return what is wrong in an address besides the filters' own values: a sentence for each name.

    `fields` are the filters, and whether each takes several values.
    """
    found = {}
    for name in params:
        texts = params.getlist(name)
        if name not in fields and name not in STATE_PARAMS:
            found[name] = f"“{name}” is no filter."
        elif len(texts) > 1 and not fields.get(name):
            found[name] = f"“{name}” is given {len(texts)} times, and takes one value."
        elif name in STATE_PARAMS and texts[0] and not _is_state(name, texts[0], available_columns(tab)):
            found[name] = _ERROR_TEXTS[name].format(text=texts[0])
    return found


_ERROR_TEXTS = {
    "page": "“{text}” is no page.",
    "after": "“{text}” is no session to go on from.",
    "before": "“{text}” is no session to go back from.",
    "per_page": "“{text}” is no number of rows: 25, 50 or 100.",
    "sort": "“{text}” is no column to sort by.",
    "columns": "“{text}” are not all columns of this table.",
}


def _is_state(name: str, text: str, keys: Collection[str]) -> bool:
    match name:
        case "per_page":
            return text in map(str, PER_PAGE)
        case "sort":
            return text.removeprefix("-") in keys
        case "columns":
            return set(text.split(",")) <= set(keys)
    return is_id(text) or (name, text) == ("page", "last")


def is_id(text: str) -> bool:
    """Return whether the text is a whole number from 1, written in one way, that the database can hold."""
    return text.isascii() and text.isdigit() and not text.startswith("0") and len(text) < 19


def query_with(params: QueryDict, **changed: str) -> str:
    """Return the query string with those values, and without the place in the list that it had."""
    rest = params.copy()
    for name in (*PAGING_PARAMS, *changed):
        rest.pop(name, None)
    for name, value in changed.items():
        rest[name] = value
    return rest.urlencode(safe=",")


def query_without(params: QueryDict, *names: str) -> QueryDict:
    """Return the query string's values without those names, and without blanks."""
    rest = params.copy()
    for name in list(rest):
        if name in names or not any(rest.getlist(name)):
            del rest[name]
    return rest


def list_url(tab: str, params: QueryDict) -> str:
    """Return the address of a list."""
    query = params.urlencode(safe=",")
    return f"{reverse(tab)}?{query}" if query else reverse(tab)


def preferred_url(tab: str, params: QueryDict, manager: Manager) -> str:
    """Return the address of a list with the columns that the manager keeps, where they are not the usual."""
    columns, named = saved_columns(tab, manager), params.copy()
    if columns != DEFAULT_COLUMNS[tab]:
        named["columns"] = ",".join(columns)
    return list_url(tab, named)


def tab_url(tab: str, params: QueryDict, *, here: str, manager: Manager) -> str:
    """Return the address in that table of what is shown here: all that holds there, on the first page."""
    if tab == here:
        return list_url(tab, query_without(params, *PAGING_PARAMS))
    is_offered = params.get("sort", "").removeprefix("-") in available_columns(tab)
    rest = query_without(params, "columns", *PAGING_PARAMS, *([] if is_offered else ["sort"]))
    return preferred_url(tab, query_without(rest, "reason") if tab == IN_PROGRESS else rest, manager)
