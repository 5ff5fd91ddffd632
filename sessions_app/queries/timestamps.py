"""Reads PostgreSQL's timestamps at C's speed.

Django's own reader of them derives from a class of psycopg that is written in Python: 3 µs a value, more
than all the rest of a session's row. Reading a million rows took 27 s instead of 8.
"""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg.abc import Buffer
from psycopg.adapt import Loader


class UtcLoader(Loader):
    """Reads `2026-03-03 01:14:05.5+00`, as PostgreSQL writes it for a connection whose zone is UTC."""

    timezone = UTC  # Django compares it with the connection's own

    def load(self, data: Buffer) -> datetime:
        return datetime.fromisoformat(str(data, "ascii"))


def read_quickly(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Let a new connection to PostgreSQL read its timestamps with `UtcLoader`."""
    if connection.vendor == "postgresql" and connection.timezone == UTC:
        connection.connection.adapters.register_loader("timestamptz", UtcLoader)


def install() -> None:
    """See to every connection that is made from now on."""
    connection_created.connect(read_quickly, dispatch_uid="timestamps")
