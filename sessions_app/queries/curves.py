"""The curve of one session: its points with the start and the stop that no reading holds."""

from datetime import datetime
from decimal import Decimal

import msgspec

from sessions_app.domain import curve as curves
from sessions_app.domain.curve import Curve
from sessions_app.domain.session_totals import decode_totals
from sessions_app.models import ChargingSession, DownsampledSeries
from sessions_app.queries.points import POINT_FIELDS, PointValues, TimeWindow, load_points

SERIES_FIELDS = POINT_FIELDS[2:-1]
STORED_POINTS = 6_000  # points that a downsampled keeps: four times what a graph shows
_decoded = msgspec.json.Decoder(Curve).decode
MAX_READINGS_PER_WINDOW = 20_000  # readings that a window is drawn from; a longer one is drawn from the downsampled


def load_curve(session: ChargingSession, *, window: TimeWindow | None = None) -> Curve:
    """Return what the graph of a session draws: some 1,500 points at most, gaps as empty ones.

    Load the session with `downsampled`. A window shows the detail that the whole had no room for.
    """
    downsampled = session.downsampled if hasattr(session, "downsampled") else None
    if window and _readings_in(window, session) <= MAX_READINGS_PER_WINDOW:
        return curves.downsample(curves.with_gaps(curve_from_points(load_points(session.pk, window=window))))
    if downsampled is None:
        measured = curves.with_gaps(curve_from_points(load_points(session.pk)))
    else:
        measured = extend_curve(decode_series(downsampled), load_points(session.pk, after=downsampled.last_number))
    whole = _with_start_and_end(measured, session)
    return curves.downsample(whole.between(*(_ms(at) for at in window)) if window else whole)


def load_series(session_id: int) -> DownsampledSeries | None:
    """Return the stored series of a long session."""
    return DownsampledSeries.objects.filter(session_id=session_id).first()


def decode_series(downsampled: DownsampledSeries) -> Curve:
    """Return the curve that is kept of a long session."""
    return _decoded(downsampled.curve)


def extend_curve(known: Curve, rows: list[PointValues]) -> Curve:
    """Return the curve with the points that came after it, and the gaps between those."""
    if not rows:
        return known
    last = known.select(range(len(known) - 1, len(known)))
    fresh = curves.with_gaps(join_curves(last, curve_from_points(rows)))
    return join_curves(known, fresh.select(range(len(last), len(fresh))))


def curve_from_points(rows: list[PointValues]) -> Curve:
    """Return points as a curve."""
    by_field = zip(*rows, strict=True) if rows else ((),) * len(POINT_FIELDS)
    named = dict(zip(POINT_FIELDS, map(list, by_field), strict=True))
    return Curve(
        numbers=named["number"],
        times_ms=named["at_ms"],
        idle_s=named["idle_s"],
        series={name: named[name] for name in SERIES_FIELDS},
    )


def _readings_in(window: TimeWindow, session: ChargingSession) -> float:
    """Return about how many readings a window holds."""
    end = session.ended_at or session.last_reading_at or session.started_at
    whole_s = max((end - session.started_at).total_seconds(), 1.0)
    return session.reading_count * (window[1] - window[0]).total_seconds() / whole_s


def _with_start_and_end(measured: Curve, session: ChargingSession) -> Curve:
    """Return the curve with the start, at no energy, and with the session's own figures at its end.

    These points have the number 0: they are no readings, and a live graph never asks for them.
    """
    is_priced = session.price is not None
    first_ms = _ms(session.started_at)
    if not measured.times_ms or first_ms < measured.times_ms[0]:
        start: dict[str, float | None] = {"energy_kwh": 0.0, "price": 0.0 if is_priced else None}
        measured = _join_with_gap(_single_point(first_ms, 0, start), measured)
    if session.ended_at is None or session.stopped_at is None:
        return measured
    stood_s = (session.ended_at - session.stopped_at).total_seconds()
    last = {"energy_kwh": float(session.energy_wh) / 1000, "battery": measured.series["battery"][-1]}
    if stood_s > 0:
        idle_before_s = next((idle for idle in reversed(measured.idle_s) if idle is not None), 0)
        idle_s, price = _at_stop(session) or (session.idle_s - round(stood_s), session.price)
        stop = last | {"price": _float(price)}
        measured = _append_end(measured, session.stopped_at, max(idle_before_s, idle_s), stop)
    last |= {"price": _float(session.price)}
    # Between the stop and the unplugging nothing flows: that is known without a reading.
    return _append_end(measured, session.ended_at, session.idle_s, last, is_stored=stood_s > 0)


def _at_stop(session: ChargingSession) -> tuple[int, Decimal | None] | None:
    """Return inactivity and price at the stop, before the car stood on; None where they are not kept."""
    running = decode_totals(session.totals)
    return (running.at_stop.idle_s, running.at_stop.price) if running and running.at_stop else None


def _float(price: Decimal | None) -> float | None:
    return None if price is None else float(price)


def _join_with_gap(first: Curve, second: Curve, *, is_stored: bool = False) -> Curve:
    """Return both curves as one, with a gap where nobody knows what was between them for too long."""
    if first.times_ms and second.times_ms and not is_stored:
        silence_ms = second.times_ms[0] - first.times_ms[-1]
        if silence_ms > max(first.gap_ms, second.gap_ms):
            empty = Curve(
                [None],
                [first.times_ms[-1] + silence_ms // 2],
                [None],
                {name: [None] for name in SERIES_FIELDS},
            )
            return join_curves(join_curves(first, empty), second)
    return join_curves(first, second)


def _append_end(
    measured: Curve, at: datetime, idle_s: int, figures: dict[str, float | None], *, is_stored: bool = False
) -> Curve:
    """Return the curve with one more point, unless a reading is as late: then that one is the end."""
    if _ms(at) <= measured.times_ms[-1]:
        return measured
    return _join_with_gap(measured, _single_point(_ms(at), idle_s, figures), is_stored=is_stored)


def _single_point(at_ms: int, idle_s: int, figures: dict[str, float | None]) -> Curve:
    return Curve([0], [at_ms], [idle_s], {name: [figures.get(name)] for name in SERIES_FIELDS})


def join_curves(first: Curve, second: Curve) -> Curve:
    """Return both curves as one; the second goes on from the first."""
    return Curve(
        numbers=first.numbers + second.numbers,
        times_ms=first.times_ms + second.times_ms,
        idle_s=first.idle_s + second.idle_s,
        series={name: first.series[name] + second.series[name] for name in SERIES_FIELDS},
        gap_ms=max(first.gap_ms, second.gap_ms),
    )


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
