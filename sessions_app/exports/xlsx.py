"""XLSX by openpyxl's write-only workbook: a row is on the disk as soon as it is appended."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Generic, TypeVar, cast

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sessions_app.exports import kinds
from sessions_app.exports.columns import Column
from sessions_app.exports.guard import guarded
from sessions_app.exports.kinds import money_format
from sessions_app.exports.totals import Totals

Record = TypeVar("Record")
ROWS_A_SHEET = 1_048_000  # a sheet holds 1,048,576: room for the header and the totals
PROGRESS_EVERY = 500
_BOLD = Font(bold=True)
_HEADER_FILL = PatternFill("solid", fgColor="E7ECEF")


@dataclass(frozen=True)
class Book(Generic[Record]):
    """What a workbook holds: records under columns, at the moment of the export, and what is said of it."""

    title: str
    columns: tuple[Column[Record], ...]
    records: Iterable[Record]
    now: datetime
    about: tuple[tuple[str, str], ...]
    rows_a_sheet: int = ROWS_A_SHEET


def write(
    book: Book[Record], to: Path | IO[bytes], *, progress: Callable[[int], None] = lambda rows: None
) -> int:
    """Write the workbook to that file, saying now and then how many rows it has; return how many."""
    workbook = Workbook(write_only=True)
    sheet = _Sheets(workbook, book)
    totals = Totals(book.columns)
    number = 0
    for number, record in enumerate(book.records, 1):
        values = [column.value(record, book.now) for column in book.columns]
        sheet.append(values)
        totals.add(values)
        if number % PROGRESS_EVERY == 0:
            progress(number)
    sheet.finish(totals)
    _about(workbook, (*book.about, ("Rows", f"{number:,}"), *_left_out(totals)))
    workbook.save(to)  # a path or an open file
    progress(number)
    return number


class _Sheets(Generic[Record]):
    """The sheets of the records; a full one is followed by the next."""

    def __init__(self, workbook: Workbook, book: Book[Record]) -> None:
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
            width = max(column.kind.width, len(column.header) + 4)
            self.sheet.column_dimensions[get_column_letter(number)].width = width
        self.sheet.append([_header(self.sheet, column.header) for column in self.book.columns])
        self.cells = [_Cell(self.sheet, column) for column in self.book.columns]

    def append(self, values: list[Any]) -> None:
        if self.rows == self.book.rows_a_sheet:
            self._close()
            self._open()
        self.sheet.append([cell.holding(value) for cell, value in zip(self.cells, values, strict=True)])
        self.rows += 1

    def _close(self) -> None:
        """Make the rows filterable; totals stand outside, so that sorting leaves them where they are."""
        last = get_column_letter(len(self.book.columns))
        self.sheet.auto_filter.ref = f"A1:{last}{self.rows + 1}"

    def finish(self, totals: Totals) -> None:
        """Put the totals of all sheets below the last row."""
        self._close()
        for line in totals.lines():
            label = ["Total" if line[0] is None else line[0], *line[1:]]
            self.sheet.append([self._bold(n, value) for n, value in enumerate(label)])

    def _bold(self, number: int, value: Any) -> Cell:
        column = self.book.columns[number]
        held = value if isinstance(value, str | None) else _Cell(self.sheet, column).holding(value)
        cell = held if isinstance(held, Cell) else WriteOnlyCell(self.sheet, held)
        cell.font = _BOLD
        return cell


class _Cell:
    """One cell of a column, filled anew for each row: a new styled cell would cost ten times as much."""

    def __init__(self, sheet: Worksheet, column: Column[Any]) -> None:
        self.sheet, self.kind = sheet, column.kind
        self.cell = self._styled(column.kind.number_format)
        self.by_currency: dict[str, Cell] = {}

    def _styled(self, number_format: str) -> Cell:
        cell = WriteOnlyCell(self.sheet)
        cell.number_format = number_format
        return cell

    def holding(self, value: Any) -> Any:
        """Return the cell with that value, or the value itself where no format is needed: half the work."""
        held = None if value is None else self.kind.cell(value)
        if self.kind.number_format == kinds.PLAIN:
            return held
        cell = self._money(value[1]) if value is not None and self.kind is kinds.MONEY else self.cell
        cell.value = held
        return cell

    def _money(self, currency: str) -> Cell:
        if currency not in self.by_currency:
            self.by_currency[currency] = self._styled(money_format(currency))
        return self.by_currency[currency]


def _header(sheet: Worksheet, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, text)
    cell.font, cell.fill, cell.alignment = _BOLD, _HEADER_FILL, Alignment(wrap_text=True, vertical="top")
    return cell


def _left_out(totals: Totals) -> tuple[tuple[str, str], ...]:
    """Return what the total of the prices passes over."""
    if not totals.unpriced:
        return ()
    return (
        ("Unpriced", f"{totals.unpriced:,} of these rows have no price and are not in the total of prices"),
    )


def _about(workbook: Workbook, lines: Iterable[tuple[str, str]]) -> None:
    """Add the sheet that says what the file is: which filters, who and when."""
    sheet = cast(Worksheet, workbook.create_sheet("About"))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 90
    for name, text in lines:
        label = WriteOnlyCell(sheet, name)
        label.font = _BOLD
        sheet.append([label, guarded(text) or None])
