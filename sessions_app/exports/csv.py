"""CSV (RFC 4180) in chunks, so that a file of any size needs the memory of one chunk."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from sessions_app.exports.cell_types import TEXT_TYPES, TextCache
from sessions_app.exports.columns import FileColumn, Record
from sessions_app.exports.formula_guard import escape_formula

BOM = "\ufeff"
CHUNK = 1_000
FIRST_CHUNK = 100  # small, so that the download starts at once


def csv_chunks(
    columns: tuple[FileColumn[Record], ...], records: Iterable[Record], *, now: datetime, bom: bool
) -> Iterator[bytes]:
    """Yield the file as UTF-8: the header, then the records in chunks.

    `bom` adds the byte order mark that Excel needs to detect UTF-8.
    """
    header = _lines([[quoted(column.header) for column in columns]])
    yield ((BOM if bom else "") + header).encode()
    remaining = iter(records)
    size = FIRST_CHUNK
    while chunk := list(islice(remaining, size)):
        yield _lines(zip(*(_texts(column, chunk, now) for column in columns), strict=True)).encode()
        size = CHUNK


def _texts(column: FileColumn[Record], chunk: list[Record], now: datetime) -> Iterator[str]:
    """Return a column's texts; per column, `map` calls the format function from C."""
    value, text = column.value, column.cell_type.text
    return map(
        _quoted_names.__getitem__ if column.cell_type in TEXT_TYPES else text, [value(record, now) for record in chunk]
    )


def quoted(text: str) -> str:
    """Quote the text if it contains a comma, a quote or a line break."""
    if any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


# Cache quoted names: `csv.writer` checks every character of every figure, a third of the time.
_quoted_names: TextCache[str] = TextCache(lambda text: quoted(escape_formula(text)))


def _lines(rows: Iterable[Iterable[str]]) -> str:
    return "".join([",".join(row) + "\r\n" for row in rows])
