"""Pages on PostgreSQL in SQL of our own: what the planner would not find by itself.

`sorted_few` reads few sessions and sorts them; left alone, the planner likes to walk along an order
through the whole history instead, in the hope of an early end. `walked` is for an order by something
that stands in another table: joining a long history with its people and sorting all of it takes
seconds. Their names are in order at once: the walk goes from name to name, takes each one's first
sessions out of an index, and ends as soon as the page is full. `merged` is for an order by something
that is of another size at every site.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from sessions_app.models import ChargingSession
from sessions_app.queries.ordering import Order, RelatedColumn

MAX_MERGED_SITES = 10  # of which the first sessions are merged: of each as many are read as the page goes far
SortKeys = tuple[Any, ...]
_SESSION = '"sessions_app_chargingsession"'


@dataclass(frozen=True)
class RowWindow:
    """How many sessions to pass over, how many to take, and the keys of one that they come after."""

    skip: int
    size: int
    after_keys: SortKeys | None = None

    @property
    def end(self) -> int:
        """How many there are up to the last one taken."""
        return self.skip + self.size


def page_by_small_sort(sessions: QuerySet[ChargingSession], by: Order, window: RowWindow) -> list[int]:
    """Return the ids of a page of sessions that are few enough to sort them all."""
    keyed = sessions.order_by().annotate(**by.named).values("pk", *by.named)
    sql, params = keyed.query.sql_with_params()
    # The texts are this module's and the ORM's; every value is a parameter.
    return _ids(
        f"WITH few (id, {', '.join(by.named)}) AS MATERIALIZED ({sql})"  # noqa: S608
        f" SELECT id FROM few ORDER BY {_in_order(by)} LIMIT %s OFFSET %s",
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
    """Return the ids of a page in the order of a name, without the names that nothing at the sites has."""
    link = f'{_SESSION}."{by.link}"'
    if by.is_nullable:
        link = f"COALESCE({link}, 0)"
    sign, direction = ("<", "DESC") if descending else (">", "ASC")
    inner = sessions.filter(_raw(f"{link} = names.id"))
    where, outer_params = "", list[Any]()
    if window.after_keys is not None:
        inner = inner.filter(_raw(f'(names.name, {_SESSION}."id") {sign} (%s, %s)', *window.after_keys))
        where, outer_params = f"WHERE name {sign}= %s", [window.after_keys[0]]
    here, here_params = _used_at(by, sites)
    first = inner.order_by("-id" if descending else "id").values("pk")[: window.end]
    first_sql, first_params = first.query.sql_with_params()
    return _ids(
        f"SELECT found.id FROM (SELECT id, name FROM ({_names(by)}) every {where} ORDER BY name {direction})"  # noqa: S608
        f" names {here} CROSS JOIN LATERAL ({first_sql}) found(id)"
        f" ORDER BY names.name {direction}, found.id {direction} LIMIT %s OFFSET %s",
        (*outer_params, *here_params, *first_params, window.size, window.skip),
    )


def page_by_site_merge(
    sessions: QuerySet[ChargingSession], by: Order, window: RowWindow, sites: Sequence[int]
) -> list[int]:
    """Return the ids of a page out of the first sessions of each site, which an index has in order."""
    here = sessions.filter(_raw(f'{_SESSION}."site_id" = here.id')).annotate(**by.named)
    first = by.apply(here).values("pk", *by.named)[: window.end]
    first_sql, first_params = first.query.sql_with_params()
    return _ids(
        f"SELECT found.id FROM unnest(%s::bigint[]) here(id)"  # noqa: S608
        f" CROSS JOIN LATERAL ({first_sql}) found(id, {', '.join(by.named)})"
        f" ORDER BY {_in_order(by)} LIMIT %s OFFSET %s",
        (list(sites), *first_params, window.size, window.skip),
    )


def _in_order(by: Order) -> str:
    return ", ".join(f"{name} {'DESC' if by.descending else 'ASC'}" for name in by.named)


def _used_at(by: RelatedColumn, sites: Sequence[int] | None) -> tuple[str, list[Any]]:
    """Return what is joined to the names to leave out those that nothing at the sites has.

    Without it, the sessions of everybody who never charged there are read to the last, to find none.
    """
    if sites is None:
        return "", []
    if by.link == "site_id":
        return "JOIN unnest(%s::bigint[]) here(id) ON here.id = names.id", [list(sites)]
    of_each = ["= names.id", "IS NULL AND names.id = 0"] if by.is_nullable else ["= names.id"]
    there = f"SELECT 1 FROM {_SESSION} WHERE site_id = ANY(%s) AND {by.link} "  # noqa: S608
    used = " UNION ALL ".join(there + of for of in of_each)
    return f"CROSS JOIN LATERAL ({used} LIMIT 1) here", [list(sites)] * len(of_each)


def _ids(sql: str, params: tuple[Any, ...]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [pk for (pk,) in cursor.fetchall()]


def _raw(sql: str, *params: Any) -> RawSQL:
    return RawSQL(sql, params, output_field=BooleanField())  # noqa: S611 - texts of this module


def _names(by: RelatedColumn) -> str:
    none = " UNION ALL SELECT 0, " + ("0" if by.name == "number" else "''") if by.is_nullable else ""
    return f"SELECT id, {by.name} AS name FROM {by.table} there{none}"  # noqa: S608 - texts of `ELSEWHERE`
