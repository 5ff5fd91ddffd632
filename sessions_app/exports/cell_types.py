"""How each type of value is written: as text in a CSV, as a typed cell in an XLSX.

Both use the same exact figure, rounded as on screen, so their totals are equal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from sessions_app.domain import wording
from sessions_app.exports.formula_guard import escape_formula

CacheKey = TypeVar("CacheKey")
GENERAL_FORMAT = "General"
CACHE_SIZE = 16_384


class TextCache(dict[CacheKey, str]):
    """A cache of texts by value: names and durations repeat.

    A dict lookup runs in C; a cached function would cost more than the text.
    """

    def __init__(self, make: Callable[[CacheKey], str]) -> None:
        self._make = make

    def __missing__(self, value: CacheKey) -> str:
        if len(self) >= CACHE_SIZE:
            self.clear()
        text = self[value] = self._make(value)
        return text


@dataclass(frozen=True)
class CellType:
    """A type of value: `text` formats it for a CSV, `cell` for an XLSX with `number_format`.

    None is an empty text and an empty cell (`cell` is not called). An empty text is an empty cell, too:
    otherwise a spreadsheet would count it.
    """

    text: Callable[[Any], Any]
    cell: Callable[[Any], Any]
    number_format: str = GENERAL_FORMAT
    width: int = 12


def _same(value: Any) -> Any:
    return value


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


_TWO_DIGITS = [f"{number:02}" for number in range(60)]


def _clock(seconds: int | None) -> str:
    """Return h:mm:ss; hours exceed 24."""
    if seconds is None:
        return ""
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{_TWO_DIGITS[minute]}:{_TWO_DIGITS[second]}"


def _plain(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")


def _exact_kwh(energy_wh: Decimal | None) -> Decimal | None:
    return None if energy_wh is None else (Decimal(energy_wh) / 1000).normalize()  # an empty sum is the int 0


def _float(value: float | None) -> str:
    """Return the number in its shortest form: 16, 231.4."""
    return "" if value is None else f"{value:.15g}"


def _local(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(" ", "seconds")[:19]


def _offset(offset: timedelta | None) -> str:
    """Return the UTC offset: +11:00."""
    if offset is None:
        return ""
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"


def _date_cell(at: datetime) -> datetime:
    """Return the local time without its zone: dates in a spreadsheet have none."""
    return at.replace(tzinfo=None, microsecond=0)


_escaped = TextCache(escape_formula).__getitem__
_offsets = TextCache(_offset).__getitem__

TEXT = CellType(_escaped, lambda text: _escaped(text) or None, width=18)
CURRENCY = CellType(_escaped, TEXT.cell)
TEXT_TYPES = (TEXT, CURRENCY)
INTEGER = CellType(_number, _same, width=9)
DECIMAL = CellType(_plain, _same, "0.00")
# Takes Wh, writes kWh with all digits.
ENERGY_KWH = CellType(lambda wh: _plain(_exact_kwh(wh)), _exact_kwh, "0.000")
NUMBER = CellType(_float, _same, "0.00")
PERCENT = CellType(_plain, _same, "0")
LOCAL_TIME = CellType(_local, _date_cell, "yyyy-mm-dd hh:mm:ss", width=20)
OFFSET = CellType(_offsets, _offsets)
DURATION = CellType(_clock, lambda s: timedelta(seconds=s), "[h]:mm:ss")


@lru_cache(maxsize=256)
def money_format(currency: str) -> str:
    """Return the number format for a currency: AUD 5.09, JPY 500."""
    digits = wording.minor_digits(currency)
    return f"[${currency}] #,##0" + ("." + "0" * digits if digits else "")


MONEY = CellType(
    lambda money: "" if money is None else format(money[0], "f"),
    lambda money: money[0],
    "#,##0.00",
)
