"""Pages on PostgreSQL in our own SQL, where the planner chooses a bad plan.

`page_by_small_sort` reads and sorts a few sessions: the planner prefers to scan the whole history in
order and hopes to stop early. `page_by_related_name` sorts by a column of another table: to join and
sort a long history takes seconds. It goes through the sorted names instead, takes the first sessions of
each from an index, and stops when the page is full. `page_by_site_merge` sorts by a value whose
distribution differs between sites, and merges the first sessions of each site.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from sessions_app.models import ChargingSession
from sessions_app.queries.ordering import Order, RelatedColumn

MAX_MERGED_SITES = 10  # each site adds a read of all rows up to the end of the page
SortKeys = tuple[Any, ...]
_SESSION = '"sessions_app_chargingsession"'


@dataclass(frozen=True)
class RowWindow:
    """How many sessions to skip and to take, optionally after the sort keys of a session."""

    skip: int
    size: int
    after_keys: SortKeys | None = None

    @property
    def end(self) -> int:
        """The number of sessions to the end of the window."""
        return self.skip + self.size


def page_by_small_sort(sessions: QuerySet[ChargingSession], by: Order, window: RowWindow) -> list[int]:
    """Return the ids of a page; for sessions that are few enough to sort all of them."""
    keyed = sessions.order_by().annotate(**by.named_keys).values("pk", *by.named_keys)
    sql, params = keyed.query.sql_with_params()
    # The SQL comes from this module and the ORM; every value is a parameter.
    return _ids(
        f"WITH few (id, {', '.join(by.named_keys)}) AS MATERIALIZED ({sql})"  # noqa: S608
        f" SELECT id FROM few ORDER BY {_order_by(by)} LIMIT %s OFFSET %s",
        (*params, window.size, window.skip),
    )


def page_by_related_name(
    sessions: QuerySet[ChargingSession],
    by: RelatedColumn,
    window: RowWindow,
    *,
    descending: bool,
    sites: Sequence[int] | None = None,
) -> list[int]:
    """Return the ids of a page ordered by a related name. Skip names without a session at the sites."""
    link = f'{_SESSION}."{by.link}"'
    if by.is_nullable:
        link = f"COALESCE({link}, 0)"
    sign, direction = ("<", "DESC") if descending else (">", "ASC")
    inner = sessions.filter(_raw(f"{link} = names.id"))
    name_condition, name_params = "", list[Any]()
    if window.after_keys is not None:
        inner = inner.filter(_raw(f'(names.name, {_SESSION}."id") {sign} (%s, %s)', *window.after_keys))
        name_condition, name_params = f"WHERE name {sign}= %s", [window.after_keys[0]]
    used_join, used_params = _join_used_names(by, sites)
    first = inner.order_by("-id" if descending else "id").values("pk")[: window.end]
    first_sql, first_params = first.query.sql_with_params()
    return _ids(
        f"SELECT session.id FROM"  # noqa: S608
        f" (SELECT id, name FROM ({_names(by)}) all_names {name_condition} ORDER BY name {direction}) names"
        f" {used_join} CROSS JOIN LATERAL ({first_sql}) session(id)"
        f" ORDER BY names.name {direction}, session.id {direction} LIMIT %s OFFSET %s",
        (*name_params, *used_params, *first_params, window.size, window.skip),
    )


def page_by_site_merge(
    sessions: QuerySet[ChargingSession], by: Order, window: RowWindow, sites: Sequence[int]
) -> list[int]:
    """Return the ids of a page from the first sessions of each site, which an index holds in order."""
    of_site = sessions.filter(_raw(f'{_SESSION}."site_id" = site.id')).annotate(**by.named_keys)
    first = by.apply(of_site).values("pk", *by.named_keys)[: window.end]
    first_sql, first_params = first.query.sql_with_params()
    return _ids(
        f"SELECT session.id FROM unnest(%s::bigint[]) site(id)"  # noqa: S608
        f" CROSS JOIN LATERAL ({first_sql}) session(id, {', '.join(by.named_keys)})"
        f" ORDER BY {_order_by(by)} LIMIT %s OFFSET %s",
        (list(sites), *first_params, window.size, window.skip),
    )


def _order_by(by: Order) -> str:
    return ", ".join(f"{name} {'DESC' if by.descending else 'ASC'}" for name in by.named_keys)


def _join_used_names(by: RelatedColumn, sites: Sequence[int] | None) -> tuple[str, list[Any]]:
    """Return a join that keeps only names with a session at the sites, and its parameters.

    Without it, PostgreSQL reads all sessions of each other name in vain.
    """
    if sites is None:
        return "", []
    if by.link == "site_id":
        return "JOIN unnest(%s::bigint[]) site(id) ON site.id = names.id", [list(sites)]
    matches = ["= names.id", "IS NULL AND names.id = 0"] if by.is_nullable else ["= names.id"]
    at_sites = f"SELECT 1 FROM {_SESSION} WHERE site_id = ANY(%s) AND {by.link} "  # noqa: S608
    used = " UNION ALL ".join(at_sites + match for match in matches)
    return f"CROSS JOIN LATERAL ({used} LIMIT 1) used", [list(sites)] * len(matches)


def _ids(sql: str, params: tuple[Any, ...]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [pk for (pk,) in cursor.fetchall()]


def _raw(sql: str, *params: Any) -> RawSQL:
    return RawSQL(sql, params, output_field=BooleanField())  # noqa: S611 - SQL of this module


def _names(by: RelatedColumn) -> str:
    null_name = f" UNION ALL SELECT 0, {by.unknown}" if by.is_nullable else ""
    return f"SELECT id, {by.name} AS name FROM {by.table} related{null_name}"  # noqa: S608 - SQL of `RELATED_COLUMNS`
