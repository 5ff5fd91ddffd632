"""The numbered points of a session's graph as lists of plain numbers, the browser's format."""

from datetime import datetime
from typing import Any

from sessions_app.domain.drafts import Sample
from sessions_app.models import MeterSample

# The values of a point: its number, epoch milliseconds, kW, kWh, A, price, %, V, A × 3, idle s.
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
    """Convert the `_COLUMNS` of a sample to a point. Only here do money and energy become floats."""
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
    """Return the session's points numbered above `after` and within the window, in order of time."""
    samples = MeterSample.objects.filter(session_id=session_id)
    if after:
        samples = samples.filter(number__gt=after)
    if window:
        samples = samples.filter(at__range=window)
    return [point_from_row(values) for values in samples.order_by("at").values_list(*_COLUMNS)]


def sample_point(sample: Sample) -> PointValues:
    """Return the point of a newly recorded sample."""
    reading, figures = sample.reading, sample.point
    return point_from_row(
        (
            sample.number,
            reading.at,
            figures.grid_power_w,
            figures.energy_wh,
            figures.limit_a,
            figures.price,
            reading.soc_percent,
            reading.voltage_v,
            *reading.currents_a,
            figures.idle_s,
        )
    )
