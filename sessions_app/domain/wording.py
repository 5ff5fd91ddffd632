"""How figures are said: the one formatter of screens, live messages and exports."""

import unicodedata
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol

from sessions_app.domain.lifecycle import CLOSED, FORGOTTEN, NEXT_SESSION

UNKNOWN = "–"
LOCALE = "en_AU"  # decides symbols and separators: $5.09 for AUD, USD 5.09, JPY 500
STORED_DIGITS = 3  # of prices

CLOSED_BY_US: dict[str, str] = {  # sessions whose stop message has not come
    NEXT_SESSION: "Closed: a new session started",
    FORGOTTEN: "Closed: lost in a station restart",
    CLOSED: "Closed: station stopped reporting",
}
REASONS: dict[str, str] = {
    "DeAuthorized": "Not authorised",
    "EmergencyStop": "Emergency stop",
    "EVDisconnected": "EV disconnected",
    "HardReset": "Station was reset",
    "Local": "Stopped by user",
    "Other": "Other reason",
    "PowerLoss": "Power loss",
    "Reboot": "Station restarted",
    "Remote": "Stopped remotely",
    "SoftReset": "Station was reset",
    "UnlockCommand": "Connector unlocked",
    **CLOSED_BY_US,
}

LEVELS: dict[str, str] = {"": "", "warning": "Long inactivity", "high": "Very long inactivity"}


def connector_letter(number: int | None) -> str:
    """Return A for connector 1, B for 2, … Z, AA."""
    if number is None:
        return UNKNOWN
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters or UNKNOWN


def connector_number(letters: str) -> int | None:
    """Return 1 for A, … 27 for AA; None for what is no connector."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 2):
        return None
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def two_places(value: Decimal | float) -> Decimal:
    """Return the value to two places, half up: what screens show and summaries add up."""
    return Decimal(str(value) if isinstance(value, float) else value).quantize(Decimal("0.01"), ROUND_HALF_UP)


def kwh(energy_wh: Decimal | None) -> str:
    """Return `12.41 kWh`."""
    return UNKNOWN if energy_wh is None else f"{two_places(energy_wh / 1000):,} kWh"


def kw(power_w: float | None) -> str:
    """Return `7.20 kW`."""
    return UNKNOWN if power_w is None else f"{two_places(power_w / 1000):,} kW"


def percent(value: float | None) -> str:
    """Return `64 %`."""
    return UNKNOWN if value is None else f"{value:.0f} %"


def amperes(value: float | None) -> str:
    """Return `16.0 A`."""
    return UNKNOWN if value is None else f"{value:.1f} A"


def duration(seconds: float | None) -> str:
    """Return `1 h 05 m`, `38 m 12 s` or `9 s`; static/js/session/words.js says it the same way."""
    if seconds is None:
        return UNKNOWN
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    if hours:
        return f"{hours:,} h {minutes:02} m"
    if minutes:
        return f"{minutes} m {second:02} s"
    return f"{second} s"


def is_currency(code: str) -> bool:
    """Return whether people pay with it somewhere today (CLDR), and prices can be stored in it."""
    return code in _currencies() and minor_digits(code) <= STORED_DIGITS


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    since = get_global("territory_currencies").values()
    return frozenset(code for used in since for code, _, until, is_tender in used if is_tender and not until)


def minor_digits(currency: str) -> int:
    """Return the decimals of a currency: 2 for AUD, 0 for JPY, 3 for KWD (CLDR)."""
    return get_currency_precision(currency)


@lru_cache(maxsize=16_384)
def money(amount: Decimal | None, currency: str, *, is_rounded: bool = True) -> str:
    """Return `$5.09`, `JPY 500`, by the currency's own decimals, else with all that the amount has.

    Unknown when there is no amount. static/js/session/words.js says it the same way.
    """
    if amount is None or not currency:
        return UNKNOWN
    return str(format_currency(amount, currency, _pattern(currency), LOCALE, decimal_quantization=is_rounded))


@lru_cache(maxsize=1_024)
def _pattern(currency: str) -> str:
    """Return how amounts are written: a no-break space keeps letters from digits (CLDR's rule)."""
    ends_in_sign = unicodedata.category(get_currency_symbol(currency, LOCALE)[-1]).startswith("S")
    return "¤#,##0.00" if ends_in_sign else "¤\N{NO-BREAK SPACE}#,##0.00"


def moment(at: datetime | None, zone: ZoneInfo, *, now: datetime, is_zoned: bool = False) -> str:
    """Return the time as people say it at that place: `09:14 today`, `18:12 yesterday`, `3 Mar 09:14`.

    Beside times of other zones it says its own: `09:14 AEDT today`.
    """
    if at is None:
        return UNKNOWN
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%H:%M} {local.tzname()}" if is_zoned else f"{local:%H:%M}"
    if local.date() == today:
        return f"{clock} today"
    if local.date() == today - timedelta(days=1):
        return f"{clock} yesterday"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%b}{year} {clock}"


def full_moment(at: datetime | None, zone: ZoneInfo) -> str:
    """Return `2026-03-03 09:14:05 AEDT (Australia/Sydney)`."""
    if at is None:
        return UNKNOWN
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S} {local.tzname()} ({zone.key})"


def reason(code: str, by: str = "") -> str:
    """Return why a session ended, in people's words; a code that nobody knows stands as it is."""
    if not code:
        return UNKNOWN
    words = REASONS.get(code, code)
    return f"{words} by {by}" if by else words
