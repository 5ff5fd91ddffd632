"""XLSX: typed cells, a frozen header, totals, and an About sheet."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from sessions_app.domain.row import SessionRow
from sessions_app.exports.columns import columns_for_tab
from sessions_app.exports.xlsx import WorkbookSpec, write_workbook
from tests.support.export_files import NOW, row

WriteRows = Callable[..., Workbook]
ABOUT = (("Filters", "Site: Harbour Towers"), ("Exported by", "Dana Ng"))


@pytest.fixture
def written(tmp_path: Path) -> WriteRows:
    """Give a function that writes rows to a workbook and loads it."""

    def written(*rows: SessionRow, tab: str = "history", **options: Any) -> Workbook:
        path = tmp_path / "file.xlsx"
        write_workbook(WorkbookSpec("History", columns_for_tab(tab), rows, NOW, ABOUT, **options), path)
        return openpyxl.load_workbook(path)

    return written


def _about(workbook: Workbook) -> dict[Any, Any]:
    return {line[0]: line[1] for line in workbook["About"].iter_rows(values_only=True)}


def _cells(sheet: Worksheet, line: int) -> dict[Any, Any]:
    return {head.value: cell for head, cell in zip(sheet[1], sheet[line], strict=True)}


def test_cells_are_dates_durations_and_numbers(written: WriteRows) -> None:
    cells = _cells(written(row())["History"], 2)
    assert cells["Started At"].value == datetime(2026, 3, 3, 22, 0)  # noqa: DTZ001 (a sheet has no time zones)
    assert cells["Duration (h:mm:ss)"].value == timedelta(hours=1)
    assert cells["Duration (h:mm:ss)"].number_format == "[h]:mm:ss"
    assert cells["Consumption (kWh)"].value == 7.41
    assert cells["ID"].value == 8412


def test_amount_is_formatted_in_its_currency(written: WriteRows) -> None:
    sheet = written(row(), row(price=Decimal(500), currency="JPY"))["History"]
    assert _cells(sheet, 2)["Price"].number_format == "[$AUD] #,##0.00"
    assert _cells(sheet, 3)["Price"].number_format == "[$JPY] #,##0"


def test_header_is_frozen_and_has_filters(written: WriteRows) -> None:
    sheet = written(row(), row())["History"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:{openpyxl.utils.get_column_letter(sheet.max_column)}3"


def test_each_currency_has_its_own_total(written: WriteRows) -> None:
    rows = [row(), row(), row(price=Decimal(500), currency="JPY"), row(price=None)]
    sheet = written(*rows)["History"]
    first, second = _cells(sheet, 6), _cells(sheet, 7)
    assert first["ID"].value == second["ID"].value == "Total"
    assert (first["Price"].value, first["Currency"].value) == (5.18, "AUD")
    assert (second["Price"].value, second["Currency"].value) == (500, "JPY")
    assert first["Consumption (kWh)"].value == 29.64
    assert first["Duration (h:mm:ss)"].value == timedelta(hours=4)
    assert first["Duration (min)"].value == 240
    assert second["Consumption (kWh)"].value is None


def test_total_is_the_sum_of_rounded_values(written: WriteRows) -> None:
    rows = [row(energy_wh=Decimal("1005.000")) for _ in range(3)]
    assert _cells(written(*rows)["History"], 5)["Consumption (kWh)"].value == 3.03


def test_no_text_is_a_formula(written: WriteRows) -> None:
    workbook = written(row(user='=HYPERLINK("http://x")', unit="+1", id_tag="@a"))
    cells = [cell for line in workbook["History"].iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert _cells(workbook["History"], 2)["User"].value == '\'=HYPERLINK("http://x")'


def test_rows_continue_on_the_next_sheet(written: WriteRows) -> None:
    workbook = written(*(row(id=number) for number in range(1, 6)), rows_a_sheet=2)
    assert workbook.sheetnames == ["History", "History (2)", "History (3)", "About"]
    assert [cell.value for cell in workbook["History (2)"]["A"]] == ["ID", 3, 4]
    assert [cell.value for cell in workbook["History (3)"]["A"]] == ["ID", 5, "Total"]
    assert workbook["History (2)"].freeze_panes == "A2"


def test_about_sheet_names_filters_exporter_and_row_count(written: WriteRows) -> None:
    assert _about(written(row())) == {"Filters": "Site: Harbour Towers", "Exported by": "Dana Ng", "Rows": "1"}


def test_about_sheet_counts_unpriced_rows(written: WriteRows) -> None:
    rows = [row(), row(price=None), row(price=Decimal(500), currency="JPY"), row(price=None)]
    about = _about(written(*rows))
    assert about["Unpriced"].startswith("2 of these rows have no price")


def test_about_sheet_without_prices_mentions_none(tmp_path: Path) -> None:
    book = WorkbookSpec("History", columns_for_tab("history", ["id"]), [row(price=None)], NOW, ())
    write_workbook(book, tmp_path / "x.xlsx")
    assert _about(openpyxl.load_workbook(tmp_path / "x.xlsx")) == {"Rows": "1"}


def test_progress_is_reported(tmp_path: Path) -> None:
    reported: list[int] = []
    rows = (row(id=number) for number in range(1, 1_201))
    write_workbook(
        WorkbookSpec("History", columns_for_tab("history"), rows, NOW, ()),
        tmp_path / "x.xlsx",
        progress=reported.append,
    )
    assert reported == [500, 1000, 1200]


def test_empty_workbook_opens(written: WriteRows) -> None:
    sheet = written()["History"]
    assert sheet.auto_filter.ref.endswith("1")
    assert sheet["A2"].value == "Total"


def test_unknown_value_is_an_empty_cell(tmp_path: Path) -> None:
    empty = row(ended_at=None, user=None, unit="", price=None, end_reason="", id_tag="", tariff="")
    path = tmp_path / "file.xlsx"

    write_workbook(WorkbookSpec("History", columns_for_tab("history"), [empty], NOW, (("User", ""),)), path)

    with ZipFile(path) as archive:
        sheets = [archive.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2)]
    assert not [sheet for sheet in sheets if 't="inlineStr"></c>' in sheet or "<t></t>" in sheet]
