"""Both files open correctly in LibreOffice: after conversion they equal the CSV."""

import csv
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sessions_app.exports.columns import columns_for_tab
from sessions_app.exports.csv import csv_chunks
from sessions_app.exports.xlsx import WorkbookSpec, write_workbook
from tests.support.export_files import NOW, read_csv, row

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(
    SOFFICE is None, reason="no LibreOffice on this machine: apt-get install libreoffice-calc-nogui"
)
# Comma, double quote, UTF-8, from line 1, columns unconverted, formatted as shown, first sheet.
AS_SHOWN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,1"
READ_UTF8 = "--infilter=Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false"
ROWS = [
    row(),
    row(id=2, started_at=NOW - timedelta(hours=40), idle_s=59, energy_wh=Decimal("12345678.005")),
    row(id=3, price=Decimal(12_345), currency="JPY", user="王小明", unit="٣", site="Łódź “A”"),
    row(id=4, price=None, user=None, energy_wh=Decimal("0.000"), end_reason="PowerLoss"),
    row(id=5, user='=HYPERLINK("http://x";"y")', unit="+1", id_tag="@SUM(A1)", station="-1+2"),
    row(id=6, user='Ann "Bo", Cy', company="two\nlines", site="a;=1+1", site_area="\t=1+1"),
    row(id=7, started_at=datetime(2026, 4, 4, 16, 30, tzinfo=UTC), ended_at=NOW + timedelta(days=90)),
]


def _converted(path: Path, to: str, *options: str) -> Path:
    folder = path.parent / "converted"
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
    command = [str(SOFFICE), profile, "--headless", *options, "--convert-to", to, "--outdir", str(folder)]
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=120)
    return next(folder.glob(f"{path.stem}*.{to.split(':', maxsplit=1)[0]}"))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _csv_bytes() -> bytes:
    return b"".join(csv_chunks(columns_for_tab("history"), ROWS, now=NOW, bom=True))


def _plain(cells: dict[str, str]) -> dict[str, str]:
    """Return the row with its price as in the CSV; a sheet shows `AUD 12,345.60`."""
    return cells | {"Price": re.sub(r"^[A-Z]{3} |,", "", cells["Price"])}


def test_workbook_matches_the_csv(tmp_path: Path) -> None:
    path = tmp_path / "sessions.xlsx"
    write_workbook(WorkbookSpec("History", columns_for_tab("history"), ROWS, NOW, ()), path)

    lines = _read(_converted(path, AS_SHOWN))

    shown, totals = lines[: len(ROWS)], lines[len(ROWS) :]
    assert [_plain(each) for each in shown] == read_csv(_csv_bytes())
    assert [each["Price"] for each in totals] == ["AUD 12.95", "JPY 12,345"]


def test_csv_text_is_neither_run_nor_lost(tmp_path: Path) -> None:
    path = tmp_path / "sessions.csv"
    path.write_bytes(_csv_bytes())

    shown = _read(_converted(path, AS_SHOWN, READ_UTF8))

    texts = ("User", "Unit", "IdTag", "Charging Station", "Site", "Site Area", "Company", "Reason")
    assert [[each[name] for name in texts] for each in shown] == [
        [each[name] for name in texts] for each in read_csv(_csv_bytes())
    ]
