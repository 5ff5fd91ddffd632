"""Session rows for tables, live messages and exports: one query, no model instance per row."""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import starmap

from django.db import connection, transaction
from django.db.models import QuerySet

from sessions_app.domain.row import ROW_PATHS, SessionRow
from sessions_app.models import ChargingSession
from sessions_app.queries.paths import fields_on_path

# The paths are in the order of the row's fields, because both come from the same declaration. So `starmap` can
# build the rows: by name, a million of them take seconds longer.
_PATHS = tuple(ROW_PATHS.values())
for _name, _path in ROW_PATHS.items():
    fields_on_path(_path, of=f"SessionRow.{_name} in domain/row.py")


def load_rows(sessions: QuerySet[ChargingSession]) -> list[SessionRow]:
    """Return the queryset as rows, in its order, in one query."""
    return list(starmap(SessionRow, sessions.values_list(*_PATHS)))


def stream_rows(sessions: QuerySet[ChargingSession], *, chunk: int = 2_000) -> Iterator[SessionRow]:
    """Yield the rows of one snapshot in constant memory.

    A server-side cursor of PostgreSQL needs a transaction: outside one it copies the whole result first.
    SQLite reads a snapshot anyway, and a transaction would block every writer.
    """
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
        yield from starmap(SessionRow, sessions.values_list(*_PATHS).iterator(chunk_size=chunk))


def rows_by_id(ids: Iterable[int]) -> dict[int, SessionRow]:
    """Return the rows of those sessions by id, without an access check: for the live channel."""
    return {row.id: row for row in load_rows(ChargingSession.objects.filter(pk__in=list(ids)))}
