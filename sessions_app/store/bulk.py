"""Write many rows in one statement: JSON and COPY on PostgreSQL, executemany on SQLite.

Django's bulk_update builds a CASE for each value: 1,000 rows took 1,000 ms, against 39 ms here. JSON, not
arrays: psycopg encodes text arrays in Python, which took half of a batch's time.
"""

from __future__ import annotations  # Field has no type arguments when it runs

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Field, Model

Row = Sequence[Any]


def update_rows(
    model: type[Model], fields: Sequence[str], rows: Sequence[Row], *, key: Sequence[str] = ("id",)
) -> None:
    """Update the fields of existing rows. Each row holds the values of its key, then of the fields."""
    if not rows:
        return
    keys, columns = _columns(model, key), _columns(model, fields)
    table = _quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sets = ", ".join(f"{name} = new.{name}" for name in map(_column_name, columns))
            where = " AND ".join(f"{table}.{name} = new.{name}" for name in map(_column_name, keys))
            types = ", ".join(f"{_column_name(column)} {_sql_type(column)}" for column in keys + columns)
            names = [column.column or column.name for column in keys + columns]
            new = msgspec.json.encode([dict(zip(names, row, strict=True)) for row in rows])
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM json_to_recordset(%s) AS new({types}) WHERE {where}",  # noqa: S608
                [new.decode()],
            )
        else:
            sets = ", ".join(f"{name} = %s" for name in map(_column_name, columns))
            where = " AND ".join(f"{name} = %s" for name in map(_column_name, keys))
            count = len(keys)
            cursor.executemany(
                f"UPDATE {table} SET {sets} WHERE {where}",  # noqa: S608
                [_db_values(columns, row[count:]) + _db_values(keys, row[:count]) for row in rows],
            )


def insert_rows(model: type[Model], fields: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows, which hold the values of the fields; return no ids."""
    if not rows:
        return
    columns = _columns(model, fields)
    table, names = _quote(model._meta.db_table), ", ".join(map(_column_name, columns))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
                [_db_values(columns, row) for row in rows],
            )


def _columns(model: type[Model], names: Sequence[str]) -> list[Field[Any, Any]]:
    fields = {field.name: field for field in model._meta.concrete_fields}
    return [fields[name] for name in names]


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


def _column_name(column: Field[Any, Any]) -> str:
    return _quote(column.column or column.name)


def _sql_type(column: Field[Any, Any]) -> str:
    """Return the type of the column's values; for a serial key, the plain integer type."""
    return column.rel_db_type(connection) or ""


def _db_values(columns: Sequence[Field[Any, Any]], values: Row) -> list[Any]:
    return [column.get_db_prep_save(value, connection) for column, value in zip(columns, values, strict=True)]
