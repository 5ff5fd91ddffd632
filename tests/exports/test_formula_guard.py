"""No text of an export runs as a formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.exports.formula_guard import escape_formula


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_it_puts_an_apostrophe_before_what_would_run(sign) -> None:
    assert escape_formula(f"{sign}1+1") == f"'{sign}1+1"


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#NAME?"])
def test_no_text_becomes_an_error(text) -> None:
    assert escape_formula(text) == f"'{text}"


@pytest.mark.parametrize("unseen", ["  ", "\u00a0", "\ufeff", "\u200b", "\u200f", "\u2066 "])
def test_it_looks_behind_what_nobody_sees(unseen) -> None:
    assert escape_formula(f"{unseen}=1+1") == f"'{unseen}=1+1"
    assert escape_formula(f"Dana;{unseen}=1+1") == f"Dana;{unseen}'=1+1"


def test_it_guards_what_a_semicolon_would_make_a_cell_of() -> None:
    assert escape_formula('Dana;=HYPERLINK("http://x")') == 'Dana;\'=HYPERLINK("http://x")'


@pytest.mark.parametrize("name", ["Priya Raman", "Łukasz Żak", "王小明", "أحمد", "O'Brien; Ann", "a=b", "7-11", ""])
def test_it_leaves_names_of_any_script_alone(name) -> None:
    assert escape_formula(name) == name


def test_it_leaves_out_what_no_xml_can_hold() -> None:
    assert escape_formula("a\x00b\x1fc") == "a\ufffdb\ufffdc"


@given(st.text())
def test_no_cell_begins_as_a_formula_whatever_the_text(text) -> None:
    for cell in escape_formula(text).replace("\t", ";").split(";"):
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))
