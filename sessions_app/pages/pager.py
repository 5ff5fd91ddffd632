"""The foot of a table: where in the list a page is, and the addresses of the pages around it."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.safestring import SafeString

from sessions_app.pages.list_url import PER_PAGE, query_with
from sessions_app.queries.paging import COUNT_LIMIT, Page, PageSelector
from sessions_app.templatetags.icons import icon


@dataclass(frozen=True)
class PageLink:
    """A step to another page; without a query there is none in that direction."""

    word: str
    rel: str
    icon: SafeString
    query: str | None


@dataclass(frozen=True)
class PageSize:
    """A number of rows a page, and the address that has it."""

    size: int
    query: str
    is_now: bool


@dataclass(frozen=True)
class Pager:
    """What the foot of a table says and links to."""

    words: str
    moves: tuple[PageLink, ...]


def per_page(params: QueryDict) -> int:
    """Return how many rows a page has, by a valid address."""
    return int(params.get("per_page") or PER_PAGE[0])


def page_selector(params: QueryDict) -> PageSelector:
    """Return which page a valid address asks for."""
    page = params.get("page") or "1"
    return PageSelector(
        number=1 if page == "last" else int(page),
        is_last=page == "last",
        after=_id(params.get("after")),
        before=_id(params.get("before")),
    )


def _id(text: str | None) -> int | None:
    return int(text) if text else None


def page_sizes(params: QueryDict, size: int) -> list[PageSize]:
    """Return the numbers of rows that one can choose."""
    return [PageSize(each, query_with(params, per_page=str(each)), each == size) for each in PER_PAGE]


def pager(params: QueryDict, page: Page, size: int) -> Pager:
    """Return the foot of that page."""
    back = onward = first = last = None
    if page.has_previous:
        first = query_with(params)
        back = _numbered(params, page.number - 1) if page.number else query_with(params, before=_first(page))
    if page.has_next:
        last = query_with(params, page="last")
        is_numbered = page.number is not None and page.number * size < min(page.count, COUNT_LIMIT)
        onward = _numbered(params, (page.number or 0) + 1) if is_numbered else query_with(params, after=_last(page))
    moves = (
        PageLink("First page", "first", icon("chevrons-left"), first),
        PageLink("Previous page", "prev", icon("chevron-left"), back),
        PageLink("Next page", "next", icon("chevron-right"), onward),
        PageLink("Last page", "last", icon("chevrons-right"), last),
    )
    return Pager(_words(page, size), moves)


def _words(page: Page, size: int) -> str:
    """Return `51–100 of 8,312`; beyond the bound nobody has counted: `50 of 10,000+`."""
    total = f"{page.count:,}" if page.is_counted else f"{COUNT_LIMIT:,}+"
    if page.number is None:
        return f"{len(page.rows)} of {total}"
    first = (page.number - 1) * size + 1
    return f"{first:,}–{first + len(page.rows) - 1:,} of {total}"


def _numbered(params: QueryDict, number: int) -> str:
    return query_with(params, page=str(number))


def _first(page: Page) -> str:
    return str(page.rows[0].id) if page.rows else ""


def _last(page: Page) -> str:
    return str(page.rows[-1].id) if page.rows else ""
