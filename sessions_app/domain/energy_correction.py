"""An operator's choice of which energy of a session counts, in place of the rules."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from sessions_app.domain import wording


class EnergySource(StrEnum):
    """Where a session's energy comes from; the rules choose between readings and stop by themselves."""

    RULES = "rules"
    READINGS = "readings"
    STOP = "stop"
    BY_HAND = "by hand"


SOURCE_WORDS = {
    EnergySource.RULES: "by the rules",
    EnergySource.READINGS: "from the readings",
    EnergySource.STOP: "from the stop",
    EnergySource.BY_HAND: "by hand",
}


class EnergyCorrection(msgspec.Struct, frozen=True):
    """Which energy counts, and who set it, when and why. `energy_wh` is given by hand, else None."""

    source: EnergySource
    by: str
    at: datetime
    reason: str
    energy_wh: Decimal | None = None

    @property
    def words(self) -> str:
        """The source as text: `by hand, 12.00 kWh`."""
        text = SOURCE_WORDS[self.source]
        return text if self.energy_wh is None else f"{text}, {wording.kwh(self.energy_wh)}"


_decode = msgspec.json.Decoder(EnergyCorrection).decode


def decode_correction(text: str) -> EnergyCorrection | None:
    """Decode a session's stored correction; "" is none."""
    return _decode(text) if text else None


def encode_correction(correction: EnergyCorrection | None) -> str:
    """Encode a correction to store it; the rules are no correction."""
    if correction is None or correction.source is EnergySource.RULES:
        return ""
    return msgspec.json.encode(correction).decode()
