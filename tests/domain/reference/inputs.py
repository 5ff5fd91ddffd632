"""What a station said of one session, as plain data."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

T = TypeVar("T")
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
USUAL_INTERVAL_S = 60

# One OCPP sampled value: value, measurand, unit, context, location, phase, format, multiplier.
SampledValue = Mapping[str, object]
Meter = Decimal | int | float | str | None


@dataclass(frozen=True)
class Message:
    """The values of one moment; the moments of one OCPP message share `arrived`."""

    arrived: datetime
    stated: datetime | None
    values: Sequence[SampledValue]
    has_transaction_id: bool = True
    is_offline: bool = False


@dataclass(frozen=True)
class MeterEvent:
    """A start or a stop, with its register value in Wh."""

    arrived: datetime
    stated: datetime | None
    meter: Meter = None
    is_offline: bool = False


@dataclass(frozen=True)
class Status:
    """A status of the connector, or a chargingState of OCPP 2.x, under its OCPP name."""

    arrived: datetime
    stated: datetime | None
    status: str
    is_offline: bool = False


@dataclass(frozen=True)
class Absence:
    """A time without the station: when it was last heard of, and when it was back."""

    last_heard: datetime
    back: datetime


@dataclass(frozen=True)
class Connector:
    """What is known of the connector; `limit_a` is the limit set for session, connector or area."""

    rating_w: int | None = None
    phases: int | None = None
    limit_a: Decimal | int | None = None


@dataclass(frozen=True)
class Session:
    """All input. Without a stop, `now` says that the session is in progress; without both it was closed."""

    start: MeterEvent
    messages: Sequence[Message] = ()
    stop: MeterEvent | None = None
    statuses: Sequence[Status] = ()
    connector: Connector = field(default_factory=Connector)
    absences: Sequence[Absence] = ()
    now: datetime | None = None
    is_v2: bool = False
    interval_s: int = USUAL_INTERVAL_S


@dataclass(frozen=True)
class Flag:
    """A reason to look at a session; the figure is in Wh, W or seconds."""

    name: str
    figure: Fraction = Fraction(0)
    at: Fraction | None = None


def seconds(moment: datetime) -> Fraction:
    """Return a moment as exact seconds."""
    return Fraction((moment - EPOCH) // timedelta(microseconds=1), 1_000_000)


def moment(at: Fraction) -> datetime:
    """Return exact seconds as a moment."""
    return EPOCH + timedelta(microseconds=round(at * 1_000_000))


def latest(items: Sequence[T], at: Fraction, key: Callable[[T], Fraction]) -> T | None:
    """Return the last item whose key is at a moment or before it; the items are in that order."""
    index = bisect_right(items, at, key=key)
    return items[index - 1] if index else None
