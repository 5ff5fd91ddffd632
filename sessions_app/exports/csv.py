"""CSV by RFC 4180, in pieces, so that any number of rows takes the memory of one chunk."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TypeVar

from sessions_app.exports.cell_types import TEXT_TYPES, TextCache
from sessions_app.exports.columns import FileColumn
from sessions_app.exports.formula_guard import escape_formula

Record = TypeVar("Record")
BOM = "\ufeff"
CHUNK = 1_000
FIRST_CHUNK = 100  # so that the first rows leave at once


def csv_chunks(
    columns: tuple[FileColumn[Record], ...], records: Iterable[Record], *, now: datetime, bom: bool
) -> Iterator[bytes]:
    """Return the file in pieces of UTF-8: the header, then chunk after chunk of the records.

    `bom` puts the mark at the front by which Excel knows UTF-8.
    """
    header = _lines([[quoted(column.header) for column in columns]])
    yield ((BOM if bom else "") + header).encode()
    waiting = iter(records)
    size = FIRST_CHUNK
    while chunk := list(islice(waiting, size)):
        yield _lines(zip(*(_texts(column, chunk, now) for column in columns), strict=True)).encode()
        size = CHUNK


def _texts(column: FileColumn[Record], chunk: list[Record], now: datetime) -> Iterator[str]:
    """Return a column's texts: column by column the kind's function runs from C."""
    value, text = column.value, column.cell_type.text
    return map(_names.__getitem__ if column.cell_type in TEXT_TYPES else text, [value(record, now) for record in chunk])


def quoted(text: str) -> str:
    """Return the text, in double quotes where it holds a comma, a quote or the end of a line."""
    if any(sign in text for sign in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


# Names stand quoted in memory: `csv.writer` would look at every sign of every figure, a third of the time.
_names: TextCache[str] = TextCache(lambda text: quoted(escape_formula(text)))


def _lines(rows: Iterable[Iterable[str]]) -> str:
    return "".join([",".join(row) + "\r\n" for row in rows])
