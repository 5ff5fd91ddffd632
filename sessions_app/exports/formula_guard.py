"""Formula guard: keep spreadsheets from running exported text as a formula."""

import re

# The first character makes a cell a formula; the full-width forms of East Asian keyboards count, too. In
# locales that separate lists by semicolons, a spreadsheet also splits a CSV at each semicolon.
_FORMULA_STARTS = "=+\\-@＝＋－＠"
# Invisible characters, such as byte order marks and direction marks, may precede it.
_INVISIBLE = "[\\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
# "#N/A" and similar texts are read as errors.
_STARTS_FORMULA = re.compile(rf"[\t\r]|{_INVISIBLE}[{_FORMULA_STARTS}]|#(?:N/A|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!)$")
_STARTS_FORMULA_WITHIN = re.compile(rf"([;\t\r\n]{_INVISIBLE})(?=[{_FORMULA_STARTS}])")
# Characters that XML, and so XLSX, cannot contain.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
CELL_LENGTH = 32_767  # the limit of a spreadsheet cell


def escape_formula(text: str) -> str:
    """Put an apostrophe wherever a cell would run as a formula, and truncate to the cell limit."""
    text = _STARTS_FORMULA_WITHIN.sub(r"\1'", _NOT_XML.sub("\ufffd", text))
    return (f"'{text}" if _STARTS_FORMULA.match(text) else text)[:CELL_LENGTH]
