"""The footer of a table: the position of a page in the list, and the addresses of the pages around it."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.safestring import SafeString

from sessions_app.lists.list_url import PER_PAGE, query_with
from sessions_app.queries.paging import COUNT_LIMIT, Page, PageSelector
from sessions_app.templatetags.icons import icon


@dataclass(frozen=True)
class PageLink:
    """A link to another page; `query` is None where there is none in that direction."""

    word: str
    rel: str
    icon: SafeString
    query: str | None


@dataclass(frozen=True)
class PageSize:
    """A choice of rows per page, and its query string."""

    size: int
    query: str
    is_now: bool


@dataclass(frozen=True)
class Pager:
    """The text and the links of a table's footer."""

    words: str
    moves: tuple[PageLink, ...]


def per_page(params: QueryDict) -> int:
    """Return the rows per page of a valid address."""
    return int(params.get("per_page") or PER_PAGE[0])


def page_selector(params: QueryDict) -> PageSelector:
    """Return the page that a valid address selects."""
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
    """Return the choices of rows per page."""
    return [PageSize(rows, query_with(params, per_page=str(rows)), rows == size) for rows in PER_PAGE]


def pager(params: QueryDict, page: Page, size: int) -> Pager:
    """Return the footer of that page."""
    first = previous = following = last = None
    number = page.number
    if page.has_previous:
        first = query_with(params)
        previous = _page_query(params, number - 1) if number else query_with(params, before=_first_id(page))
    if page.has_next:
        last = query_with(params, page="last")
        is_numbered = number is not None and number * size < min(page.count, COUNT_LIMIT)
        following = _page_query(params, (number or 0) + 1) if is_numbered else query_with(params, after=_last_id(page))
    links = (
        PageLink("First page", "first", icon("chevrons-left"), first),
        PageLink("Previous page", "prev", icon("chevron-left"), previous),
        PageLink("Next page", "next", icon("chevron-right"), following),
        PageLink("Last page", "last", icon("chevrons-right"), last),
    )
    return Pager(_range_text(page, size), links)


def _range_text(page: Page, size: int) -> str:
    """Return `51–100 of 8,312`, or `50 of 10,000+` beyond COUNT_LIMIT."""
    total = f"{page.count:,}" if page.is_counted else f"{COUNT_LIMIT:,}+"
    if page.number is None:
        return f"{len(page.rows)} of {total}"
    first = (page.number - 1) * size + 1
    return f"{first:,}–{first + len(page.rows) - 1:,} of {total}"


def _page_query(params: QueryDict, number: int) -> str:
    return query_with(params, page=str(number))


def _first_id(page: Page) -> str:
    return str(page.rows[0].id) if page.rows else ""


def _last_id(page: Page) -> str:
    return str(page.rows[-1].id) if page.rows else ""
