"""The one formatter of values for screens, live messages and exports."""

import unicodedata
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol
from iso4217 import Currency

from sessions_app.domain.inactivity import Level
from sessions_app.domain.station_states import StopReason

UNKNOWN = "–"
LOCALE = "en_AU"  # sets symbols and separators: $5.09 for AUD, USD 5.09, JPY 500
STORED_DIGITS = 3  # of prices
_ISO_DIGITS = {each.code: each.exponent for each in Currency if each.exponent is not None}

CLOSED_BY_US: dict[str, str] = {  # sessions without a stop message
    StopReason.NEXT_SESSION: "Closed: a new session began",
    StopReason.FORGOTTEN: "Closed: station restarted without it",
    StopReason.CLOSED: "Closed: station stopped reporting",
}
REASONS: dict[str, str] = {
    StopReason.DEAUTHORIZED: "Not authorised",
    StopReason.EMERGENCY_STOP: "Emergency stop",
    StopReason.EV_DISCONNECTED: "EV disconnected",
    StopReason.HARD_RESET: "Station was reset",
    StopReason.LOCAL: "Stopped by user",
    StopReason.OTHER: "Other reason",
    StopReason.POWER_LOSS: "Power loss",
    StopReason.REBOOT: "Station restarted",
    StopReason.REMOTE: "Stopped remotely",
    StopReason.SOFT_RESET: "Station was reset",
    StopReason.UNLOCK_COMMAND: "Connector unlocked",
    StopReason.ENERGY_LIMIT: "Energy limit reached",
    StopReason.GROUND_FAULT: "Ground fault",
    StopReason.IMMEDIATE_RESET: "Station was reset",
    StopReason.OUT_OF_CREDIT: "Out of credit",
    StopReason.BY_STAFF: "Stopped by staff",
    StopReason.OVERCURRENT: "Overcurrent",
    StopReason.POWER_QUALITY: "Poor power quality",
    StopReason.SOC_LIMIT: "Battery limit reached",
    StopReason.STOPPED_BY_EV: "Stopped by the car",
    StopReason.TIME_LIMIT: "Time limit reached",
    StopReason.TIMEOUT: "No car was plugged in",
    **CLOSED_BY_US,
}

LEVEL_LABELS: dict[str, str] = {Level.NONE: "", Level.WARNING: "Long inactivity", Level.HIGH: "Very long inactivity"}


LAST_CONNECTOR = 26 * 27  # ZZ: filters and the search box know one or two letters


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
    """Return 1 for A, … 27 for AA; None if it is not a connector letter."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 2):
        return None
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def round_half_up(value: Decimal | float, places: int = 2) -> Decimal:
    """Round half up: screens show this value and summaries add it up."""
    exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def kwh(energy_wh: Decimal | None) -> str:
    """Return `12.41 kWh`."""
    return UNKNOWN if energy_wh is None else f"{round_half_up(energy_wh / 1000):,} kWh"


def approximate(text: str, *, is_estimated: bool) -> str:
    """Return `≈ 12.41 kWh` where the figure is estimated; unknown stays unknown."""
    return f"≈\N{NO-BREAK SPACE}{text}" if is_estimated and text != UNKNOWN else text


def kw(power_w: float | None) -> str:
    """Return `7.20 kW`."""
    return UNKNOWN if power_w is None else f"{round_half_up(power_w / 1000):,} kW"


def percent(value: float | None) -> str:
    """Return `64 %`, rounded half up."""
    return UNKNOWN if value is None else f"{round_half_up(value, 0)} %"


def amperes(value: float | None) -> str:
    """Return `16.0 A`."""
    return UNKNOWN if value is None else f"{value:.1f} A"


def duration(seconds: float | None) -> str:
    """Return `1 h 05 m`, `38 m 12 s` or `9 s`; static/js/session/words.js formats alike."""
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
    """Return whether it is legal tender somewhere today (CLDR) and the price columns have enough decimals."""
    return code in _currencies() and minor_digits(code) <= STORED_DIGITS


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    territories = get_global("territory_currencies").values()
    return frozenset(code for used in territories for code, _, until, is_tender in used if is_tender and not until)


def minor_digits(currency: str) -> int:
    """Return the number of decimals of a currency by ISO 4217: 2 for AUD, 0 for JPY, 3 for KWD.

    CLDR knows those of currencies that ISO 4217 has withdrawn: past sessions keep theirs.
    """
    return _ISO_DIGITS[currency] if currency in _ISO_DIGITS else get_currency_precision(currency)


@lru_cache(maxsize=16_384)
def money(amount: Decimal | None, currency: str, *, is_rounded: bool = True) -> str:
    """Return `$5.09` or `JPY 500` with the currency's decimals, or with all of the amount's if not rounded.

    static/js/session/words.js formats alike.
    """
    if amount is None or not currency:
        return UNKNOWN
    return str(
        format_currency(
            amount, currency, _pattern(currency), LOCALE, currency_digits=False, decimal_quantization=is_rounded
        )
    )


@lru_cache(maxsize=1_024)
def _pattern(currency: str) -> str:
    """Return the number pattern: a no-break space separates letters from digits (CLDR rule)."""
    ends_in_sign = unicodedata.category(get_currency_symbol(currency, LOCALE)[-1]).startswith("S")
    digits = minor_digits(currency)
    return ("¤" if ends_in_sign else "¤\N{NO-BREAK SPACE}") + "#,##0" + ("." + "0" * digits if digits else "")


def short_time(at: datetime | None, zone: ZoneInfo, *, now: datetime, is_zoned: bool = False) -> str:
    """Return the local time: `09:14 today`, `18:12 yesterday`, `3 Mar 09:14`; if zoned, `09:14 AEDT today`."""
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


def full_time(at: datetime | None, zone: ZoneInfo) -> str:
    """Return `2026-03-03 09:14:05 AEDT (Australia/Sydney)`."""
    if at is None:
        return UNKNOWN
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S} {local.tzname()} ({zone.key})"


def reason(code: str, by: str = "") -> str:
    """Return the label of an end reason; an unknown code is its own label."""
    if not code:
        return UNKNOWN
    label = REASONS.get(code, code)
    return f"{label} by {by}" if by else label
