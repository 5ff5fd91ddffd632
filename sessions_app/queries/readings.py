"""The stored readings of a session as the domain's type."""

from collections.abc import Sequence
from typing import Any

from sessions_app.domain.meter import Reading
from sessions_app.models import MeterSample

_READING_FIELDS = (
    "number",
    "at",
    "register_wh",
    "power_w",
    "offered_a",
    "offered_w",
    "soc_percent",
    "voltage_v",
    "current_l1_a",
    "current_l2_a",
    "current_l3_a",
)


def load_readings(session_id: int) -> list[tuple[int, Reading]]:
    """Return all readings of a session with their numbers, in order of time."""
    samples = MeterSample.objects.filter(session_id=session_id).order_by("at")
    return [(number, _reading(values)) for number, *values in samples.values_list(*_READING_FIELDS)]


def _reading(values: Sequence[Any]) -> Reading:
    at, register_wh, power_w, offered_a, offered_w, soc_percent, voltage_v, *currents_a = values
    current_l1_a, current_l2_a, current_l3_a = currents_a
    phases_a = (current_l1_a, current_l2_a, current_l3_a)
    return Reading(at, register_wh, power_w, offered_a, offered_w, soc_percent, voltage_v, phases_a)
