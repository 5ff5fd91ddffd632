"""XLSX by openpyxl's write-only workbook, which writes each row to disk at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Generic, cast

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sessions_app.exports import cell_types
from sessions_app.exports.cell_types import money_format
from sessions_app.exports.columns import FileColumn, Record
from sessions_app.exports.formula_guard import escape_formula
from sessions_app.exports.totals import ColumnTotals

MAX_ROWS_PER_SHEET = 1_048_000  # the limit of 1,048,576, less room for the header and the totals
PROGRESS_EVERY = 500
_BOLD = Font(bold=True)
_HEADER_FILL = PatternFill("solid", fgColor="E7ECEF")


@dataclass(frozen=True)
class WorkbookSpec(Generic[Record]):
    """The content of a workbook: records, columns, the time of the export, and the "About" lines."""

    title: str
    columns: tuple[FileColumn[Record], ...]
    records: Iterable[Record]
    now: datetime
    about: tuple[tuple[str, str], ...]
    rows_a_sheet: int = MAX_ROWS_PER_SHEET


def write_workbook(
    book: WorkbookSpec[Record], target: Path | IO[bytes], *, progress: Callable[[int], None] = lambda rows: None
) -> int:
    """Write the workbook and return its number of rows. Calls `progress` every `PROGRESS_EVERY` rows."""
    workbook = Workbook(write_only=True)
    sheets = _Sheets(workbook, book)
    totals = ColumnTotals(book.columns)
    number = 0
    for number, record in enumerate(book.records, 1):
        values = [column.value(record, book.now) for column in book.columns]
        sheets.append(values)
        totals.add(values)
        if number % PROGRESS_EVERY == 0:
            progress(number)
    sheets.finish(totals)
    _add_about_sheet(workbook, (*book.about, ("Rows", f"{number:,}"), *_unpriced_note(totals)))
    workbook.save(target)  # a path or an open file
    progress(number)
    return number


class _Sheets(Generic[Record]):
    """The sheets of the records; a full sheet is followed by the next."""

    def __init__(self, workbook: Workbook, book: WorkbookSpec[Record]) -> None:
        self.workbook, self.book = workbook, book
        self.count = 0
        self._open()

    def _open(self) -> None:
        self.count += 1
        self.rows = 0
        title = self.book.title if self.count == 1 else f"{self.book.title} ({self.count})"
        self.sheet = cast(Worksheet, self.workbook.create_sheet(title))
        self.sheet.freeze_panes = "A2"
        for number, column in enumerate(self.book.columns, 1):
            width = max(column.cell_type.width, len(column.header) + 4)
            self.sheet.column_dimensions[get_column_letter(number)].width = width
        self.sheet.append([_header(self.sheet, column.header) for column in self.book.columns])
        self.cells = [_ReusableCell(self.sheet, column) for column in self.book.columns]

    def append(self, values: list[Any]) -> None:
        if self.rows == self.book.rows_a_sheet:
            self._close()
            self._open()
        self.sheet.append([cell.fill(value) for cell, value in zip(self.cells, values, strict=True)])
        self.rows += 1

    def _close(self) -> None:
        """Make the rows filterable, but not the totals, so that sorting does not move them."""
        last = get_column_letter(len(self.book.columns))
        self.sheet.auto_filter.ref = f"A1:{last}{self.rows + 1}"

    def finish(self, totals: ColumnTotals) -> None:
        """Add the totals of all sheets below the last row."""
        self._close()
        for line in totals.lines():
            values = ["Total" if line[0] is None else line[0], *line[1:]]
            self.sheet.append([self._bold(n, value) for n, value in enumerate(values)])

    def _bold(self, number: int, value: Any) -> Cell:
        column = self.book.columns[number]
        content = value if isinstance(value, str | None) else _ReusableCell(self.sheet, column).fill(value)
        cell = content if isinstance(content, Cell) else WriteOnlyCell(self.sheet, content)
        cell.font = _BOLD
        return cell


class _ReusableCell:
    """A cell that a column reuses for each row: a new styled cell would cost ten times as much."""

    def __init__(self, sheet: Worksheet, column: FileColumn[Any]) -> None:
        self.sheet, self.cell_type = sheet, column.cell_type
        self.cell = self._styled(column.cell_type.number_format)
        self.by_currency: dict[str, Cell] = {}

    def _styled(self, number_format: str) -> Cell:
        cell = WriteOnlyCell(self.sheet)
        cell.number_format = number_format
        return cell

    def fill(self, value: Any) -> Any:
        """Return the cell with the value; without a number format the value itself, which takes half the time."""
        content = None if value is None else self.cell_type.cell(value)
        if self.cell_type.number_format == cell_types.GENERAL_FORMAT:
            return content
        cell = self._money_cell(value[1]) if value is not None and self.cell_type is cell_types.MONEY else self.cell
        cell.value = content
        return cell

    def _money_cell(self, currency: str) -> Cell:
        if currency not in self.by_currency:
            self.by_currency[currency] = self._styled(money_format(currency))
        return self.by_currency[currency]


def _header(sheet: Worksheet, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, text)
    cell.font, cell.fill, cell.alignment = _BOLD, _HEADER_FILL, Alignment(wrap_text=True, vertical="top")
    return cell


def _unpriced_note(totals: ColumnTotals) -> tuple[tuple[str, str], ...]:
    """Return the "About" line on records that the total of prices does not include."""
    if not totals.unpriced:
        return ()
    return (("Unpriced", f"{totals.unpriced:,} of these rows have no price and are not in the total of prices"),)


def _add_about_sheet(workbook: Workbook, lines: Iterable[tuple[str, str]]) -> None:
    """Add the sheet that describes the file: filters, user and time."""
    sheet = cast(Worksheet, workbook.create_sheet("About"))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 90
    for name, text in lines:
        label = WriteOnlyCell(sheet, name)
        label.font = _BOLD
        sheet.append([label, escape_formula(text) or None])
