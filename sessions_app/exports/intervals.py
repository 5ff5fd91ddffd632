"""Sessions cut into intervals of the clock, and the columns of those."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from django.db.models import QuerySet

from sessions_app.domain import wording
from sessions_app.domain.intervals import Interval, cut
from sessions_app.domain.row import SessionRow
from sessions_app.exports import kinds
from sessions_app.exports.columns import Column, kw, moment
from sessions_app.models import ChargingSession
from sessions_app.queries.samples import session_readings


class SessionInterval(NamedTuple):
    """An interval and the session that it is cut from."""

    session: SessionRow
    interval: Interval


def interval_stream(sessions: QuerySet[ChargingSession], *, minutes: int) -> Iterator[SessionInterval]:
    """Return the intervals of one session after the other."""
    for session, readings in session_readings(sessions):
        for interval in cut(readings, minutes=minutes, zone=session.tz):
            yield SessionInterval(session, interval)


def _plugged(each: SessionInterval, now: datetime) -> int:
    return round(each.interval.plugged_s)


def _peak(each: SessionInterval, now: datetime) -> Decimal | None:
    return kw(each.interval.peak_power_w)


def _average(each: SessionInterval, now: datetime) -> Decimal | None:
    return kw(each.interval.average_power_w)


_zone_of = attrgetter("session.zone")

# Energy stands to the 0.001 Wh: rounded as on screens, intervals would not add up to their session.
INTERVAL_COLUMNS: tuple[Column[SessionInterval], ...] = (
    Column("id", "Session ID", kinds.WHOLE, lambda each, now: each.session.id),
    *moment("start", "Interval Start", lambda each, now: each.interval.start, _zone_of),
    *moment("stop", "Interval End", lambda each, now: each.interval.stop, _zone_of),
    Column("plugged", "Plugged In (h:mm:ss)", kinds.SPAN, _plugged),
    Column(
        "energy", "Energy (kWh)", kinds.ENERGY, lambda each, now: each.interval.energy_wh, is_totalled=True
    ),
    Column("peak", "Peak Power (kW)", kinds.DECIMAL, _peak),
    Column("average", "Average Power (kW)", kinds.DECIMAL, _average),
    Column("station", "Charging Station", kinds.TEXT, lambda each, now: each.session.station),
    Column(
        "connector",
        "Connector",
        kinds.TEXT,
        lambda each, now: wording.connector_letter(each.session.connector) if each.session.connector else "",
    ),
    Column("company", "Company", kinds.TEXT, lambda each, now: each.session.company),
    Column("site", "Site", kinds.TEXT, lambda each, now: each.session.site),
    Column("site_area", "Site Area", kinds.TEXT, lambda each, now: each.session.site_area),
    Column("user", "User", kinds.TEXT, lambda each, now: each.session.user or ""),
    Column("user", "Unit", kinds.TEXT, lambda each, now: each.session.unit or ""),
    Column("zone", "Time Zone", kinds.TEXT, lambda each, now: each.session.zone),
)
