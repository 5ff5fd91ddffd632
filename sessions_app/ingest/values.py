"""Parse field values leniently: stations send text, numbers, nothing, or something else."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any

import msgspec

from sessions_app.domain import meter
from sessions_app.domain.meter import Reading
from sessions_app.domain.value_selection import ENERGY_REGISTER, MAX_REGISTER_WH, OUTLET, PERIODIC, SampledValue

CLOCK_SET_AFTER = datetime(2015, 1, 1, tzinfo=UTC)  # a time before OCPP 1.6: the station's clock is not set
MAX_CLOCK_LEAD = timedelta(minutes=5)  # more is not drift, but a clock in another time zone
MAX_ZONE_OFFSET = timedelta(hours=26)  # from UTC-12 to UTC+14; more is a wrong clock
MAX_READINGS = 10_000  # in one message
MAX_CONNECTOR = 999

SampledValueReader = Callable[[dict[str, Any]], SampledValue | None]


def to_text(value: Any, limit: int = 255) -> str:
    """Return the value as text without NULs and outer blanks, cut to the limit; empty for None."""
    if value is None or isinstance(value, dict | list):
        return ""
    text = str(value).encode("utf-8", "replace").decode()  # replaces lone surrogates
    return text.replace("\x00", "").strip()[:limit]


def to_connector(value: Any) -> int:
    """Return the number of a connector, or of an EVSE, which is our connector; 0 if missing or not plausible."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return 0
    return number if 0 <= number <= MAX_CONNECTOR else 0


def to_register_wh(value: Any) -> Decimal | None:
    """Return a meter's register in Wh, to 0.001 Wh; None for an invalid value, such as -1."""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or not 0 <= number < MAX_REGISTER_WH:
        return None
    return number.quantize(Decimal("0.001"))


def timestamp_or_arrival(value: Any, received_at: datetime) -> datetime:
    """Return the time in UTC, the default zone; the time of arrival if the value is not plausible."""
    return parse_timestamp(value, received_at)[0]


def parse_timestamp(value: Any, received_at: datetime) -> tuple[datetime, bool]:
    """Return the time in UTC, and whether it comes from the station's clock with a time zone."""
    in_utc, has_zone = _parse_iso(value)
    if in_utc is None or not CLOCK_SET_AFTER <= in_utc <= received_at + MAX_CLOCK_LEAD:
        return received_at, False
    return in_utc, has_zone


def _parse_iso(value: Any) -> tuple[datetime | None, bool]:
    """Return the time in UTC, None if invalid, and whether it has a time zone."""
    try:
        at = datetime.fromisoformat(to_text(value))
        return (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC), at.tzinfo is not None
    except (ValueError, OverflowError):
        return None, False


def to_transaction_id(value: Any) -> str:
    """Return a transactionId as text. Ours are whole numbers; some firmware sends 7.0 or "7"."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        value = int(value)
    return to_text(value, 63)


def parse_readings(
    value: Any, received_at: datetime, read_sampled_value: SampledValueReader | None = None
) -> tuple[Reading, ...]:
    """Return the readings of a meterValue: a list, or from some firmware a single object.

    `read_sampled_value` reads one of the version's sampled values; the default is that of OCPP 1.6.
    Merge the items for the same time into one reading; later values replace earlier ones.
    """
    items = _items(value)[:MAX_READINGS]
    times = _correct_times([_parse_iso(item.get("timestamp"))[0] for item in items], received_at)
    readings: dict[datetime, Reading] = {}
    for at, item in zip(times, items, strict=True):
        reading = meter.parse_reading(at, _sampled_values(item.get("sampledValue"), read_sampled_value))
        if reading is not None:
            if at == _parse_iso(item.get("timestamp"))[0]:
                reading = msgspec.structs.replace(reading, received_at=received_at)
            readings[at] = meter.merge_readings(reading, readings[at]) if at in readings else reading
    return tuple(readings[at] for at in sorted(readings))


def _correct_times(parsed: Sequence[datetime | None], received_at: datetime) -> list[datetime]:
    """Return when the readings of one message were taken, given the times that could be parsed.

    A wrong clock still measures durations: shift all its times together, the last one to the message's
    arrival or to when the clock was set. A reading without a time takes that of the next.
    """
    times = {index: at for index, at in enumerate(parsed) if at is not None}
    latest = received_at
    for indexes in reversed(_split_by_clock(times, received_at)):
        last = max(times[index] for index in indexes)
        ahead = last - latest
        if last < CLOCK_SET_AFTER or ahead > MAX_CLOCK_LEAD:
            times.update((index, _shift(times[index], ahead)) for index in indexes)
        latest = min(times[index] for index in indexes)
    corrected, following = [], received_at
    for index in reversed(range(len(parsed))):
        following = times.get(index, following)
        corrected.append(following)
    return corrected[::-1]


def _split_by_clock(times: dict[int, datetime], received_at: datetime) -> list[list[int]]:
    """Return the indexes in order, split where the clock was set or lost its time."""
    until = received_at + MAX_ZONE_OFFSET
    groups = groupby(times, lambda index: (times[index] < CLOCK_SET_AFTER, times[index] > until))
    return [list(indexes) for _, indexes in groups]


def _shift(at: datetime, ahead: timedelta) -> datetime:
    """Return the time minus `ahead`, which may be thousands of years."""
    return at - min(ahead, at - CLOCK_SET_AFTER)


def _items(value: Any) -> list[dict[str, Any]]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def _sampled_values(value: Any, read: SampledValueReader | None) -> Iterator[SampledValue]:
    if read is not None:
        yield from (sampled for item in _items(value) if (sampled := read(item)) is not None)
        return
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
