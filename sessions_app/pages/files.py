"""An export before it is written: what it holds, what it says of itself, and what it is called."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict

from sessions_app.exports import csv
from sessions_app.exports.columns import Column
from sessions_app.exports.xlsx import Book

DIRECT_ROWS = 5_000  # more of them in an XLSX take too long to wait for
NOTES = (
    ("Times", "In the time zone of the site, given in the Time Zone column"),
    ("Empty cells", "Unknown or not applicable"),
)


class RefusedError(Exception):
    """Something in an export's address is no value; `problems` says what, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(*problems)
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class File:
    """An export. `kind`, `of` and `params` are its address, from which it can be asked for again."""

    kind: str
    of: str
    params: QueryDict
    title: str
    stem: str
    columns: tuple[Column[Any], ...]
    records: Callable[[], Iterator[Any]]
    rows: Callable[[int | None], int]  # how many records; no more than the limit are counted
    now: datetime
    about: tuple[tuple[str, str], ...]

    @property
    def is_long(self) -> bool:
        """Whether a workbook of it takes too long to wait for."""
        return self.rows(DIRECT_ROWS + 1) > DIRECT_ROWS

    def name(self, suffix: str) -> str:
        """Return the file's name: what, of when, and when it was made."""
        return f"{self.stem}-made-{self.now:%Y-%m-%d-%H%M}-utc.{suffix}"

    def pieces(self, *, bom: bool) -> Iterator[bytes]:
        """Return the CSV."""
        return csv.pieces(self.columns, self.records(), now=self.now, bom=bom)

    def book(self) -> Book[Any]:
        """Return the workbook."""
        return Book(self.title, self.columns, self.records(), self.now, (*self.about, *NOTES))
