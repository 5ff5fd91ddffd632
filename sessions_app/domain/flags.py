"""The reasons why a session "needs a look", stored as one number with one bit each, and their figures."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from enum import IntFlag

import msgspec

MAX_DETAILS = 8  # of one session: the first of each reason tell enough


class Flag(IntFlag):
    """A reason to look at a session."""

    REGISTER_FELL = 1
    BEYOND_RATING = 2
    NEGATIVE_TIME = 4
    NO_DRIVER = 8
    NO_PRICE = 16
    CLOSED_BY_US = 32
    IDLE_OVER_A_DAY = 64
    NO_ENERGY = 128
    START_UNKNOWN = 256
    CLOCK_UNSET = 512
    REGISTER_JUMPED = 1024
    STOP_DIFFERS = 2048
    STATION_CLOCK = 4096
    UNPLUGGED_OFFLINE = 8192


class FlagDetail(msgspec.Struct, frozen=True, array_like=True):
    """The figure of a flag in Wh, W or seconds, and its moment."""

    flag: int
    value: float
    at: datetime | None = None


# What the figures show: other readings may show that it is not so.
FIGURE_FLAGS = (
    Flag.REGISTER_FELL
    | Flag.REGISTER_JUMPED
    | Flag.STOP_DIFFERS
    | Flag.BEYOND_RATING
    | Flag.NO_ENERGY
    | Flag.IDLE_OVER_A_DAY
)

# Which energy counts is doubtful: an operator who sets it has looked.
ENERGY_FLAGS = Flag.REGISTER_FELL | Flag.REGISTER_JUMPED | Flag.STOP_DIFFERS

FLAG_LABELS: dict[Flag, str] = {
    Flag.REGISTER_FELL: "The meter's register fell during the session",
    Flag.BEYOND_RATING: "A reading exceeds 1.5 times the connector's rating",
    Flag.NEGATIVE_TIME: "The stop is before the start",
    Flag.NO_DRIVER: "No user is registered for the IdTag",
    Flag.NO_PRICE: "No pricing policy applies",
    Flag.CLOSED_BY_US: "Ended without a stop message",
    Flag.IDLE_OVER_A_DAY: "Idle for more than 24 hours",
    Flag.NO_ENERGY: "No energy was delivered",
    Flag.START_UNKNOWN: "The start was never reported",
    Flag.CLOCK_UNSET: "The station's clock was not set",
    Flag.REGISTER_JUMPED: "The meter's register jumped",
    Flag.STOP_DIFFERS: "Stop and readings differ",
    Flag.STATION_CLOCK: "The station's clock was off",
    Flag.UNPLUGGED_OFFLINE: "Unplugged while the station was offline",
}


ANY_REASON = "any"
REASON_FLAGS = {flag.name.lower().replace("_", "-"): flag for flag in FLAG_LABELS if flag.name}
# The reasons as the values of a filter, with their labels.
REASON_CHOICES = {ANY_REASON: "Any reason", **{key: FLAG_LABELS[flag] for key, flag in REASON_FLAGS.items()}}

_decode_details = msgspec.json.Decoder(tuple[FlagDetail, ...]).decode


def describe(flags: int, details: tuple[FlagDetail, ...] = (), zone: tzinfo | None = None) -> tuple[str, ...]:
    """Return the label of each reason, with its figures where they are known; times in `zone`, else UTC."""
    labels = []
    for flag, text in FLAG_LABELS.items():
        if flags & flag:
            told = [_describe_detail(flag, detail, zone) for detail in details if detail.flag == flag]
            labels.append("; ".join(told) if told else text)
    return tuple(labels)


def reason_keys(flags: int) -> list[str]:
    """Return the values of the filter that a session with these flags matches."""
    return [ANY_REASON, *(key for key, flag in REASON_FLAGS.items() if flags & flag)] if flags else []


def reason_bits(keys: Iterable[str]) -> int:
    """Return the flags that values of the filter select."""
    bits = 0
    for key in keys:
        bits |= sum(FLAG_LABELS) if key == ANY_REASON else REASON_FLAGS[key]
    return bits


def decode_details(text: str) -> tuple[FlagDetail, ...]:
    """Decode a session's stored details; "" is none."""
    return _decode_details(text) if text else ()


def add_detail(details: tuple[FlagDetail, ...], new: FlagDetail) -> tuple[FlagDetail, ...]:
    """Return the details with one more, in order of time; the first MAX_DETAILS are kept."""
    if new in details:
        return details
    in_order = sorted((*details, new), key=lambda detail: (detail.at is not None, detail.at, detail.flag))
    return tuple(in_order[:MAX_DETAILS])


def _describe_detail(flag: Flag, detail: FlagDetail, zone: tzinfo | None) -> str:
    at = "" if detail.at is None else f" at {(detail.at.astimezone(zone) if zone else detail.at):%H:%M}"
    kwh = f"{detail.value / 1000:,.1f} kWh"
    match flag:
        case Flag.REGISTER_JUMPED:
            return f"Register jumped by {kwh}{at}: not counted"
        case Flag.REGISTER_FELL:
            return f"Register fell by {kwh}{at}: not counted"
        case Flag.STOP_DIFFERS:
            return f"Stop and readings differ by {kwh}"
        case Flag.BEYOND_RATING:
            return f"{detail.value / 1000:,.1f} kW is beyond 1.5 times the connector's rating"
        case Flag.STATION_CLOCK:
            return f"Station clock {_duration(abs(detail.value))} {'behind' if detail.value > 0 else 'ahead'}"
        case _:
            return FLAG_LABELS[flag]


def _duration(seconds: float) -> str:
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h".replace(".0 h", " h")
