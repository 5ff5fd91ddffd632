"""An export before it is written: its content, its description and its file name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict

from sessions_app.exports import csv
from sessions_app.exports.columns import FileColumn
from sessions_app.exports.xlsx import WorkbookSpec

DIRECT_ROWS = 5_000  # an XLSX with more rows is written in the background
NOTES = (
    ("Times", "In the time zone of the site, given in the Time Zone column"),
    ("Empty cells", "Unknown or not applicable"),
)


class InvalidExportQueryError(Exception):
    """An export's address has invalid parameters; `problems` has a sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(*problems)
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class ExportSpec:
    """An export. A job stores `kind`, `of` and `params` to build it again."""

    kind: str
    of: str
    params: QueryDict
    title: str
    stem: str
    columns: tuple[FileColumn[Any], ...]
    records: Callable[[], Iterator[Any]]
    rows: Callable[[int | None], int]  # the number of records, counted up to the limit
    now: datetime
    about: tuple[tuple[str, str], ...]

    @property
    def is_long(self) -> bool:
        """Whether its workbook is written in the background."""
        return self.rows(DIRECT_ROWS + 1) > DIRECT_ROWS

    def name(self, suffix: str) -> str:
        """Return the file name: content, period and time of the export."""
        return f"{self.stem}-made-{self.now:%Y-%m-%d-%H%M}-utc.{suffix}"

    def pieces(self, *, bom: bool) -> Iterator[bytes]:
        """Yield the CSV in chunks, the header first."""
        return csv.csv_chunks(self.columns, self.records(), now=self.now, bom=bom)

    def book(self) -> WorkbookSpec[Any]:
        """Return the workbook."""
        return WorkbookSpec(self.title, self.columns, self.records(), self.now, (*self.about, *NOTES))
