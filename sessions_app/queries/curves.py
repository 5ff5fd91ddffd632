"""The curve of one session: its points, and the start and the end, which no reading holds."""

from datetime import datetime
from decimal import Decimal

import msgspec

from sessions_app.domain import curve as curves
from sessions_app.domain.curve import Curve
from sessions_app.domain.session_totals import decode_totals
from sessions_app.models import ChargingSession, DownsampledSeries
from sessions_app.queries.points import POINT_FIELDS, PointValues, TimeWindow, load_points

SERIES_FIELDS = POINT_FIELDS[2:-1]
STORED_POINTS = 6_000  # of a downsampled series: four times what a graph shows
_decode_curve = msgspec.json.Decoder(Curve).decode
MAX_READINGS_PER_WINDOW = 20_000  # more readings: use the downsampled series


def load_curve(session: ChargingSession, *, window: TimeWindow | None = None) -> Curve:
    """Return the points of a session's graph: about 1,500 at most, with empty points as gaps.

    Load the session with `downsampled`. A window shows more detail than the whole curve can.
    """
    downsampled = session.downsampled if hasattr(session, "downsampled") else None
    if window and _readings_in(window, session) <= MAX_READINGS_PER_WINDOW:
        return curves.downsample(curves.with_gaps(curve_from_points(load_points(session.pk, window=window))))
    if downsampled is None:
        measured = curves.with_gaps(curve_from_points(load_points(session.pk)))
    else:
        measured = extend_curve(decode_series(downsampled), load_points(session.pk, after=downsampled.last_number))
    curve = _with_start_and_end(measured, session)
    return curves.downsample(curve.between(*(_ms(at) for at in window)) if window else curve)


def load_series(session_id: int) -> DownsampledSeries | None:
    """Return the stored series of a long session."""
    return DownsampledSeries.objects.filter(session_id=session_id).first()


def decode_series(downsampled: DownsampledSeries) -> Curve:
    """Decode the stored curve of a long session; a series that is newer than the curve is unknown.

    No session was held back before its curve had the seconds.
    """
    curve = _decode_curve(downsampled.curve)
    unknown: list[float | None] = [None] * len(curve)
    zeros: list[float | None] = [None if number is None else 0 for number in curve.numbers]
    known = {"held_back_s": zeros} | curve.series
    return msgspec.structs.replace(curve, series={name: known.get(name, unknown) for name in SERIES_FIELDS})


def extend_curve(curve: Curve, rows: list[PointValues]) -> Curve:
    """Append later points to the curve, with the gaps between them."""
    if not rows:
        return curve
    last = curve.select(range(len(curve) - 1, len(curve)))
    added = curves.with_gaps(join_curves(last, curve_from_points(rows)))
    return join_curves(curve, added.select(range(len(last), len(added))))


def curve_from_points(rows: list[PointValues]) -> Curve:
    """Turn rows of points into a curve of columns."""
    values = zip(*rows, strict=True) if rows else ((),) * len(POINT_FIELDS)
    columns = dict(zip(POINT_FIELDS, map(list, values), strict=True))
    return Curve(
        numbers=columns["number"],
        times_ms=columns["at_ms"],
        idle_s=columns["idle_s"],
        series={name: columns[name] for name in SERIES_FIELDS},
    )


def _readings_in(window: TimeWindow, session: ChargingSession) -> float:
    """Return the approximate number of readings in a window."""
    end = session.ended_at or session.last_reading_at or session.started_at
    duration_s = max((end - session.started_at).total_seconds(), 1.0)
    return session.reading_count * (window[1] - window[0]).total_seconds() / duration_s


def _with_start_and_end(measured: Curve, session: ChargingSession) -> Curve:
    """Add the start with zero energy, and the end with the session's own figures.

    These points have the number 0: they are not readings, and a live graph never requests them.
    """
    is_priced = session.price is not None
    first_ms = _ms(session.started_at)
    if not measured.times_ms or first_ms < measured.times_ms[0]:
        start: dict[str, float | None] = {"energy_kwh": 0.0, "price": 0.0 if is_priced else None, "held_back_s": 0}
        measured = _join_with_gap(_single_point(first_ms, 0, start), measured)
    if session.ended_at is None or session.stopped_at is None:
        return measured
    parked_s = (session.ended_at - session.stopped_at).total_seconds()
    last: dict[str, float | None] = {
        "energy_kwh": float(session.energy_wh) / 1000,
        "battery": measured.series["battery"][-1],
        "held_back_s": session.held_back_s,
    }
    if parked_s > 0:
        idle_before_s = next((idle for idle in reversed(measured.idle_s) if idle is not None), 0)
        idle_s, price = _at_stop(session) or (session.idle_s - round(parked_s), session.price)
        stop = last | {"price": _float(price)}
        measured = _append_end(measured, session.stopped_at, max(idle_before_s, idle_s), stop)
    last |= {"price": _float(session.price)}
    # No energy flows between the stop and the unplugging, so there is no gap.
    return _append_end(measured, session.ended_at, session.idle_s, last, is_known=parked_s > 0)


def _at_stop(session: ChargingSession) -> tuple[int, Decimal | None] | None:
    """Return inactivity and price at the stop, before the time parked after it; None if not stored."""
    totals = decode_totals(session.totals)
    return (totals.at_stop.idle_s, totals.at_stop.price) if totals and totals.at_stop else None


def _float(price: Decimal | None) -> float | None:
    return None if price is None else float(price)


def _join_with_gap(first: Curve, second: Curve, *, is_known: bool = False) -> Curve:
    """Join both curves, with a gap if the time between them is too long and its values are unknown."""
    if first.times_ms and second.times_ms and not is_known:
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
    measured: Curve, at: datetime, idle_s: int, figures: dict[str, float | None], *, is_known: bool = False
) -> Curve:
    """Append a point, unless a reading is at least as late: then that reading is the end."""
    if _ms(at) <= measured.times_ms[-1]:
        return measured
    return _join_with_gap(measured, _single_point(_ms(at), idle_s, figures), is_known=is_known)


def _single_point(at_ms: int, idle_s: int, figures: dict[str, float | None]) -> Curve:
    return Curve([0], [at_ms], [idle_s], {name: [figures.get(name)] for name in SERIES_FIELDS})


def join_curves(first: Curve, second: Curve) -> Curve:
    """Append the second curve to the first."""
    return Curve(
        numbers=first.numbers + second.numbers,
        times_ms=first.times_ms + second.times_ms,
        idle_s=first.idle_s + second.idle_s,
        series={name: first.series[name] + second.series[name] for name in SERIES_FIELDS},
        gap_ms=max(first.gap_ms, second.gap_ms),
    )


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
