"""How each kind of value stands in a file: as text in a CSV, as a typed cell in an XLSX.

Both are made of the same exact figure, rounded as screens round it, so they add up to the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, TypeVar

from sessions_app.domain import wording
from sessions_app.exports.formula_guard import escape_formula

CacheKey = TypeVar("CacheKey")
GENERAL_FORMAT = "General"
CACHE_SIZE = 16_384


class TextCache(dict[CacheKey, str]):
    """Texts by value, each made once: names and durations come again and again.

    A dict answers from C; a cached function would cost more than the text.
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
    """A kind of value. `text` is what a CSV says; `cell` what an XLSX holds, under `number_format`.

    An unknown value is None: an empty text, an empty cell (`cell` is not asked). An empty text is an
    empty cell as well, else a spreadsheet would count it.
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
    """Return h:mm:ss; hours go on beyond 24."""
    if seconds is None:
        return ""
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{_TWO_DIGITS[minute]}:{_TWO_DIGITS[second]}"


def _plain(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")


def _exact_kwh(energy_wh: Decimal | None) -> Decimal | None:
    return None if energy_wh is None else (Decimal(energy_wh) / 1000).normalize()  # the sum of none is 0


def _float(value: float | None) -> str:
    """Return the number in its fewest digits: 16, 231.4."""
    return "" if value is None else f"{value:.15g}"


def _local(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(" ", "seconds")[:19]


def _offset(ahead: timedelta | None) -> str:
    """Return how far the wall clock is ahead of UTC: +11:00."""
    if ahead is None:
        return ""
    minutes = abs(ahead) // timedelta(minutes=1)
    return f"{'-' if ahead < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"


def _date_cell(at: datetime) -> datetime:
    """Return the wall clock's time: a spreadsheet's dates know no zone."""
    return at.replace(tzinfo=None, microsecond=0)


_guarded = TextCache(escape_formula).__getitem__
_offsets = TextCache(_offset).__getitem__

TEXT = CellType(_guarded, lambda text: _guarded(text) or None, width=18)
CURRENCY = CellType(_guarded, TEXT.cell)
TEXT_TYPES = (TEXT, CURRENCY)
INTEGER = CellType(_number, _same, width=9)
DECIMAL = CellType(_plain, _same, "0.00")
# Wh, told in kWh to the last digit.
ENERGY_KWH = CellType(lambda wh: _plain(_exact_kwh(wh)), _exact_kwh, "0.000")
NUMBER = CellType(_float, _same, "0.00")
PERCENT = CellType(_plain, _same, "0")
LOCAL_TIME = CellType(_local, _date_cell, "yyyy-mm-dd hh:mm:ss", width=20)
OFFSET = CellType(_offsets, _offsets)
DURATION = CellType(_clock, lambda s: timedelta(seconds=s), "[h]:mm:ss")

Money = tuple[Decimal, str]


@lru_cache(maxsize=256)
def _minor_unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-wording.minor_digits(currency))


@lru_cache(maxsize=256)
def money_format(currency: str) -> str:
    """Return how a spreadsheet shows an amount of that currency: AUD 5.09, JPY 500."""
    digits = wording.minor_digits(currency)
    return f"[${currency}] #,##0" + ("." + "0" * digits if digits else "")


def money_value(amount: Decimal | None, currency: str) -> Money | None:
    """Return the amount by the currency's own decimals, with its currency; None when it is unknown."""
    if amount is None or not currency:
        return None
    return amount.quantize(_minor_unit(currency), ROUND_HALF_UP), currency


MONEY = CellType(
    lambda paid: "" if paid is None else format(paid[0], "f"),
    lambda paid: paid[0],
    "#,##0.00",
)
