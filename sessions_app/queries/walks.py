"""Pages on PostgreSQL in SQL of our own: what the planner would not find by itself.

`sorted_few` reads few sessions and sorts them; left alone, the planner likes to walk along an order
through the whole history instead, in the hope of an early end. `walked` is for an order by something
that stands in another table: joining a long history with its people and sorting all of it takes
seconds. Their names are in order at once: the walk goes from name to name, takes each one's first
sessions out of an index, and ends as soon as the page is full.
"""

from typing import Any

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from sessions_app.models import ChargingSession
from sessions_app.queries.ordering import Elsewhere, Order

_SESSION = '"sessions_app_chargingsession"'


def sorted_few(sessions: QuerySet[ChargingSession], by: Order, *, skip: int, size: int) -> list[int]:
    """Return the ids of a page of sessions that are few enough to sort them all."""
    keys = {f"key_{number}": key for number, key in enumerate(by.keys)}
    sql, params = sessions.order_by().annotate(**keys).values("pk", *keys).query.sql_with_params()
    direction = "DESC" if by.falls else "ASC"
    order = ", ".join(f"{name} {direction}" for name in keys)
    # The texts are this module's and the ORM's; every value is a parameter.
    return _ids(
        f"WITH few (id, {', '.join(keys)}) AS MATERIALIZED ({sql})"  # noqa: S608
        f" SELECT id FROM few ORDER BY {order} LIMIT %s OFFSET %s",
        (*params, size, skip),
    )


def walked(
    sessions: QuerySet[ChargingSession],
    by: Elsewhere,
    *,
    falls: bool,
    skip: int,
    size: int,
    beyond: tuple[Any, ...] | None = None,
) -> list[int]:
    """Return the ids of a page in the order of a name; `beyond` are the name and id that it comes after."""
    link = f'{_SESSION}."{by.link}"'
    if by.is_nullable:
        link = f"COALESCE({link}, 0)"
    sign, direction = ("<", "DESC") if falls else (">", "ASC")
    inner = sessions.filter(_raw(f"{link} = names.id"))
    where, outer_params = "", list[Any]()
    if beyond is not None:
        inner = inner.filter(_raw(f'(names.name, {_SESSION}."id") {sign} (%s, %s)', *beyond))
        where, outer_params = f"WHERE name {sign}= %s", [beyond[0]]
    first = inner.order_by("-id" if falls else "id").values("pk")[: skip + size]
    first_sql, first_params = first.query.sql_with_params()
    return _ids(
        f"SELECT found.id FROM (SELECT id, name FROM ({_names(by)}) every {where} ORDER BY name {direction})"  # noqa: S608
        f" names CROSS JOIN LATERAL ({first_sql}) found(id)"
        f" ORDER BY names.name {direction}, found.id {direction} LIMIT %s OFFSET %s",
        (*outer_params, *first_params, size, skip),
    )


def _ids(sql: str, params: tuple[Any, ...]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [pk for (pk,) in cursor.fetchall()]


def _raw(sql: str, *params: Any) -> RawSQL:
    return RawSQL(sql, params, output_field=BooleanField())  # noqa: S611 - texts of this module


def _names(by: Elsewhere) -> str:
    none = " UNION ALL SELECT 0, " + ("0" if by.name == "number" else "''") if by.is_nullable else ""
    return f"SELECT id, {by.name} AS name FROM {by.table} there{none}"  # noqa: S608 - texts of `ELSEWHERE`
