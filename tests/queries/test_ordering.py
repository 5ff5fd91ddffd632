"""Orders that depend on more than one column."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sessions_app.models import ChargingSession
from sessions_app.queries.ordering import ordered
from sessions_app.queries.rows import load_rows
from tests.support import builders

pytestmark = pytest.mark.django_db


def charging(
    power_w: float | None, *, heard_ago: timedelta = timedelta(), lag: timedelta = timedelta(), **station: Any
) -> int:
    """Return a session in progress at its own station; `lag` is the delay of the station's clock."""
    now = timezone.now()
    fields: dict[str, Any] = {"connection_id": "open", "last_seen_at": now}
    at_station = builders.station(**(fields | station))
    started_at = now - timedelta(hours=2)
    return builders.session(
        on=at_station,
        started_at=started_at,
        lasted=None,
        power_w=power_w,
        last_reading_at=now - heard_ago - lag,
        clock_lag_s=lag.total_seconds(),
        sample_interval_s=60,
    ).pk


def test_outdated_power_sorts_as_unknown() -> None:
    now = timezone.now()
    weak, strong = charging(1_400), charging(7_200)
    behind = charging(3_600, lag=timedelta(hours=5))
    silent = charging(50_000, heard_ago=timedelta(minutes=4))
    offline = charging(22_000, connection_id="", disconnected_at=now)
    gone = charging(11_000, last_seen_at=now - timedelta(hours=1))
    unknown = charging(None)

    rows = load_rows(ordered(ChargingSession.objects.all(), "-power", in_progress=True))

    assert [row.id for row in rows] == [strong, behind, weak, unknown, gone, offline, silent]
    assert [row.id for row in rows if row.silent_since(now) is None] == [strong, behind, weak, unknown]
