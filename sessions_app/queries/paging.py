"""One page of the filtered sessions, as quick at the end of a long history as at its beginning.

Pages are numbered up to `BOUND` rows, further ones go on from a session (a keyset), and the last page is
the first one of the opposite order. Counts end at the bound, too: "10,000+".
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
Sessions = QuerySet[ChargingSession]


@dataclass(frozen=True)
class PageSelector:
    """Which page: a number, the last one, or what comes after or before a session."""

    number: int = 1
    is_last: bool = False
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True)
class Page:
    """The rows of a page and what is around them; `number` is None where nobody has counted so far."""

    rows: list[SessionRow] = field(default_factory=list)
    count: int = 0
    number: int | None = 1
    has_previous: bool = False
    has_next: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether `count` is all there is."""
        return self.count <= COUNT_LIMIT


@dataclass(frozen=True)
class _Cut:
    """How to cut a page out of the sessions."""

    sessions: Sessions
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
        found = self.sessions
        if window.after_keys is not None:
            found = found.filter(RowAfter(self.by.keys, window.after_keys, descending=self.by.descending))
        if is_postgresql and self.column in PER_SITE_COLUMNS and self.sites and len(self.sites) <= MAX_MERGED_SITES:
            return page_by_site_merge(found, self.by, window, self.sites)
        return list(self.by.apply(found).values_list("pk", flat=True)[window.skip : window.end])

    def keys_of(self, pk: int | None) -> SortKeys | None:
        """Return the keys of a session; None where it is not among the filtered ones, or no longer."""
        if pk is None:
            return None
        found = self.sessions.order_by().filter(pk=pk).annotate(**self.by.named)
        return found.values_list(*self.by.named).first()


def load_page(
    sessions: Sessions,
    sort: str,
    where: PageSelector,
    size: int,
    *,
    sites: Sequence[int] | None = None,
    in_progress: bool = False,
) -> Page:
    """Return that page in four queries at most, whatever the length of the history.

    `sites` are those that the sessions belong to, where that is known: what is elsewhere is then not
    looked through. The page after or before a session that is not among them, or no longer, is the first one.
    """
    count = sessions.order_by().values("pk")[: COUNT_LIMIT + 1].count()
    by, column = order(sort, in_progress=in_progress), sort.removeprefix("-")
    cut = _Cut(sessions, column, by, count, sites)
    last = max(1, -(-min(count, COUNT_LIMIT) // size))
    if where.is_last and count <= COUNT_LIMIT:
        where = PageSelector(number=last)
    beyond = cut.keys_of(where.after if where.before is None else where.before)
    if where.is_last or (beyond and where.before is not None):
        return _backward(cut, beyond, size)
    if beyond:
        found = cut.ids(RowWindow(0, size + 1, beyond))
        return Page(_rows(found[:size]), count, None, has_previous=True, has_next=len(found) > size)
    number = max(1, min(where.number, last))
    found = cut.ids(RowWindow((number - 1) * size, size)) if count else []
    return Page(_rows(found), count, number, has_previous=number > 1, has_next=number * size < count)


def _backward(cut: _Cut, before: SortKeys | None, size: int) -> Page:
    """Return the page before a session, or the last one: the first of the opposite order."""
    turned = replace(cut, by=cut.by.reversed())
    found = turned.ids(RowWindow(0, size + 1, before))
    shown = found[:size][::-1]
    return Page(_rows(shown), cut.count, None, has_previous=len(found) > size, has_next=before is not None)


def _rows(ids: list[int]) -> list[SessionRow]:
    known = rows_by_id(ids)
    return [known[pk] for pk in ids if pk in known]
