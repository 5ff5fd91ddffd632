"""Sessions cut into intervals of the clock, and the columns of those."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from django.db.models import QuerySet

from sessions_app.domain import wording
from sessions_app.domain.intervals import ClockInterval, split_by_clock
from sessions_app.domain.row import SessionRow
from sessions_app.exports import cell_types
from sessions_app.exports.columns import FileColumn, time_columns, to_kw
from sessions_app.models import ChargingSession
from sessions_app.queries.samples import stream_energy_points


class SessionInterval(NamedTuple):
    """An interval and the session that it is cut from."""

    session: SessionRow
    interval: ClockInterval


def stream_intervals(sessions: QuerySet[ChargingSession], *, minutes: int) -> Iterator[SessionInterval]:
    """Return the intervals of one session after the other."""
    for session, readings in stream_energy_points(sessions):
        for interval in split_by_clock(readings, minutes=minutes, zone=session.tz):
            yield SessionInterval(session, interval)


def _plugged(each: SessionInterval, now: datetime) -> int:
    return round(each.interval.plugged_s)


def _peak(each: SessionInterval, now: datetime) -> Decimal | None:
    return to_kw(each.interval.peak_power_w)


def _average(each: SessionInterval, now: datetime) -> Decimal | None:
    return to_kw(each.interval.average_power_w)


_zone_of = attrgetter("session.zone")

# Energy stands to the 0.001 Wh: rounded as on screens, intervals would not add up to their session.
INTERVAL_COLUMNS: tuple[FileColumn[SessionInterval], ...] = (
    FileColumn("id", "Session ID", cell_types.INTEGER, lambda each, now: each.session.id),
    *time_columns("start", "Interval Start", lambda each, now: each.interval.start, _zone_of),
    *time_columns("stop", "Interval End", lambda each, now: each.interval.stop, _zone_of),
    FileColumn("plugged", "Plugged In (h:mm:ss)", cell_types.DURATION, _plugged),
    FileColumn(
        "energy",
        "Energy (kWh)",
        cell_types.ENERGY_KWH,
        lambda each, now: each.interval.energy_wh,
        is_totalled=True,
    ),
    FileColumn("peak", "Peak Power (kW)", cell_types.DECIMAL, _peak),
    FileColumn("average", "Average Power (kW)", cell_types.DECIMAL, _average),
    FileColumn("station", "Charging Station", cell_types.TEXT, lambda each, now: each.session.station),
    FileColumn(
        "connector",
        "Connector",
        cell_types.TEXT,
        lambda each, now: wording.connector_letter(each.session.connector) if each.session.connector else "",
    ),
    FileColumn("company", "Company", cell_types.TEXT, lambda each, now: each.session.company),
    FileColumn("site", "Site", cell_types.TEXT, lambda each, now: each.session.site),
    FileColumn("site_area", "Site Area", cell_types.TEXT, lambda each, now: each.session.site_area),
    FileColumn("user", "User", cell_types.TEXT, lambda each, now: each.session.user or ""),
    FileColumn("user", "Unit", cell_types.TEXT, lambda each, now: each.session.unit or ""),
    FileColumn("zone", "Time Zone", cell_types.TEXT, lambda each, now: each.session.zone),
)
