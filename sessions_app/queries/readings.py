"""The stored readings of a session as the domain's type."""

from sessions_app.domain.meter import Reading
from sessions_app.domain.quantities import MEASURED_FIELDS, reading_from
from sessions_app.models import MeterSample


def load_readings(session_id: int) -> list[tuple[int, Reading]]:
    """Return all readings of a session with their numbers, in order of time."""
    samples = MeterSample.objects.filter(session_id=session_id).order_by("at")
    rows = samples.values_list("number", "at", *MEASURED_FIELDS)
    return [(number, reading_from(at, tuple(values))) for number, at, *values in rows]
