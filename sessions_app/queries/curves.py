"""The curve of one session: its points with the start and the stop that no reading holds."""

from datetime import datetime
from decimal import Decimal

import msgspec

from sessions_app.domain import curve as curves
from sessions_app.domain.curve import Curve
from sessions_app.domain.running import kept
from sessions_app.models import ChargingSession, CurveDigest
from sessions_app.queries.points import POINT_FIELDS, Point, Window, points

SERIES = POINT_FIELDS[2:-1]
DIGESTED = 6_000  # points that a digest keeps: four times what a graph shows
_decoded = msgspec.json.Decoder(Curve).decode
READ_AT_MOST = 20_000  # readings that a window is drawn from; a longer one is drawn from the digest


def curve(session: ChargingSession, *, window: Window | None = None) -> Curve:
    """Return what the graph of a session draws: some 1,500 points at most, gaps as empty ones.

    Load the session with `digest`. A window shows the detail that the whole had no room for.
    """
    digest = session.digest if hasattr(session, "digest") else None
    if window and _readings_in(window, session) <= READ_AT_MOST:
        return curves.thinned(curves.with_gaps(columns(points(session.pk, window=window))))
    if digest is None:
        measured = curves.with_gaps(columns(points(session.pk)))
    else:
        measured = continued(stored(digest), points(session.pk, after=digest.upto))
    whole = _whole(measured, session)
    return curves.thinned(whole.between(*(_ms(at) for at in window)) if window else whole)


def stored(digest: CurveDigest) -> Curve:
    """Return the curve that is kept of a long session."""
    return _decoded(digest.curve)


def continued(known: Curve, rows: list[Point]) -> Curve:
    """Return the curve with the points that came after it, and the gaps between those."""
    if not rows:
        return known
    last = known.only(range(len(known) - 1, len(known)))
    fresh = curves.with_gaps(joined(last, columns(rows)))
    return joined(known, fresh.only(range(len(last), len(fresh))))


def columns(rows: list[Point]) -> Curve:
    """Return points as a curve."""
    by_field = zip(*rows, strict=True) if rows else ((),) * len(POINT_FIELDS)
    named = dict(zip(POINT_FIELDS, map(list, by_field), strict=True))
    return Curve(
        numbers=named["number"],
        times_ms=named["at_ms"],
        idle_s=named["idle_s"],
        series={name: named[name] for name in SERIES},
    )


def _readings_in(window: Window, session: ChargingSession) -> float:
    """Return about how many readings a window holds."""
    end = session.ended_at or session.last_reading_at or session.started_at
    whole_s = max((end - session.started_at).total_seconds(), 1.0)
    return session.reading_count * (window[1] - window[0]).total_seconds() / whole_s


def _whole(measured: Curve, session: ChargingSession) -> Curve:
    """Return the curve with the start, at no energy, and with the session's own figures at its end.

    These points have the number 0: they are no readings, and a live graph never asks for them.
    """
    is_priced = session.price is not None
    first_ms = _ms(session.started_at)
    if not measured.times_ms or first_ms < measured.times_ms[0]:
        start: dict[str, float | None] = {"energy_kwh": 0.0, "price": 0.0 if is_priced else None}
        measured = _met(_one(first_ms, 0, start), measured)
    if session.ended_at is None or session.stopped_at is None:
        return measured
    stood_s = (session.ended_at - session.stopped_at).total_seconds()
    last = {"energy_kwh": float(session.energy_wh) / 1000, "battery": measured.series["battery"][-1]}
    if stood_s > 0:
        idle_before_s = next((idle for idle in reversed(measured.idle_s) if idle is not None), 0)
        idle_s, price = _at_stop(session) or (session.idle_s - round(stood_s), session.price)
        stop = last | {"price": _float(price)}
        measured = _ended(measured, session.stopped_at, max(idle_before_s, idle_s), stop)
    last |= {"price": _float(session.price)}
    # Between the stop and the unplugging nothing flows: that is known without a reading.
    return _ended(measured, session.ended_at, session.idle_s, last, is_known=stood_s > 0)


def _at_stop(session: ChargingSession) -> tuple[int, Decimal | None] | None:
    """Return inactivity and price at the stop, before the car stood on; None where they are not kept."""
    running = kept(session.running)
    return (running.at_stop.idle_s, running.at_stop.price) if running and running.at_stop else None


def _float(price: Decimal | None) -> float | None:
    return None if price is None else float(price)


def _met(first: Curve, second: Curve, *, is_known: bool = False) -> Curve:
    """Return both curves as one, with a gap where nobody knows what was between them for too long."""
    if first.times_ms and second.times_ms and not is_known:
        silence_ms = second.times_ms[0] - first.times_ms[-1]
        if silence_ms > max(first.gap_ms, second.gap_ms):
            empty = Curve(
                [None], [first.times_ms[-1] + silence_ms // 2], [None], {name: [None] for name in SERIES}
            )
            return joined(joined(first, empty), second)
    return joined(first, second)


def _ended(
    measured: Curve, at: datetime, idle_s: int, figures: dict[str, float | None], *, is_known: bool = False
) -> Curve:
    """Return the curve with one more point, unless a reading is as late: then that one is the end."""
    if _ms(at) <= measured.times_ms[-1]:
        return measured
    return _met(measured, _one(_ms(at), idle_s, figures), is_known=is_known)


def _one(at_ms: int, idle_s: int, figures: dict[str, float | None]) -> Curve:
    return Curve([0], [at_ms], [idle_s], {name: [figures.get(name)] for name in SERIES})


def joined(first: Curve, second: Curve) -> Curve:
    """Return both curves as one; the second goes on from the first."""
    return Curve(
        numbers=first.numbers + second.numbers,
        times_ms=first.times_ms + second.times_ms,
        idle_s=first.idle_s + second.idle_s,
        series={name: first.series[name] + second.series[name] for name in SERIES},
        gap_ms=max(first.gap_ms, second.gap_ms),
    )


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
