"""In which order sessions stand, where that is more than a column of theirs."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sessions_app.models import ChargingSession
from sessions_app.queries.ordering import ordered
from sessions_app.queries.rows import load_rows
from tests import factories

pytestmark = pytest.mark.django_db


def charging(
    power_w: float | None, *, heard_ago: timedelta = timedelta(), lag: timedelta = timedelta(), **station: Any
) -> int:
    """Return a session in progress at a station of its own, heard of so long ago, whose clock is so late."""
    now = timezone.now()
    known = {"connection_id": "open", "last_seen_at": now}
    where = factories.station(**(known | station))
    began = now - timedelta(hours=2)
    return factories.session(
        on=where,
        started_at=began,
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

    found = load_rows(ordered(ChargingSession.objects.all(), "-power", in_progress=True))

    assert [row.id for row in found] == [strong, behind, weak, unknown, gone, offline, silent]
    assert [row.id for row in found if row.silent_since(now) is None] == [strong, behind, weak, unknown]
