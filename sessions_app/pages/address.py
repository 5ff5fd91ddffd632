"""A list's address: what it says besides its filters, what is wrong with it, and the ones it leads on to."""

from collections.abc import Collection, Mapping

from django.http import QueryDict
from django.urls import reverse

from sessions_app.models import Manager
from sessions_app.pages.columns import DEFAULT, kept, offered
from sessions_app.pages.tabs import IN_PROGRESS

PER_PAGE = (25, 50, 100)
# Where in the list a page is: nothing of it holds once filters or order are others.
PLACE = ("page", "after", "before")
# The filters by where a session was: of another site none of them holds.
WHERE = ("company", "site", "area", "station", "connector")
STATE = (*PLACE, "per_page", "sort", "columns")


def faults(params: QueryDict, tab: str, fields: Mapping[str, bool]) -> dict[str, str]:
    """Return what is wrong in an address besides the filters' own values: a sentence for each name.

    `fields` are the filters, and whether each takes several values.
    """
    found = {}
    for name in params:
        texts = params.getlist(name)
        if name not in fields and name not in STATE:
            found[name] = f"“{name}” is not a filter."
        elif len(texts) > 1 and not fields.get(name):
            found[name] = f"“{name}” appears {len(texts)} times but takes one value."
        elif name in STATE and texts[0] and not _is_state(name, texts[0], offered(tab)):
            found[name] = _SAID[name].format(text=texts[0])
    return found


_SAID = {
    "page": "“{text}” is not a page.",
    "after": "“{text}” is not a position in the table.",
    "before": "“{text}” is not a position in the table.",
    "per_page": "“{text}” is not a number of rows. Use 25, 50 or 100.",
    "sort": "“{text}” is not a column to sort by.",
    "columns": "“{text}” includes columns that this table does not have.",
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
    for name in (*PLACE, *changed):
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


def address(tab: str, params: QueryDict) -> str:
    """Return the address of a list."""
    query = params.urlencode(safe=",")
    return f"{reverse(tab)}?{query}" if query else reverse(tab)


def as_kept(tab: str, params: QueryDict, manager: Manager) -> str:
    """Return the address of a list with the columns that the manager keeps, where they are not the usual."""
    columns, named = kept(tab, manager), params.copy()
    if columns != DEFAULT[tab]:
        named["columns"] = ",".join(columns)
    return address(tab, named)


def in_tab(tab: str, params: QueryDict, *, here: str, manager: Manager) -> str:
    """Return the address in that table of what is shown here: all that holds there, on the first page."""
    if tab == here:
        return address(tab, query_without(params, *PLACE))
    is_offered = params.get("sort", "").removeprefix("-") in offered(tab)
    rest = query_without(params, "columns", *PLACE, *([] if is_offered else ["sort"]))
    return as_kept(tab, query_without(rest, "reason") if tab == IN_PROGRESS else rest, manager)
