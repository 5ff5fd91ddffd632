"""Lenient reading of what stations put into fields: text, numbers, nothing, or something else."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any

import msgspec

from sessions_app.domain import meter
from sessions_app.domain.meter import Reading
from sessions_app.domain.value_selection import ENERGY_REGISTER, MAX_REGISTER_WH, OUTLET, PERIODIC, SampledValue

CLOCK_SET_AFTER = datetime(2015, 1, 1, tzinfo=UTC)  # before OCPP 1.6: the station's clock is not set
MAX_CLOCK_LEAD = timedelta(minutes=5)  # more is a clock in another zone, not one that drifts
MAX_ZONE_OFFSET = timedelta(hours=26)  # from UTC-12 to UTC+14; more is no clock that runs
MAX_READINGS = 10_000  # of one message


def to_text(value: Any, limit: int = 255) -> str:
    """Return the value as text without NULs and outer blanks, cut to the limit; None is empty."""
    if value is None or isinstance(value, dict | list):
        return ""
    plain = str(value).encode("utf-8", "replace").decode()  # a lone surrogate is no text
    return plain.replace("\x00", "").strip()[:limit]


def to_int(value: Any) -> int:
    """Return a small whole number, as of a connector; 0 for what is none."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return 0
    return number if 0 <= number < 1_000_000 else 0


def to_register_wh(value: Any) -> Decimal | None:
    """Return a meter's register in Wh, to 0.001 Wh; None for what is no register, such as -1."""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or not 0 <= number < MAX_REGISTER_WH:
        return None
    return number.quantize(Decimal("0.001"))


def timestamp_or_arrival(value: Any, received_at: datetime) -> datetime:
    """Return the time in UTC; without a zone it is UTC, and one that cannot be is when it arrived."""
    return parse_timestamp(value, received_at)[0]


def parse_timestamp(value: Any, received_at: datetime) -> tuple[datetime, bool]:
    """Return the time in UTC, and whether the station's own clock and zone gave it."""
    in_utc, has_zone = _stated(value)
    if in_utc is None or not CLOCK_SET_AFTER <= in_utc <= received_at + MAX_CLOCK_LEAD:
        return received_at, False
    return in_utc, has_zone


def _stated(value: Any) -> tuple[datetime | None, bool]:
    """Return the time in UTC as the station states it, if it can be read, and whether it names a zone."""
    try:
        at = datetime.fromisoformat(to_text(value))
        return (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC), at.tzinfo is not None
    except (ValueError, OverflowError):
        return None, False


def to_transaction_id(value: Any) -> str:
    """Return a transactionId as text; ours are whole numbers, some firmware sends 7.0 or "7"."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        value = int(value)
    return to_text(value, 63)


def parse_readings(value: Any, received_at: datetime) -> tuple[Reading, ...]:
    """Return the readings of a meterValue: a list, or by some firmware a single object.

    Values for one moment that come apart in one message are one reading, in which the later ones hold.
    """
    items = _items(value)[:MAX_READINGS]
    moments = _moments([_stated(item.get("timestamp"))[0] for item in items], received_at)
    found: dict[datetime, Reading] = {}
    for at, item in zip(moments, items, strict=True):
        reading = meter.parse_reading(at, _sampled(item.get("sampledValue")))
        if reading is not None:
            if at == _stated(item.get("timestamp"))[0]:
                reading = msgspec.structs.replace(reading, received_at=received_at)
            found[at] = meter.merge_readings(reading, found[at]) if at in found else reading
    return tuple(found[at] for at in sorted(found))


def _moments(stated: Sequence[datetime | None], received_at: datetime) -> list[datetime]:
    """Return when the readings of one message were taken, given what can be read of their times.

    A clock that is wrong still tells the time in between: all that it gave are moved together, the
    last to when the message arrived, or to when the clock was set. One without a time is of the next.
    """
    times = {place: at for place, at in enumerate(stated) if at is not None}
    latest = received_at
    for clock in reversed(_clocks(times, received_at)):
        last = max(times[place] for place in clock)
        ahead = last - latest
        if last < CLOCK_SET_AFTER or ahead > MAX_CLOCK_LEAD:
            times.update((place, _moved(times[place], ahead)) for place in clock)
        latest = min(times[place] for place in clock)
    moments, following = [], received_at
    for place in reversed(range(len(stated))):
        following = times.get(place, following)
        moments.append(following)
    return moments[::-1]


def _clocks(times: dict[int, datetime], received_at: datetime) -> list[list[int]]:
    """Return the places with a time in their order, parted where the clock was set or lost its time."""
    until = received_at + MAX_ZONE_OFFSET
    return [
        list(each) for _, each in groupby(times, lambda place: (times[place] < CLOCK_SET_AFTER, times[place] > until))
    ]


def _moved(at: datetime, ahead: timedelta) -> datetime:
    """Return the time by so much earlier, but not before OCPP 1.6: nonsense may be thousands of years."""
    return at - min(ahead, at - CLOCK_SET_AFTER)


def _items(value: Any) -> list[dict[str, Any]]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def _sampled(value: Any) -> Iterator[SampledValue]:
    for item in _items(value):
        number = item.get("value")
        if isinstance(number, str | int | float) and not isinstance(number, bool):
            yield SampledValue(
                value=number,
                measurand=to_text(item.get("measurand"), 60) or ENERGY_REGISTER,
                unit=to_text(item.get("unit"), 20),
                phase=to_text(item.get("phase"), 20),
                is_signed=item.get("format") == "SignedData",
                context=to_text(item.get("context"), 40) or PERIODIC,
                location=to_text(item.get("location"), 20) or OUTLET,
            )
