"""The numbered points of a session's graph as lists of plain numbers, the browser's format."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from sessions_app.domain.drafts import Sample
from sessions_app.domain.quantities import (
    FIGURE_FIELDS,
    MEASURED_FIELDS,
    QUANTITIES,
    SERIES,
    figure_values,
    measured_values,
)
from sessions_app.models import MeterSample

PointValues = list[float | int | None]
TimeWindow = tuple[datetime, datetime]

# The values of a point: its number, epoch milliseconds, the series in their order, the seconds held back and idle.
POINT_FIELDS = ("number", "at_ms", *(series.field for series in SERIES), "held_back_s", "idle_s")
_COLUMNS = ("number", "at", *(each.field for each in QUANTITIES if each.series), "held_back_s", "idle_s")
_CONVERSIONS: tuple[tuple[int, Callable[[Any], float]], ...] = tuple(
    (index, series.to_point) for index, series in enumerate(SERIES, 2) if series.to_point
)
_SAMPLE_FIELDS = (*FIGURE_FIELDS, *MEASURED_FIELDS)
_POSITIONS = tuple(_SAMPLE_FIELDS.index(name) for name in _COLUMNS[2:])

_KEY_FIELDS = {"session", "at", "number"}
if _MISSING := {each.name for each in MeterSample._meta.concrete_fields} ^ {*_KEY_FIELDS, *_SAMPLE_FIELDS}:
    message = (
        f"models.MeterSample and domain/quantities.py differ in {', '.join(sorted(_MISSING))}: "
        "each quantity has a field in models/sessions.py and a record."
    )
    raise ImproperlyConfigured(message)


def point_from_row(values: tuple[Any, ...]) -> PointValues:
    """Convert the `_COLUMNS` of a sample to a point. Only here do money and energy become floats."""
    point = list(values)
    point[1] = round(point[1].timestamp() * 1000)
    for index, convert in _CONVERSIONS:
        if point[index] is not None:
            point[index] = convert(point[index])
    return point


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
    values = (*figure_values(sample.point), *measured_values(sample.reading))
    return point_from_row((sample.number, sample.reading.at, *(values[position] for position in _POSITIONS)))
