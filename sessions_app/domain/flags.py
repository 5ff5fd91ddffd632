"""The reasons why a session "needs a look", stored as one number with one bit each."""

from enum import IntFlag


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
}


def describe(flags: int) -> tuple[str, ...]:
    """Return the label of each reason."""
    return tuple(text for flag, text in FLAG_LABELS.items() if flags & flag)
