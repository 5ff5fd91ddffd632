"""Timestamps are read back exactly, to the microsecond."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from sessions_app.models import ChargingSession
from sessions_app.queries.timestamps import UtcLoader
from tests.support import builders


@pytest.mark.django_db
@pytest.mark.parametrize("microsecond", [0, 500_000, 120_000, 7, 999_999])
def test_timestamp_comes_back_in_utc_to_the_microsecond(microsecond: int) -> None:
    at = datetime(2026, 3, 3, 1, 14, 5, microsecond, tzinfo=UTC)
    session = builders.session(started_at=at, lasted=timedelta(hours=1))
    stored = ChargingSession.objects.values_list("started_at", flat=True).get(pk=session.pk)
    assert (stored, stored.utcoffset()) == (at, timedelta())


@pytest.mark.django_db
def test_postgresql_uses_the_fast_loader() -> None:
    if connection.vendor != "postgresql":
        return  # SQLite has its own converter
    connection.ensure_connection()
    assert connection.connection.adapters.get_loader(1184, 0) is UtcLoader
