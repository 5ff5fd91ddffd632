"""The exports of 35,377 real sessions of twelve garages, compared with their source."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.http import QueryDict

from sessions_app.domain import wording
from sessions_app.exports.registry import sessions_export
from sessions_app.exports.xlsx import write_workbook
from sessions_app.models import Manager
from tests.flows import norway
from tests.support import builders
from tests.support.export_files import read_csv

ALL = QueryDict("columns=all&sort=id")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not norway.REPORTS.exists(), reason="the folder of published data is not there"),
]


def _seconds(text: str) -> int:
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def test_every_session_is_in_both_files(tmp_path: Path) -> None:
    """One test for both files, because loading takes longer than both exports."""
    norway.load()
    olga = builders.operator()

    _the_csv_holds_each_with_its_energy_and_its_times(olga)
    _the_workbook_holds_the_same(olga, tmp_path / "norway.xlsx")


def _the_csv_holds_each_with_its_energy_and_its_times(olga: Manager) -> None:
    reports = list(norway.reports())
    rows = read_csv(b"".join(sessions_export(ALL, "history", olga).pieces(bom=True)))

    assert len(rows) == len(reports) == 35_377
    assert sum(Decimal(row["Consumption (kWh)"]) for row in rows) == sum(
        wording.round_half_up(norway.energy_wh(report["energy_session"]) / 1000) for report in reports
    )
    by_id = {row["IdTag"]: row for row in rows}
    assert all(by_id[each["session_id"]]["Started At"] == each["plugin_time"] for each in reports)
    whole = [each for each in reports if by_id[each["session_id"]]["Reason (OCPP)"] == "EVDisconnected"]
    assert all(by_id[each["session_id"]]["End Date"] == each["plugout_time"] for each in whole)
    _durations_are_those_that_passed(whole, by_id)


def _durations_are_those_that_passed(reports: list[dict[str, str]], by_id: dict[str, dict[str, str]]) -> None:
    """Compare durations. The source subtracts local times, which is an hour off over a clock change."""
    known_wrong = 0
    for report in reports:
        row = by_id[report["session_id"]]
        ahead_h = int(row["End Date (UTC offset)"][:3]) - int(row["Started At (UTC offset)"][:3])
        by_source_s = float(report["connection_time"].replace(",", ".")) * 3600
        known_wrong += abs(_seconds(row["Duration (h:mm:ss)"]) + ahead_h * 3600 - by_source_s) > 90
    assert known_wrong <= 26  # the source itself is wrong by whole hours in 26 rows


def _the_workbook_holds_the_same(olga: Manager, path: Path) -> None:
    file = sessions_export(QueryDict("columns=id,started_at,duration,consumption&sort=id"), "history", olga)
    written = write_workbook(file.book(), path)

    rows = read_csv(b"".join(file.pieces(bom=False)))
    lines = openpyxl.load_workbook(path, read_only=True)["History"].iter_rows(values_only=True)
    heads = next(lines)
    result = [dict(zip(heads, line, strict=True)) for line in lines]

    assert written == len(rows) == len(result) - 1
    assert [each["ID"] for each in result[:-1]] == [int(row["ID"]) for row in rows]
    assert [str(each["Started At"]) for each in result[:-1]] == [row["Started At"] for row in rows]
    total = sum(Decimal(row["Consumption (kWh)"]) for row in rows)
    assert result[-1]["Consumption (kWh)"] == float(total)
    assert result[-1]["Duration (h:mm:ss)"] == timedelta(
        seconds=sum(_seconds(row["Duration (h:mm:ss)"]) for row in rows)
    )
