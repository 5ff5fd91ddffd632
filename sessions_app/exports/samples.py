"""The columns of the meter samples export."""

from collections.abc import Iterator
from datetime import datetime
from operator import itemgetter
from typing import Any

from sessions_app.domain.file_cells import FileCell
from sessions_app.domain.quantities import QUANTITIES, SampleCell
from sessions_app.domain.row import SessionRow
from sessions_app.exports.columns import FileColumn, file_columns, time_columns
from sessions_app.queries.samples import SAMPLE_FIELDS, SampleValues

_at = itemgetter(SAMPLE_FIELDS.index("at"))


def sample_columns(session: SessionRow) -> tuple[FileColumn[SampleValues], ...]:
    """Return the columns. Times are in the zone of the site, amounts in the currency of the session."""

    def elapsed(sample: SampleValues, now: datetime) -> int:
        return max(0, int((_at(sample) - session.started_at).total_seconds()))

    quantities = [(each.field, each.file) for each in QUANTITIES if each.file]
    return (
        *time_columns("at", "Time", lambda sample, now: _at(sample), lambda sample: session.zone),
        *file_columns("elapsed", [FileCell("Elapsed (h:mm:ss)", "duration", elapsed)]),
        *(
            column
            for field, cell in quantities
            for column in file_columns(field, _file_cells(field, cell, session.currency))
        ),
        *file_columns("zone", [FileCell("Time Zone", "text", lambda sample, now: session.zone)]),
    )


def _file_cells(field: str, cell: SampleCell, currency: str) -> Iterator[FileCell[SampleValues]]:
    """Yield the file's cell of a quantity, and its currency if it is an amount."""
    stored, convert = itemgetter(SAMPLE_FIELDS.index(field)), cell.value

    def converted(sample: SampleValues, now: datetime) -> Any:
        return stored(sample) if convert is None else convert(stored(sample), currency)

    yield FileCell(cell.header, cell.kind, converted)
    if cell.kind == "money":
        yield FileCell("Currency", "currency", lambda sample, now: "" if stored(sample) is None else currency)
