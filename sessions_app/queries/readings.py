"""The stored readings of a session as the domain's type."""

from typing import Any, NamedTuple

from sessions_app.domain.meter import Reading
from sessions_app.domain.quantities import FIGURE_FIELDS, MEASURED_FIELDS, reading_from
from sessions_app.models import MeterSample


class StoredSample(NamedTuple):
    """A stored reading with its number, and its figures in the order of FIGURE_FIELDS."""

    number: int
    reading: Reading
    figures: tuple[Any, ...]


def load_readings(session_id: int) -> list[tuple[int, Reading]]:
    """Return all readings of a session with their numbers, in order of time."""
    samples = MeterSample.objects.filter(session_id=session_id).order_by("at")
    rows = samples.values_list("number", "at", *MEASURED_FIELDS)
    return [(number, reading_from(at, tuple(values))) for number, at, *values in rows]


def load_samples(session_id: int) -> list[StoredSample]:
    """Return all readings of a session with their figures, in order of time."""
    samples = MeterSample.objects.filter(session_id=session_id).order_by("at")
    rows = samples.values_list("number", "at", *FIGURE_FIELDS, *MEASURED_FIELDS)
    count = len(FIGURE_FIELDS)
    return [
        StoredSample(number, reading_from(at, tuple(values[count:])), tuple(values[:count]))
        for number, at, *values in rows
    ]
