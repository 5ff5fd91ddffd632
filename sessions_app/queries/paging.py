"""One page of the filtered sessions, equally fast at both ends of a long history.

Pages have numbers up to `COUNT_LIMIT` rows. Later pages start after a session (keyset pagination). The
last page is the first page of the reversed order. Counts stop at the limit, too: "10,000+".
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.db import connection
from django.db.models import QuerySet

from sessions_app.domain.row import SessionRow
from sessions_app.models import ChargingSession
from sessions_app.queries.expressions import RowAfter
from sessions_app.queries.keyset_sql import (
    MAX_MERGED_SITES,
    RowWindow,
    SortKeys,
    page_by_related_name,
    page_by_site_merge,
    page_by_small_sort,
)
from sessions_app.queries.ordering import PER_SITE_COLUMNS, RELATED_COLUMNS, Order, order
from sessions_app.queries.rows import rows_by_id

COUNT_LIMIT = 10_000
SessionQuerySet = QuerySet[ChargingSession]


@dataclass(frozen=True)
class PageSelector:
    """Which page: a number, the last one, or the one after or before a session id."""

    number: int = 1
    is_last: bool = False
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True)
class Page:
    """The rows of a page and its position; `number` is None beyond the counted pages."""

    rows: list[SessionRow] = field(default_factory=list)
    count: int = 0
    number: int | None = 1
    has_previous: bool = False
    has_next: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether `count` is exact."""
        return self.count <= COUNT_LIMIT


@dataclass(frozen=True)
class _PageSource:
    """The sorted sessions that pages are read from."""

    sessions: SessionQuerySet
    column: str
    by: Order
    count: int
    sites: Sequence[int] | None

    def ids(self, window: RowWindow) -> list[int]:
        """Return the ids of the sessions in the window."""
        is_postgresql = connection.vendor == "postgresql"
        if is_postgresql and self.count <= COUNT_LIMIT and window.after_keys is None:
            return page_by_small_sort(self.sessions, self.by, window)
        if is_postgresql and self.column in RELATED_COLUMNS:
            by = RELATED_COLUMNS[self.column]
            return page_by_related_name(self.sessions, by, window, descending=self.by.descending, sites=self.sites)
        sessions = self.sessions
        if window.after_keys is not None:
            sessions = sessions.filter(RowAfter(self.by.keys, window.after_keys, descending=self.by.descending))
        if is_postgresql and self.column in PER_SITE_COLUMNS and self.sites and len(self.sites) <= MAX_MERGED_SITES:
            return page_by_site_merge(sessions, self.by, window, self.sites)
        return list(self.by.apply(sessions).values_list("pk", flat=True)[window.skip : window.end])

    def keys_of(self, pk: int | None) -> SortKeys | None:
        """Return the sort keys of a session; None if it is not among the filtered sessions."""
        if pk is None:
            return None
        keyed = self.sessions.order_by().filter(pk=pk).annotate(**self.by.named_keys)
        return keyed.values_list(*self.by.named_keys).first()


def load_page(
    sessions: SessionQuerySet,
    sort: str,
    where: PageSelector,
    size: int,
    *,
    sites: Sequence[int] | None = None,
    in_progress: bool = False,
) -> Page:
    """Return the page in four queries at most.

    `sites` are the sites of the sessions, if known: other sites are then not scanned. If the session in
    `where` is not among the sessions, return the first page.
    """
    count = sessions.order_by().values("pk")[: COUNT_LIMIT + 1].count()
    by, column = order(sort, in_progress=in_progress), sort.removeprefix("-")
    source = _PageSource(sessions, column, by, count, sites)
    last_number = max(1, -(-min(count, COUNT_LIMIT) // size))
    if where.is_last and count <= COUNT_LIMIT:
        where = PageSelector(number=last_number)
    keys = source.keys_of(where.after if where.before is None else where.before)
    if where.is_last or (keys and where.before is not None):
        return _page_before(source, keys, size)
    if keys:
        ids = source.ids(RowWindow(0, size + 1, keys))
        return Page(_rows(ids[:size]), count, None, has_previous=True, has_next=len(ids) > size)
    number = max(1, min(where.number, last_number))
    ids = source.ids(RowWindow((number - 1) * size, size)) if count else []
    return Page(_rows(ids), count, number, has_previous=number > 1, has_next=number * size < count)


def _page_before(source: _PageSource, keys: SortKeys | None, size: int) -> Page:
    """Return the page before these keys, or the last page: the first one of the reversed order."""
    backward = replace(source, by=source.by.reversed())
    ids = backward.ids(RowWindow(0, size + 1, keys))
    return Page(_rows(ids[:size][::-1]), source.count, None, has_previous=len(ids) > size, has_next=keys is not None)


def _rows(ids: list[int]) -> list[SessionRow]:
    rows = rows_by_id(ids)
    return [rows[pk] for pk in ids if pk in rows]
