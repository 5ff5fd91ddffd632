"""The meter samples of sessions for exports: of one as rows, of many as what had flowed by when."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import groupby, islice

import msgspec
from django.db.models import QuerySet

from sessions_app.domain.intervals import EnergyPoint
from sessions_app.domain.row import SessionRow
from sessions_app.models import ChargingSession, MeterSample
from sessions_app.queries.rows import stream_rows

SESSIONS_AT_ONCE = 50


class SampleRow(msgspec.Struct, frozen=True):
    """What a station measured at one moment, and the session's figures then. Wh, W, A, V, %, seconds."""

    at: datetime
    number: int
    register_wh: Decimal | None
    grid_power_w: float | None
    energy_wh: Decimal
    limit_a: float | None
    idle_s: int
    price: Decimal | None
    soc_percent: float | None
    voltage_v: float | None
    current_l1_a: float | None
    current_l2_a: float | None
    current_l3_a: float | None


def stream_samples(session_id: int) -> Iterator[SampleRow]:
    """Return the session's samples in order of time, in constant memory."""
    samples = MeterSample.objects.filter(session_id=session_id).order_by("at")
    for values in samples.values_list(*SampleRow.__struct_fields__).iterator(chunk_size=2_000):
        yield SampleRow(*values)


def stream_energy_points(
    sessions: QuerySet[ChargingSession],
) -> Iterator[tuple[SessionRow, list[EnergyPoint]]]:
    """Return each session with its readings from start to end, a few sessions' samples at a time."""
    rows = stream_rows(sessions)
    while chunk := list(islice(rows, SESSIONS_AT_ONCE)):
        samples = MeterSample.objects.filter(session_id__in=[row.id for row in chunk])
        values = samples.order_by("session_id", "at").values_list("session_id", "at", "energy_wh", "grid_power_w")
        readings = {
            session_id: [EnergyPoint(*each[1:]) for each in group]
            for session_id, group in groupby(values.iterator(), key=lambda each: each[0])
        }
        yield from ((row, _whole(row, readings.get(row.id, []))) for row in chunk)


def _whole(row: SessionRow, readings: list[EnergyPoint]) -> list[EnergyPoint]:
    """Return the readings with the session's start before them and its end, with all its energy, after."""
    last_at = row.ended_at
    inside = [each for each in readings if each.at > row.started_at and (last_at is None or each.at <= last_at)]
    end = max([row.ended_at or row.last_reading_at or row.started_at, *(each.at for each in inside[-1:])])
    end_power_w = inside.pop().power_w if inside and inside[-1].at == end else None
    last = EnergyPoint(end, row.energy_wh, end_power_w)
    return [EnergyPoint(row.started_at, Decimal(0), None), *inside, last]
