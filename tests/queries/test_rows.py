"""A row in progress shows whether its station is connected, or since when it is silent."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from sessions_app.domain.cell_texts import marks
from sessions_app.domain.columns import cells
from sessions_app.queries.rows import rows_by_id
from tests.support import builders
from tests.support.builders import NOON

pytestmark = pytest.mark.django_db

HEARD = NOON + timedelta(minutes=2)
LEFT = NOON + timedelta(minutes=3)
SOON, LATER = NOON + timedelta(minutes=4), NOON + timedelta(minutes=40)


def power_and_silence(*, at: datetime, lasted: timedelta | None = None, **station: Any) -> tuple[str, tuple[str, str]]:
    """Return the text of the power cell at that moment, and the mark of silence."""
    session = builders.session(on=builders.station(**station), lasted=lasted, power_w=7_200.0, last_reading_at=HEARD)
    row = rows_by_id([session.pk])[session.pk]
    return cells(row, ("power",), now=at)["power"], marks(row, now=at)["silence"]


@pytest.mark.parametrize(
    ("station", "word", "clock"),
    [
        ({"disconnected_at": LEFT}, "offline", "23:03"),
        ({"last_seen_at": HEARD}, "offline", "23:02"),
        ({"connection_id": "of a dead process", "last_seen_at": LEFT}, "offline", "23:03"),
        ({"connection_id": "open"}, "silent", "23:02"),
    ],
)
def test_outdated_power_is_replaced_by_silence_since(station: dict[str, Any], word: str, clock: str) -> None:
    words = f"{word} since {clock} today"
    title = f"{word.capitalize()} since 2026-03-03 {clock}:00 AEDT (Australia/Sydney)"

    assert power_and_silence(at=LATER, **station) == (words, (words, title))


def test_power_of_offline_station_is_outdated_at_once() -> None:
    assert power_and_silence(at=SOON, disconnected_at=LEFT)[0] == "offline since 23:03 today"
    assert power_and_silence(at=SOON, connection_id="open") == ("7.20 kW", ("", ""))


def test_ended_session_ignores_the_stations_connection() -> None:
    assert power_and_silence(at=LATER, lasted=timedelta(hours=1), disconnected_at=LEFT) == ("7.20 kW", ("", ""))
