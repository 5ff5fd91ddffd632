"""A session's points as columns, and fewer of them that look the same on a graph.

Time is cut into buckets; each keeps its first and last point and, of every series, a lowest and a
highest one. So no peak is lost, however short: it only moves within its bucket. Edges of idle stretches
and gaps are kept too. All series share their points, so each that ripples takes from the others: power
and limit, which say whether a car charges, have buckets of their own, finer than those of the rest.
Bucket widths come from one ladder on one grid, so that thinning what was thinned on a finer rung gives
the same as thinning everything at once.

Largest-Triangle-Three-Buckets, the usual choice, keeps one point a bucket and so drops the second of two
close peaks, and it chooses for one series alone, while a hover shows all series at one moment.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median_low
from typing import cast

import msgspec

MAX_POINTS = 1_500
GAP_INTERVALS = 3
MIN_INTERVAL_MS = 10_000
IDLE_ROUNDING_MS = 2_000  # seconds of inactivity are whole: less apart is one idle stretch, in the browser too
PRIMARY_SERIES = ("power_kw", "limit_a")
SECONDARY_WIDTH_FACTOR = 8  # times as wide are the buckets of what does not lead: a power of 2, for the ladder

SeriesValues = list[float | None]


class Curve(msgspec.Struct, frozen=True):
    """Points in order of time, a list for each thing. A point without a number is a gap: it is empty."""

    numbers: list[int | None]
    times_ms: list[int]
    idle_s: list[int | None]
    series: dict[str, SeriesValues]
    gap_ms: int = GAP_INTERVALS * MIN_INTERVAL_MS

    def __len__(self) -> int:
        return len(self.times_ms)

    @property
    def last_number(self) -> int:
        """The highest number; 0 without points."""
        return max((number for number in self.numbers if number is not None), default=0)

    def select(self, places: Sequence[int]) -> "Curve":
        """Return the points at those places."""
        return Curve(
            numbers=[self.numbers[i] for i in places],
            times_ms=[self.times_ms[i] for i in places],
            idle_s=[self.idle_s[i] for i in places],
            series={name: [column[i] for i in places] for name, column in self.series.items()},
            gap_ms=self.gap_ms,
        )

    def between(self, start_ms: int, end_ms: int) -> "Curve":
        """Return the points from start to end, both included."""
        first, last = bisect_left(self.times_ms, start_ms), bisect_right(self.times_ms, end_ms)
        return self.select(range(first, last))


def gap_threshold_ms(times_ms: Sequence[int]) -> int:
    """Return how long a silence is a gap: three usual intervals, as for a row that is called silent."""
    steps = [later - earlier for earlier, later in pairwise(times_ms)]
    return GAP_INTERVALS * max(median_low(steps) if steps else 0, MIN_INTERVAL_MS)


def with_gaps(curve: Curve) -> Curve:
    """Return the curve with an empty point in the middle of every silence that is a gap."""
    longest_ms = gap_threshold_ms(curve.times_ms)
    places: list[int | None] = []
    times_ms: list[int] = []
    for place, at in enumerate(curve.times_ms):
        if times_ms and at - times_ms[-1] > longest_ms:
            places.append(None)
            times_ms.append((times_ms[-1] + at) // 2)
        places.append(place)
        times_ms.append(at)
    return Curve(
        numbers=[None if i is None else curve.numbers[i] for i in places],
        times_ms=times_ms,
        idle_s=[None if i is None else curve.idle_s[i] for i in places],
        series={name: [None if i is None else column[i] for i in places] for name, column in curve.series.items()},
        gap_ms=longest_ms,
    )


def downsample(curve: Curve, *, most: int = MAX_POINTS) -> Curve:
    """Return at most so many of the points, or all of them; edges may come on top of a small number."""
    if len(curve) <= most:
        return curve
    leading = [column for name, column in curve.series.items() if name in PRIMARY_SERIES and _varies(column)]
    others = [column for name, column in curve.series.items() if name not in PRIMARY_SERIES and _varies(column)]
    edges = _edges(curve)
    span_ms = curve.times_ms[-1] - curve.times_ms[0]
    kept, tried_ms = set(range(len(curve))), 1
    for width_ms in _ladder(from_ms=2 * span_ms // most):
        if tried_ms > 1 and len(kept) * tried_ms > 1.5 * most * width_ms:
            continue  # by far too narrow still
        kept = _bucket_indexes(curve.times_ms, leading, edges, width_ms)
        kept |= _bucket_indexes(curve.times_ms, others, [], width_ms * SECONDARY_WIDTH_FACTOR)
        tried_ms = width_ms
        if len(kept) <= most:
            break
    return curve.select(sorted(kept))


def _ladder(*, from_ms: int) -> Iterator[int]:
    """Return 1, 2, 3, 4, 6, 8, 12 … ms: widths from that one on until any time span fits into two."""
    width_ms = 1
    while width_ms < 2**50:
        if width_ms >= from_ms:
            yield width_ms
        if width_ms >= 2 and width_ms * 3 // 2 >= from_ms:
            yield width_ms * 3 // 2
        width_ms *= 2


def _varies(column: SeriesValues) -> bool:
    """Return whether there is more to keep of a series than its first and last point say."""
    values = set(column)
    return len(values) > 1


def _edges(curve: Curve) -> list[int]:
    """Return the places where an idle stretch begins or ends, and those of gaps and their shores.

    Not every reading in a stretch says that it goes on: it ends where the next begins later.
    """
    edges: set[int] = set()
    end: int | None = None  # of the idle stretch so far
    for place, (before, after) in enumerate(pairwise(curve.idle_s), 1):
        if before is None or after is None:
            edges.update((place - 1, place) if end is None else (end, place - 1, place))
            end = None
        elif after > before:
            began_ms = curve.times_ms[place] - 1000 * (after - before)
            if end is None or began_ms - curve.times_ms[end] >= IDLE_ROUNDING_MS:
                # A run counts from its beginning, some readings before it is known.
                began = max(0, bisect_left(curve.times_ms, began_ms))
                edges.update((began, place - 1, place) if end is None else (end, began, place - 1, place))
            end = place
    if end is not None:
        edges.add(end)
    return sorted(edges)


def _bucket_indexes(times_ms: list[int], columns: list[SeriesValues], edges: list[int], width_ms: int) -> set[int]:
    kept: set[int] = set()
    start = 0
    while start < len(times_ms):
        end = bisect_left(times_ms, (times_ms[start] // width_ms + 1) * width_ms, start)
        kept.update((start, end - 1))
        inside = edges[bisect_left(edges, start) : bisect_left(edges, end)]
        kept.update(inside[:2] + inside[-2:])  # more of them in one bucket nobody can tell apart
        if end - start > 2:
            for column in columns:
                kept.update(_extremes(column, start, end))
        start = end
    return kept


def _extremes(column: SeriesValues, start: int, end: int) -> tuple[int, ...]:
    """Return the first places of the lowest and of the highest value."""
    part = column[start:end]
    values = [value for value in part if value is not None] if None in part else cast("list[float]", part)
    if not values:
        return ()
    return start + part.index(min(values)), start + part.index(max(values))
