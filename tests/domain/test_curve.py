"""Downsampling of a long session: fewer points, the same picture."""

from collections.abc import Sequence
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions_app.domain import curve
from sessions_app.domain.curve import Curve, downsample

some = settings(max_examples=60)


def _curve(powers: Sequence[float | None], steps: list[int], idle: list[int]) -> Curve:
    times, at, stood, idles = [], 0, 0, []
    for step, is_idle in zip(steps, idle, strict=True):
        at += step * 1000
        stood += step * is_idle
        times.append(at)
        idles.append(stood)
    return Curve(
        list(range(1, len(times) + 1)), times, list(idles), {"power_kw": list(powers), "price": [1.0] * len(times)}
    )


# power, seconds since the previous point, and whether the car was idle in between
_POINT = st.tuples(st.one_of(st.none(), st.integers(0, 22)), st.integers(1, 600), st.booleans())


def curves() -> st.SearchStrategy[Curve]:
    return st.lists(_POINT, min_size=3, max_size=150).map(_of)


def _of(points: list[tuple[int | None, int, bool]]) -> Curve:
    powers, steps, idle = zip(*points, strict=True)
    return _curve(list(powers), list(steps), list(map(int, idle)))


@some
@given(curves())
def test_downsampling_keeps_order_and_both_ends(whole: Curve) -> None:
    few = downsample(whole, most=40)

    assert few.times_ms == sorted(set(few.times_ms) & set(whole.times_ms))
    assert few.times_ms[0] == whole.times_ms[0]
    assert few.times_ms[-1] == whole.times_ms[-1]
    assert len(few) <= 40


@some
@given(curves())
def test_downsampling_keeps_every_peak_and_trough(whole: Curve) -> None:
    few = downsample(whole, most=40)

    near_ms = (whole.times_ms[-1] - whole.times_ms[0]) / 4
    for at, value in zip(whole.times_ms, whole.series["power_kw"], strict=True):
        around = [
            shown
            for when, shown in zip(few.times_ms, few.series["power_kw"], strict=True)
            if shown is not None and abs(when - at) <= near_ms
        ]
        if value is not None:
            assert min(around) <= value <= max(around)


@some
@given(curves())
def test_downsampling_twice_keeps_the_peaks(whole: Curve) -> None:
    few = downsample(downsample(whole, most=80), most=40)

    reported = [value for value in whole.series["power_kw"] if value is not None]
    shown = [value for value in few.series["power_kw"] if value is not None]
    assert max(shown, default=None) == max(reported, default=None)
    assert min(shown, default=None) == min(reported, default=None)


@some
@given(
    st.lists(st.tuples(st.integers(30, 120), st.integers(30, 120)), min_size=1, max_size=6),
    st.integers(0, 29),
)
def test_downsampling_keeps_the_edges_of_idle_intervals(runs: list[tuple[int, int]], ripple: int) -> None:
    idle = [0] * 30 + [one for stood, drove in runs for one in [1] * stood + [0] * drove]
    powers = [0.0 if one else 7 + (place % (ripple + 1)) / 30 for place, one in enumerate(idle)]
    whole = _curve(powers, [10] * len(idle), idle)
    edges = {at for at, now, after in zip(whole.times_ms, idle, idle[1:], strict=False) if now != after}

    few = downsample(whole, most=100)

    assert edges <= set(few.times_ms)


def test_downsampling_keeps_the_edges_of_time_held_back() -> None:
    is_held = [place // 700 % 2 for place in range(6_000)]
    whole = _curve([7.0] * 6_000, [10] * 6_000, is_held)
    held_back_s: list[float | None] = [float(seconds or 0) for seconds in whole.idle_s]
    no_idle: list[int | None] = [0] * 6_000
    edges = {at for at, now, after in zip(whole.times_ms, is_held, is_held[1:], strict=False) if now != after}

    few = downsample(msgspec.structs.replace(whole, idle_s=no_idle, series=whole.series | {"held_back_s": held_back_s}))

    assert len(edges) == 8
    assert edges <= set(few.times_ms)


def test_readings_without_idle_data_split_no_idle_interval() -> None:
    powers: list[float | None] = [7.0 * (place < 2_000) for place in range(4_001)]
    whole = _curve(powers, [60] * 4_001, [0] * 2_000 + [1] * 2_001)
    every_other = [whole.idle_s[place - place % 2] for place in range(4_001)]

    few = downsample(msgspec.structs.replace(whole, idle_s=every_other))

    assert few.times_ms == downsample(whole).times_ms


def test_downsampling_leaves_a_short_session_unchanged() -> None:
    whole = _curve([1.0, 9.0, 1.0], [10, 10, 10], [0, 0, 0])

    assert downsample(whole) is whole


def test_two_close_peaks_both_remain() -> None:
    powers: list[float | None] = [7.0] * 20_000
    powers[9_000], powers[9_060] = 21.0, 22.0
    whole = _curve(powers, [10] * 20_000, [0] * 20_000)

    few = downsample(whole)

    assert {21.0, 22.0} <= set(few.series["power_kw"])
    assert len(few) <= curve.MAX_POINTS


def test_changing_power_survives_many_rippling_series() -> None:
    powers: list[float | None] = [7.0 if place // 12 % 2 else 0.0 for place in range(8_640)]
    whole = _curve(powers, [10] * 8_640, [0] * 8_640)
    for phase in range(5):
        whole.series[f"ripple_{phase}"] = [float((place * (7 + phase)) % 101) for place in range(8_640)]

    few = downsample(whole)

    charges = [at for at, power in zip(few.times_ms, few.series["power_kw"], strict=True) if power]
    assert len(few) <= curve.MAX_POINTS
    assert max(later - at for at, later in pairwise(charges)) < 480_000  # 5 px of a day on a wide screen


def test_silence_of_three_intervals_is_a_gap_with_both_edges() -> None:
    steps = [60] * 2_000
    steps[1_000] = 3_600
    whole = curve.with_gaps(_curve([7.0] * 2_000, steps, [0] * 2_000))

    few = downsample(whole, most=300)

    place = few.numbers.index(None)
    assert few.series["power_kw"][place] is None
    assert few.times_ms[place + 1] - few.times_ms[place - 1] == 3_600_000
