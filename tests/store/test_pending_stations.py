"""Unknown stations are stored with their connection attempts, up to a maximum."""

import pytest

from sessions_app.domain.events import ConnectionAttempt
from sessions_app.models import PendingStation
from sessions_app.recording import record
from sessions_app.store import event_batch
from tests.support.event_builders import minutes

pytestmark = pytest.mark.django_db


def knock(identity: str, minute: float) -> ConnectionAttempt:
    return ConnectionAttempt(identity=identity, password=b"", address="192.0.2.1", at=minutes(minute))


def test_full_table_drops_the_rarest_and_oldest_attempts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_batch, "MAX_PENDING_STATIONS", 3)
    record([knock("STATION", 0), knock("STATION", 1), knock("tried-1", 2), knock("tried-2", 3)])

    record([knock("NEW", 4)])

    kept = PendingStation.objects.values_list("identity", flat=True)
    assert sorted(kept) == ["NEW", "STATION", "tried-2"]
