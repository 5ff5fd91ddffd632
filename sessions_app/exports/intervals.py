"""Sessions split into clock intervals, and the columns of that export."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from django.db.models import QuerySet

from sessions_app.domain import wording
from sessions_app.domain.file_cells import to_kw
from sessions_app.domain.intervals import ClockInterval, split_by_clock
from sessions_app.domain.row import SessionRow
from sessions_app.exports import cell_types
from sessions_app.exports.columns import FileColumn, time_columns
from sessions_app.models import ChargingSession
from sessions_app.queries.samples import stream_energy_points


class SessionInterval(NamedTuple):
    """A clock interval of a session."""

    session: SessionRow
    interval: ClockInterval


def stream_intervals(sessions: QuerySet[ChargingSession], *, minutes: int) -> Iterator[SessionInterval]:
    """Yield the intervals of each session."""
    for session, readings in stream_energy_points(sessions):
        for interval in split_by_clock(readings, minutes=minutes, zone=session.tz):
            yield SessionInterval(session, interval)


def _plugged(record: SessionInterval, now: datetime) -> int:
    return round(record.interval.plugged_s)


def _peak(record: SessionInterval, now: datetime) -> Decimal | None:
    return to_kw(record.interval.peak_power_w)


def _average(record: SessionInterval, now: datetime) -> Decimal | None:
    return to_kw(record.interval.average_power_w)


_zone_of = attrgetter("session.zone")

# Energy has a resolution of 0.001 Wh: rounded as on screen, intervals would not add up to their session.
INTERVAL_COLUMNS: tuple[FileColumn[SessionInterval], ...] = (
    FileColumn("id", "Session ID", cell_types.INTEGER, lambda record, now: record.session.id),
    *time_columns("start", "Interval Start", lambda record, now: record.interval.start, _zone_of),
    *time_columns("stop", "Interval End", lambda record, now: record.interval.stop, _zone_of),
    FileColumn("plugged", "Plugged In (h:mm:ss)", cell_types.DURATION, _plugged),
    FileColumn(
        "energy",
        "Energy (kWh)",
        cell_types.ENERGY_KWH,
        lambda record, now: record.interval.energy_wh,
        is_totalled=True,
    ),
    FileColumn("peak", "Peak Power (kW)", cell_types.DECIMAL, _peak),
    FileColumn("average", "Average Power (kW)", cell_types.DECIMAL, _average),
    FileColumn("station", "Charging Station", cell_types.TEXT, lambda record, now: record.session.station),
    FileColumn(
        "connector",
        "Connector",
        cell_types.TEXT,
        lambda record, now: wording.connector_letter(record.session.connector) if record.session.connector else "",
    ),
    FileColumn("company", "Company", cell_types.TEXT, lambda record, now: record.session.company),
    FileColumn("site", "Site", cell_types.TEXT, lambda record, now: record.session.site),
    FileColumn("site_area", "Site Area", cell_types.TEXT, lambda record, now: record.session.site_area),
    FileColumn("user", "User", cell_types.TEXT, lambda record, now: record.session.user or ""),
    FileColumn("user", "Unit", cell_types.TEXT, lambda record, now: record.session.unit or ""),
    FileColumn("zone", "Time Zone", cell_types.TEXT, lambda record, now: record.session.zone),
)
