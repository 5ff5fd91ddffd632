"""Figures, times and end reasons as text."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sessions_app.domain import wording
from sessions_app.domain.file_cells import to_percent
from sessions_app.domain.station_states import StopReason

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "alone", "zoned"),
    [
        (datetime(2026, 3, 3, 1, 14, tzinfo=UTC), "12:14 today", "12:14 AEDT today"),
        (datetime(2026, 3, 2, 7, 12, tzinfo=UTC), "18:12 yesterday", "18:12 AEDT yesterday"),
        (datetime(2026, 1, 5, 0, 0, tzinfo=UTC), "5 Jan 11:00", "5 Jan 11:00 AEDT"),
        (datetime(2025, 6, 5, 0, 0, tzinfo=UTC), "5 Jun 2025 10:00", "5 Jun 2025 10:00 AEST"),
        (None, "–", "–"),
    ],
)
def test_time_shows_its_zone_among_other_zones(at: datetime | None, alone: str, zoned: str) -> None:
    sydney = ZoneInfo("Australia/Sydney")
    assert wording.short_time(at, sydney, now=NOW) == alone
    assert wording.short_time(at, sydney, now=NOW, is_zoned=True) == zoned


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("DeAuthorized", "Not authorised"),
        ("EmergencyStop", "Emergency stop"),
        ("EVDisconnected", "EV disconnected"),
        ("HardReset", "Station was reset"),
        ("Local", "Stopped by user"),
        ("Other", "Other reason"),
        ("PowerLoss", "Power loss"),
        ("Reboot", "Station restarted"),
        ("Remote", "Stopped remotely"),
        ("SoftReset", "Station was reset"),
        ("UnlockCommand", "Connector unlocked"),
        (StopReason.NEXT_SESSION, "Closed: a new session began"),
        (StopReason.FORGOTTEN, "Closed: station restarted without it"),
        (StopReason.CLOSED, "Closed: station stopped reporting"),
        ("GroundFault", "Ground fault"),
        ("VendorFault", "VendorFault"),
        ("", "–"),
    ],
)
def test_end_reason_is_plain_english(code: str, words: str) -> None:
    assert wording.reason(code) == words


@pytest.mark.parametrize(
    ("soc", "text"), [(62.5, "63 %"), (0.5, "1 %"), (63.49, "63 %"), (100.0, "100 %"), (None, "–")]
)
def test_battery_is_rounded_half_up(soc: float | None, text: str) -> None:
    assert wording.percent(soc) == text
    assert to_percent(soc) == (None if soc is None else int(text.removesuffix(" %")))
