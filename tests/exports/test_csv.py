"""CSV after RFC 4180, written in chunks."""

import csv
from io import StringIO
from itertools import count, islice

from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.row import SessionRow
from sessions_app.exports.columns import columns_for_tab
from sessions_app.exports.csv import csv_chunks, quoted
from tests.support.export_files import NOW, read_csv, row


def _file(*rows: SessionRow, bom: bool = False) -> bytes:
    return b"".join(csv_chunks(columns_for_tab("history"), rows, now=NOW, bom=bom))


def test_lines_end_with_crlf_and_text_is_quoted() -> None:
    content = _file(row(user='Ann "Bo", Cy\nDee'))
    assert content.count(b"\r\n") == 2
    assert b'"Ann ""Bo"", Cy\nDee"' in content
    assert read_csv(content)[0]["User"] == 'Ann "Bo", Cy\nDee'


def test_bom_is_optional() -> None:
    assert _file(bom=True).startswith(b"\xef\xbb\xbfID,")
    assert _file(bom=False).startswith(b"ID,")


def test_names_in_any_script_are_kept() -> None:
    names = ["王小明", "أحمد", "Łukasz", "Ζωή", "😀"]
    assert [cells["User"] for cells in read_csv(_file(*(row(user=name) for name in names)))] == names


def test_empty_export_has_the_header_only() -> None:
    assert _file().count(b"\r\n") == 1


def test_every_row_is_written_once() -> None:
    rows = [row(id=number) for number in range(1, 2_505)]
    assert [int(cells["ID"]) for cells in read_csv(_file(*rows))] == list(range(1, 2_505))


def test_rows_are_streamed() -> None:
    endless = (row(id=number) for number in count(1))
    first = list(islice(csv_chunks(columns_for_tab("history"), endless, now=NOW, bom=False), 3))
    assert first[0].startswith(b"ID,")
    assert first[1].startswith(b"1,")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_every_text_is_read_back_unchanged(texts: list[str]) -> None:
    line = ",".join(quoted(text) for text in texts)
    assert next(csv.reader(StringIO(line, newline="")), [""]) == texts
