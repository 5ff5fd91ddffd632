"""The readings of a session as the domain takes them."""

from collections.abc import Sequence
from typing import Any

from sessions_app.domain.meter import Reading
from sessions_app.models import MeterSample

_READING = (
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
    "interval_wh",
    "export_w",
    "export_wh",
    "inlet",
    "is_named",
    "received_at",
    "stated_at",
)


def load_readings(session_id: int) -> list[tuple[int, Reading]]:
    """Return all readings of a session with their numbers, in order of time."""
    samples = MeterSample.objects.filter(session_id=session_id).order_by("at")
    return [(number, _reading(measured)) for number, *measured in samples.values_list(*_READING)]


def _reading(measured: Sequence[Any]) -> Reading:
    at, register_wh, power_w, offered_a, offered_w, soc_percent, voltage_v, *rest = measured
    one, two, three, interval_wh, export_w, export_wh, inlet, is_named, received_at, stated_at = rest
    return Reading(
        at=at,
        register_wh=register_wh,
        power_w=power_w,
        offered_a=offered_a,
        offered_w=offered_w,
        soc_percent=soc_percent,
        voltage_v=voltage_v,
        currents_a=(one, two, three),
        interval_wh=interval_wh,
        export_w=export_w,
        export_wh=export_wh,
        inlet=inlet,
        is_named=is_named,
        received_at=received_at,
        stated_at=stated_at,
    )
