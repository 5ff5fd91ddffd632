"""The data of a session's graph: the figure, the points and the site's clock."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import msgspec

from sessions_app.domain import wording
from sessions_app.domain.curve import Curve
from sessions_app.domain.quantities import SERIES
from sessions_app.models import ChargingSession
from sessions_app.pages import charts

_DIGITS = {series.field: series.stored_digits for series in SERIES} | {"held_back_s": 0}


def graph_payload(session: ChargingSession, curve: Curve, *, now: datetime) -> bytes:
    """Return the JSON of a session's graph; `last` is the point after which a live graph continues."""
    zone = ZoneInfo(session.site.time_zone)
    clock_until = session.ended_at or now + charts.LIVE_AHEAD
    stopped_at = session.stopped_at
    return msgspec.json.encode(
        {
            "session": session.pk,
            "title": _title(session, zone),
            "figure": charts.build_figure(
                currency=session.currency,
                marks={"start": session.started_at, "stop": stopped_at, "unplugged": session.unplugged_at},
            ),
            "points": point_columns(curve),
            "last": curve.last_number,
            "version": version(session),
            "count": session.reading_count,
            "gap_ms": curve.gap_ms,
            "started_ms": charts.epoch_ms(session.started_at),
            "ended_ms": None if session.ended_at is None else charts.epoch_ms(session.ended_at),
            "now_ms": charts.epoch_ms(now),
            "clock": charts.zone_changes(zone, session.started_at, clock_until),
            "money": wording.money(Decimal(0), session.currency) if session.currency else "",
        }
    )


def _title(session: ChargingSession, zone: ZoneInfo) -> str:
    """Return the title of the downloaded image, which is read without the page around it."""
    number = session.connector.number if session.connector else None
    parts = [f"Session {session.pk}", session.station.identity, wording.connector_letter(number)]
    return " · ".join([*parts, f"times in {session.started_at.astimezone(zone):%Z}"])


def version(session: ChargingSession) -> str:
    """Return a checksum that changes whenever an ended session does; "" for one in progress."""
    if session.ended_at is None:
        return ""
    values = (session.ended_at, session.unplugged_at, session.end_reason, session.totals, session.tariff)
    return f"{crc32(repr(values).encode()):x}"


def point_columns(curve: Curve) -> dict[str, list[Any]]:
    """Return the points as columns named as in POINT_FIELDS, rounded to what a graph can show."""
    rounded = {
        name: [None if value is None else round(value, _DIGITS[name]) for value in column]
        for name, column in curve.series.items()
    }
    return {"number": curve.numbers, "at_ms": curve.times_ms, **rounded, "idle_s": curve.idle_s}
