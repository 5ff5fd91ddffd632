"""The OCPP versions that we speak, and the choice for a connection.

The choice is never remembered for a station: firmware tries one version and then another. To add a
version, write its module and list it here.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sessions_app.ingest import v16, v201
from sessions_app.ingest.protocol import StationProtocol

PROTOCOLS: tuple[StationProtocol, ...] = (v201, v16)  # preferred first
WITHOUT_SUBPROTOCOL: StationProtocol = v16  # for a station that offers none
MAX_OFFERED_TEXT = 255


class Version(NamedTuple):
    """The protocol of a connection, and its subprotocol as the station spells it; None if it offered none."""

    protocol: StationProtocol
    subprotocol: str | None


def choose_version(offered: Sequence[str]) -> Version | None:
    """Return the version for the subprotocols that a station offers; None if we speak none of them.

    Ignore case and empty items; a repeated header only makes the list longer.
    """
    by_name = {name.strip().lower(): name for name in reversed(offered) if name.strip()}
    if not by_name:
        return Version(WITHOUT_SUBPROTOCOL, None)
    for protocol in PROTOCOLS:
        for name in protocol.SUBPROTOCOLS:
            if name in by_name:
                return Version(protocol, by_name[name])
    return None


def describe_spoken() -> str:
    """Return the subprotocols that we speak, for people."""
    return ", ".join(name for protocol in PROTOCOLS for name in protocol.SUBPROTOCOLS)


def describe_offer(offered: Sequence[str]) -> str:
    """Return the subprotocols that a station offers, for people, without repetitions."""
    text = ", ".join(dict.fromkeys(name.strip() for name in offered if name.strip()))
    return text if len(text) <= MAX_OFFERED_TEXT else f"{text[: MAX_OFFERED_TEXT - 1]}…"
