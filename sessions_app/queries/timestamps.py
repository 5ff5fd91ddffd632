"""Load PostgreSQL timestamps with C code.

Django's loader derives from a psycopg class written in Python. It takes 3 µs per value, more than the rest
of a session's row: a million rows took 27 s instead of 8.
"""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg.abc import Buffer
from psycopg.adapt import Loader


class UtcLoader(Loader):
    """Load `2026-03-03 01:14:05.5+00`, the format of a connection whose time zone is UTC."""

    timezone = UTC  # Django compares it with the connection's time zone

    def load(self, data: Buffer) -> datetime:
        return datetime.fromisoformat(str(data, "ascii"))


def register_loader(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Use `UtcLoader` for a new PostgreSQL connection."""
    if connection.vendor == "postgresql" and connection.timezone == UTC:
        connection.connection.adapters.register_loader("timestamptz", UtcLoader)


def install() -> None:
    """Register the loader for every new connection."""
    connection_created.connect(register_loader, dispatch_uid="timestamps")
