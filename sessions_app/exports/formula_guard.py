"""The one formula guard: no text of an export runs as a formula when a spreadsheet opens the file."""

import re

# A spreadsheet takes a cell for a formula by its first sign, in the wide forms of East Asian keyboards
# too. Where lists are separated by semicolons it cuts a CSV there as well: a cell begins after each.
_SIGNS = "=+\\-@＝＋－＠"
# What nobody sees before it, byte order marks and marks of direction among it, hides no sign.
_BLANK = "[\\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
# "#N/A" and its kin are read as errors.
_BEGINS = re.compile(rf"[\t\r]|{_BLANK}[{_SIGNS}]|#(?:N/A|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!)$")
_BEGINS_WITHIN = re.compile(rf"([;\t\r\n]{_BLANK})(?=[{_SIGNS}])")
# What no XML, and so no XLSX, can hold.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
CELL_LENGTH = 32_767  # the most that a cell of a spreadsheet holds


def escape_formula(text: str) -> str:
    """Return the text with an apostrophe wherever a cell would else run as a formula."""
    text = _BEGINS_WITHIN.sub(r"\1'", _NOT_XML.sub("\ufffd", text))
    return (f"'{text}" if _BEGINS.match(text) else text)[:CELL_LENGTH]
