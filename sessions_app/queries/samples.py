"""Meter samples for exports: the rows of one session, and the energy over time of many."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from django.db.models import QuerySet

from sessions_app.domain.intervals import EnergyPoint
from sessions_app.domain.quantities import QUANTITIES
from sessions_app.domain.row import SessionRow
from sessions_app.models import ChargingSession, MeterSample
from sessions_app.queries.rows import stream_rows

SESSIONS_PER_QUERY = 50


# A sample's moment, its number, and its quantities: the order of `stream_samples`.
SAMPLE_FIELDS = ("at", "number", *(each.field for each in QUANTITIES))
SampleValues = tuple[Any, ...]


def stream_samples(session_id: int) -> Iterator[SampleValues]:
    """Yield the SAMPLE_FIELDS of the session's samples in order of time, in constant memory."""
    samples = MeterSample.objects.filter(session_id=session_id).order_by("at")
    yield from samples.values_list(*SAMPLE_FIELDS).iterator(chunk_size=2_000)


def stream_energy_points(
    sessions: QuerySet[ChargingSession],
) -> Iterator[tuple[SessionRow, list[EnergyPoint]]]:
    """Yield each session with its readings from start to end. Loads the samples of a few sessions at a time."""
    rows = stream_rows(sessions)
    while chunk := list(islice(rows, SESSIONS_PER_QUERY)):
        samples = MeterSample.objects.filter(session_id__in=[row.id for row in chunk])
        points = samples.order_by("session_id", "at").values_list("session_id", "at", "energy_wh", "grid_power_w")
        readings = {
            session_id: [EnergyPoint(*values[1:]) for values in group]
            for session_id, group in groupby(points.iterator(), key=itemgetter(0))
        }
        yield from ((row, _with_start_and_end(row, readings.get(row.id, []))) for row in chunk)


def _with_start_and_end(row: SessionRow, readings: list[EnergyPoint]) -> list[EnergyPoint]:
    """Add the session's start before the readings, and its end with the total energy after them."""
    ended_at = row.ended_at
    inside = [point for point in readings if point.at > row.started_at and (ended_at is None or point.at <= ended_at)]
    end = max([ended_at or row.last_reading_at or row.started_at, *(point.at for point in inside[-1:])])
    end_power_w = inside.pop().power_w if inside and inside[-1].at == end else None
    last = EnergyPoint(end, row.energy_wh, end_power_w)
    return [EnergyPoint(row.started_at, Decimal(0), None), *inside, last]
