"""No exported text runs as a formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.exports.formula_guard import escape_formula


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_formula_is_prefixed_with_apostrophe(sign: str) -> None:
    assert escape_formula(f"{sign}1+1") == f"'{sign}1+1"


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#NAME?"])
def test_error_text_is_escaped(text: str) -> None:
    assert escape_formula(text) == f"'{text}"


@pytest.mark.parametrize("unseen", ["  ", "\u00a0", "\ufeff", "\u200b", "\u200f", "\u2066 "])
def test_formula_after_invisible_characters_is_escaped(unseen: str) -> None:
    assert escape_formula(f"{unseen}=1+1") == f"'{unseen}=1+1"
    assert escape_formula(f"Dana;{unseen}=1+1") == f"Dana;{unseen}'=1+1"


def test_formula_after_semicolon_is_escaped() -> None:
    assert escape_formula('Dana;=HYPERLINK("http://x")') == 'Dana;\'=HYPERLINK("http://x")'


@pytest.mark.parametrize("name", ["Priya Raman", "Łukasz Żak", "王小明", "أحمد", "O'Brien; Ann", "a=b", "7-11", ""])
def test_names_in_any_script_are_unchanged(name: str) -> None:
    assert escape_formula(name) == name


def test_control_characters_are_replaced() -> None:
    assert escape_formula("a\x00b\x1fc") == "a\ufffdb\ufffdc"


@given(st.text())
def test_no_text_starts_a_formula(text: str) -> None:
    for cell in escape_formula(text).replace("\t", ";").split(";"):
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))
