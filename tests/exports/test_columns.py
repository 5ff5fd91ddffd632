"""The columns of exported sessions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sessions_app.domain.columns import CELLS
from sessions_app.exports import cell_types
from sessions_app.exports.columns import SESSION_COLUMNS, FileColumn, columns_for_tab
from sessions_app.exports.intervals import INTERVAL_COLUMNS
from sessions_app.exports.samples import sample_columns
from tests.support.export_files import as_dict, row

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def test_times_are_site_time_with_offset_and_zone() -> None:
    cells = as_dict(row(started_at=datetime(2026, 3, 3, 1, 14, 5, 999, tzinfo=UTC)), "history")
    assert cells["Started At"] == "2026-03-03 12:14:05"
    assert cells["Started At (UTC offset)"] == "+11:00"
    assert cells["Time Zone"] == "Australia/Sydney"


def test_offset_tells_the_repeated_hour_apart() -> None:
    first = as_dict(row(started_at=datetime(2026, 4, 4, 15, 30, tzinfo=UTC)), "history")
    second = as_dict(row(started_at=datetime(2026, 4, 4, 16, 30, tzinfo=UTC)), "history")
    assert first["Started At"] == second["Started At"] == "2026-04-05 02:30:00"
    assert (first["Started At (UTC offset)"], second["Started At (UTC offset)"]) == ("+11:00", "+10:00")


def test_durations_are_in_hours_and_in_minutes() -> None:
    cells = as_dict(row(started_at=NOW, ended_at=NOW + timedelta(hours=26, seconds=100), idle_s=95), "history")
    assert (cells["Duration (h:mm:ss)"], cells["Duration (min)"]) == ("26:01:40", "1561.67")
    assert (cells["Inactivity (h:mm:ss)"], cells["Inactivity (min)"]) == ("0:01:35", "1.58")


@pytest.mark.parametrize(
    ("price", "currency", "text"),
    [
        ("5.090", "AUD", "5.09"),
        ("500.000", "JPY", "500"),
        ("1.234", "KWD", "1.234"),
        ("12345.600", "NOK", "12345.60"),
    ],
)
def test_price_has_its_currency_beside(price: str, currency: str, text: str) -> None:
    cells = as_dict(row(price=Decimal(price), currency=currency), "history")
    assert (cells["Price"], cells["Currency"]) == (text, currency)


def test_unknown_values_are_empty() -> None:
    cells = as_dict(row(price=None, user=None, battery=None, end_reason=""), "history")
    assert {cells[name] for name in ("Price", "Currency", "User", "Battery (%)", "Reason")} == {""}


def test_reason_is_given_in_words_and_as_code() -> None:
    cells = as_dict(row(end_reason="Remote", ended_by="Dana Ng"), "history")
    assert (cells["Reason"], cells["Reason (OCPP)"]) == ("Stopped remotely by Dana Ng", "Remote")


def test_sessions_in_progress_have_the_export_time() -> None:
    cells = as_dict(row(started_at=NOW - timedelta(minutes=5), ended_at=None), "in-progress")
    assert (cells["As Of"], cells["Duration (h:mm:ss)"]) == ("2026-03-03 23:00:00", "0:05:00")


def test_silent_station_has_no_power() -> None:
    heard = NOW - timedelta(minutes=30)
    silent = row(started_at=heard, ended_at=None, power_w=7200.0, last_reading_at=heard)
    cells = as_dict(silent, "in-progress")
    assert (cells["Power (kW)"], cells["No Reading Since"]) == ("", "2026-03-03 22:30:00")


def test_every_text_is_escaped() -> None:
    formulas = row(user="=1+1", unit="+1", id_tag="@x", site="-1", company="\t=2", station="=cmd|' /C calc'!A0")
    assert not [text for text in as_dict(formulas, "history").values() if text[:1] in "=+-@\t" and text[1:2].isalpha()]
    assert as_dict(formulas, "history")["User"] == "'=1+1"


def test_columns_are_in_screen_order() -> None:
    headers = [column.header for column in columns_for_tab("history", ["price", "id"])]
    assert headers == ["ID", "Price", "Currency", "Time Zone"]


@pytest.mark.parametrize("tab", ["in-progress", "history"])
def test_every_screen_column_can_be_exported(tab: str) -> None:
    keys = {column.key for column in columns_for_tab(tab)}
    missing = {"ended_at", "reason", "average_power"} if tab == "in-progress" else {"power"}
    assert set(CELLS) - keys == missing


_FILES: dict[str, tuple[FileColumn[Any], ...]] = {
    "sessions": SESSION_COLUMNS,
    "intervals": INTERVAL_COLUMNS,
    "samples": sample_columns(row()),
}


@pytest.mark.parametrize("name", _FILES)
def test_every_time_has_its_offset_beside_it(name: str) -> None:
    file = _FILES[name]
    times = [number for number, column in enumerate(file) if column.cell_type is cell_types.LOCAL_TIME]
    assert times
    for number in times:
        beside = file[number + 1]
        assert (beside.header, beside.cell_type) == (f"{file[number].header} (UTC offset)", cell_types.OFFSET)
        assert beside.key == file[number].key


def test_repeated_hour_is_told_apart_in_progress() -> None:
    heard = datetime(2026, 4, 4, 15, 30, tzinfo=UTC)
    silent = row(started_at=heard, ended_at=None, last_reading_at=heard)
    cells = as_dict(silent, "in-progress", now=heard + timedelta(hours=1))
    assert cells["No Reading Since"] == cells["As Of"] == "2026-04-05 02:30:00"
    assert cells["No Reading Since (UTC offset)"] == "+11:00"
    assert cells["As Of (UTC offset)"] == "+10:00"


def test_unknown_time_has_no_offset() -> None:
    cells = as_dict(row(ended_at=None), "history")
    assert (cells["End Date"], cells["End Date (UTC offset)"]) == ("", "")
