"""The query parameters of a list besides its filters: their errors, and the addresses built from them."""

from collections.abc import Collection, Mapping

from django.http import QueryDict
from django.urls import reverse

from sessions_app.lists.columns import DEFAULT_COLUMNS, available_columns, saved_columns
from sessions_app.lists.tabs import IN_PROGRESS
from sessions_app.models import Manager

PER_PAGE = (25, 50, 100)
# The position in the list; invalid as soon as filters or order change.
PAGING_PARAMS = ("page", "after", "before")
# The filters by location; invalid as soon as another site is chosen.
LOCATION_PARAMS = ("company", "site", "area", "station", "connector")
STATE_PARAMS = (*PAGING_PARAMS, "per_page", "sort", "columns")


def param_errors(params: QueryDict, tab: str, fields: Mapping[str, bool]) -> dict[str, str]:
    """Return an error text for each invalid parameter, apart from the filters' own values.

    `fields` maps each filter to whether it takes several values.
    """
    errors = {}
    for name in params:
        texts = params.getlist(name)
        if name not in fields and name not in STATE_PARAMS:
            errors[name] = f"“{name}” is not a filter."
        elif len(texts) > 1 and not fields.get(name):
            errors[name] = f"“{name}” appears {len(texts)} times but takes one value."
        elif name in STATE_PARAMS and texts[0] and not _is_valid_param(name, texts[0], available_columns(tab)):
            errors[name] = _ERROR_TEXTS[name].format(text=texts[0])
    return errors


_ERROR_TEXTS = {
    "page": "“{text}” is not a page.",
    "after": "“{text}” is not a position in the table.",
    "before": "“{text}” is not a position in the table.",
    "per_page": "“{text}” is not a number of rows. Use 25, 50 or 100.",
    "sort": "“{text}” is not a column to sort by.",
    "columns": "“{text}” includes columns that this table does not have.",
}


def _is_valid_param(name: str, text: str, keys: Collection[str]) -> bool:
    match name:
        case "per_page":
            return text in map(str, PER_PAGE)
        case "sort":
            return text.removeprefix("-") in keys
        case "columns":
            return set(text.split(",")) <= set(keys)
    return is_id(text) or (name, text) == ("page", "last")


def is_id(text: str) -> bool:
    """Return whether the text is a positive integer without leading zeros that fits a bigint."""
    return text.isascii() and text.isdigit() and not text.startswith("0") and len(text) < 19


def query_with(params: QueryDict, **changed: str) -> str:
    """Return the query string with those values, back on the first page."""
    rest = params.copy()
    for name in (*PAGING_PARAMS, *changed):
        rest.pop(name, None)
    for name, value in changed.items():
        rest[name] = value
    return rest.urlencode(safe=",")


def query_without(params: QueryDict, *names: str) -> QueryDict:
    """Return the parameters without those names and without blank ones."""
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
    """Return the address of a list with the manager's saved columns, unless those are the default."""
    columns, query = saved_columns(tab, manager), params.copy()
    if columns != DEFAULT_COLUMNS[tab]:
        query["columns"] = ",".join(columns)
    return list_url(tab, query)


def tab_url(tab: str, params: QueryDict, *, current_tab: str, manager: Manager) -> str:
    """Return the address of a tab with the parameters of the current one that apply to it, on its first page."""
    if tab == current_tab:
        return list_url(tab, query_without(params, *PAGING_PARAMS))
    has_sort_column = params.get("sort", "").removeprefix("-") in available_columns(tab)
    rest = query_without(params, "columns", *PAGING_PARAMS, *([] if has_sort_column else ["sort"]))
    return preferred_url(tab, query_without(rest, "reason") if tab == IN_PROGRESS else rest, manager)
