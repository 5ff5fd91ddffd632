"""The numbered points of a session's graph, as they go to the browser: lists of plain numbers."""

from datetime import datetime
from typing import Any

from sessions_app.domain.drafts import Sample
from sessions_app.models import MeterSample

# What a point holds, in this order: its number, epoch milliseconds, kW, kWh, A, money, %, V, A × 3, idle s.
POINT_FIELDS = (
    "number",
    "at_ms",
    "power_kw",
    "energy_kwh",
    "limit_a",
    "price",
    "battery",
    "voltage_v",
    "current_l1_a",
    "current_l2_a",
    "current_l3_a",
    "idle_s",
)
PointValues = list[float | int | None]
TimeWindow = tuple[datetime, datetime]

_COLUMNS = (
    "number",
    "at",
    "grid_power_w",
    "energy_wh",
    "limit_a",
    "price",
    "soc_percent",
    "voltage_v",
    "current_l1_a",
    "current_l2_a",
    "current_l3_a",
    "idle_s",
)


def point_from_row(values: tuple[Any, ...]) -> PointValues:
    """Return the point of one sample, given as `_COLUMNS`; money and energy become floats here only."""
    number, at, power_w, energy_wh, limit_a, price, *rest = values
    return [
        number,
        round(at.timestamp() * 1000),
        None if power_w is None else power_w / 1000,
        float(energy_wh) / 1000,
        limit_a,
        None if price is None else float(price),
        *rest,
    ]


def load_points(session_id: int, *, after: int = 0, window: TimeWindow | None = None) -> list[PointValues]:
    """Return the session's points numbered above `after`, in order of time; those of a window alone."""
    samples = MeterSample.objects.filter(session_id=session_id)
    if after:
        samples = samples.filter(number__gt=after)
    if window:
        samples = samples.filter(at__range=window)
    return [point_from_row(values) for values in samples.order_by("at").values_list(*_COLUMNS)]


def sample_point(sample: Sample) -> PointValues:
    """Return the point of a sample that has just been recorded."""
    reading, worked_out = sample.reading, sample.point
    return point_from_row(
        (
            sample.number,
            reading.at,
            worked_out.grid_power_w,
            worked_out.energy_wh,
            worked_out.limit_a,
            worked_out.price,
            reading.soc_percent,
            reading.voltage_v,
            *reading.currents_a,
            worked_out.idle_s,
        )
    )
