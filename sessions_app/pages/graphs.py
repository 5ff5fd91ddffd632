"""What a graph needs to draw itself and to go on: the figure, the points, the clock of the site."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import msgspec

from sessions_app.domain import wording
from sessions_app.domain.curve import Curve
from sessions_app.models import ChargingSession
from sessions_app.pages import charts

DIGITS = {"power_kw": 3, "energy_kwh": 4, "limit_a": 2, "price": 3, "battery": 1}


def graph_payload(session: ChargingSession, curve: Curve, *, now: datetime) -> bytes:
    """Return the JSON of a session's graph; `last` is the number that a live graph goes on from."""
    zone = ZoneInfo(session.site.time_zone)
    ahead = session.ended_at or now + charts.LIVE_AHEAD
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
            "started_ms": charts.milliseconds(session.started_at),
            "ended_ms": None if session.ended_at is None else charts.milliseconds(session.ended_at),
            "now_ms": charts.milliseconds(now),
            "clock": charts.zone_changes(zone, session.started_at, ahead),
            "money": wording.money(Decimal(0), session.currency) if session.currency else "",
        }
    )


def _title(session: ChargingSession, zone: ZoneInfo) -> str:
    """Return what the picture of a graph is called: it has to say alone what the page says round it."""
    number = session.connector.number if session.connector else None
    words = [f"Session {session.pk}", session.station.identity, wording.connector_letter(number)]
    return " · ".join([*words, f"times in {session.started_at.astimezone(zone):%Z}"])


def version(session: ChargingSession) -> str:
    """Return a word for what is known of a session that is over: another one when that changes; else ""."""
    if session.ended_at is None:
        return ""
    known = (session.ended_at, session.unplugged_at, session.end_reason, session.totals, session.tariff)
    return f"{crc32(repr(known).encode()):x}"


def point_columns(curve: Curve) -> dict[str, list[Any]]:
    """Return the points as columns by the names of POINT_FIELDS, to as many digits as a graph can show."""
    rounded = {
        name: [None if value is None else round(value, DIGITS.get(name, 2)) for value in column]
        for name, column in curve.series.items()
    }
    return {"number": curve.numbers, "at_ms": curve.times_ms, **rounded, "idle_s": curve.idle_s}
