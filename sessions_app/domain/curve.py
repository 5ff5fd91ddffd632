"""A session's points as columns, and their downsampling for a graph.

Time is cut into buckets. Each bucket keeps its first and last point, and the lowest and the highest point of
every series. So no peak is lost, however short: it only moves within its bucket. Edges of gaps and of intervals
that are idle or held back are kept too. All series share their points, so a noisy series uses up points of the
others. Power and limit show whether a car charges, so they have finer buckets of their own. All bucket widths
come from one ladder on one grid: downsampling a downsampled series gives the same as downsampling the original.

The usual choice, Largest-Triangle-Three-Buckets, keeps one point per bucket and so drops the second of two
close peaks. It also selects points for one series only, while a hover shows all series at one moment.
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
ROUNDING_MS = 2_000  # idle and held back are in whole seconds: closer edges are one interval, also in the browser
PRIMARY_SERIES = ("power_kw", "limit_a")
SECONDARY_WIDTH_FACTOR = 8  # buckets of the other series are wider by this factor: a power of 2, for the ladder

SeriesValues = list[float | None]


class Curve(msgspec.Struct, frozen=True):
    """Points in order of time, one list per column. A point without a number is a gap and has no values.

    `series` are the lines of the graph and the seconds held back.
    """

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

    def select(self, indexes: Sequence[int]) -> "Curve":
        return Curve(
            numbers=[self.numbers[i] for i in indexes],
            times_ms=[self.times_ms[i] for i in indexes],
            idle_s=[self.idle_s[i] for i in indexes],
            series={name: [column[i] for i in indexes] for name, column in self.series.items()},
            gap_ms=self.gap_ms,
        )

    def between(self, start_ms: int, end_ms: int) -> "Curve":
        """Return the points from start to end, both included."""
        first, last = bisect_left(self.times_ms, start_ms), bisect_right(self.times_ms, end_ms)
        return self.select(range(first, last))


def gap_threshold_ms(times_ms: Sequence[int]) -> int:
    """Return the time without points that counts as a gap: three usual intervals, as for a silent row."""
    steps = [later - earlier for earlier, later in pairwise(times_ms)]
    return GAP_INTERVALS * max(median_low(steps) if steps else 0, MIN_INTERVAL_MS)


def with_gaps(curve: Curve) -> Curve:
    """Return the curve with an empty point in the middle of every gap."""
    longest_ms = gap_threshold_ms(curve.times_ms)
    indexes: list[int | None] = []
    times_ms: list[int] = []
    for index, at in enumerate(curve.times_ms):
        if times_ms and at - times_ms[-1] > longest_ms:
            indexes.append(None)
            times_ms.append((times_ms[-1] + at) // 2)
        indexes.append(index)
        times_ms.append(at)
    return Curve(
        numbers=[None if i is None else curve.numbers[i] for i in indexes],
        times_ms=times_ms,
        idle_s=[None if i is None else curve.idle_s[i] for i in indexes],
        series={name: [None if i is None else column[i] for i in indexes] for name, column in curve.series.items()},
        gap_ms=longest_ms,
    )


def downsample(curve: Curve, *, most: int = MAX_POINTS) -> Curve:
    """Return about `most` points at most: edges are kept even beyond a small limit."""
    if len(curve) <= most:
        return curve
    primary = [column for name, column in curve.series.items() if name in PRIMARY_SERIES and _varies(column)]
    secondary = [column for name, column in curve.series.items() if name not in PRIMARY_SERIES and _varies(column)]
    edges = _edges(curve.times_ms, curve.idle_s)
    if (held_back_s := curve.series.get("held_back_s")) and _varies(held_back_s):
        edges = sorted({*edges, *_edges(curve.times_ms, held_back_s)})
    span_ms = curve.times_ms[-1] - curve.times_ms[0]
    selected, tried_width_ms = set(range(len(curve))), 1
    for width_ms in _ladder(from_ms=2 * span_ms // most):
        if tried_width_ms > 1 and len(selected) * tried_width_ms > 1.5 * most * width_ms:
            continue  # still far too narrow
        selected = _bucket_indexes(curve.times_ms, primary, edges, width_ms)
        selected |= _bucket_indexes(curve.times_ms, secondary, [], width_ms * SECONDARY_WIDTH_FACTOR)
        tried_width_ms = width_ms
        if len(selected) <= most:
            break
    return curve.select(sorted(selected))


def _ladder(*, from_ms: int) -> Iterator[int]:
    """Yield the widths 1, 2, 3, 4, 6, 8, 12 … ms from `from_ms` on, until any time span fits into two."""
    width_ms = 1
    while width_ms < 2**50:
        if width_ms >= from_ms:
            yield width_ms
        if width_ms >= 2 and width_ms * 3 // 2 >= from_ms:
            yield width_ms * 3 // 2
        width_ms *= 2


def _varies(column: SeriesValues) -> bool:
    values = set(column)
    return len(values) > 1


def _edges(times_ms: Sequence[int], seconds: Sequence[float | None]) -> list[int]:
    """Return the indexes at the edges of gaps, and of the intervals in which the seconds grow.

    Idle time does not grow with every reading of an idle interval: it ends only when the next one begins later.
    """
    edges: set[int] = set()
    end: int | None = None  # of the current interval
    for index, (before, after) in enumerate(pairwise(seconds), 1):
        if before is None or after is None:
            edges.update((index - 1, index) if end is None else (end, index - 1, index))
            end = None
        elif after > before:
            start_ms = times_ms[index] - 1000 * (after - before)
            if end is None or start_ms - times_ms[end] >= ROUNDING_MS:
                # An idle run counts from its start, a few readings before it is recognized.
                start = max(0, bisect_left(times_ms, start_ms))
                edges.update((start, index - 1, index) if end is None else (end, start, index - 1, index))
            end = index
    if end is not None:
        edges.add(end)
    return sorted(edges)


def _bucket_indexes(times_ms: list[int], columns: list[SeriesValues], edges: list[int], width_ms: int) -> set[int]:
    selected: set[int] = set()
    start = 0
    while start < len(times_ms):
        end = bisect_left(times_ms, (times_ms[start] // width_ms + 1) * width_ms, start)
        selected.update((start, end - 1))
        inside = edges[bisect_left(edges, start) : bisect_left(edges, end)]
        selected.update(inside[:2] + inside[-2:])  # more in one bucket would not be visible
        if end - start > 2:
            for column in columns:
                selected.update(_extremes(column, start, end))
        start = end
    return selected


def _extremes(column: SeriesValues, start: int, end: int) -> tuple[int, ...]:
    """Return the first indexes of the lowest and of the highest value."""
    part = column[start:end]
    values = [value for value in part if value is not None] if None in part else cast("list[float]", part)
    if not values:
        return ()
    return start + part.index(min(values)), start + part.index(max(values))
