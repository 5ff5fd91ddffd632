"""A session's usage of each price component, updated interval by interval.

An interval is cut wherever a component starts or stops applying. Each piece counts for the first component of
each dimension that applies. Energy flows evenly within an interval; the pieces are in thousandths of a Wh and
add up to the interval.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

import msgspec

from sessions_app.domain.inactivity import ClassifiedInterval, Interval
from sessions_app.domain.pricing import site_time
from sessions_app.domain.pricing.compiled import (
    CompiledComponent,
    CompiledTariff,
    PricingMoment,
    compile_tariff,
)
from sessions_app.domain.pricing.tariff import Tariff

THOUSAND = Decimal(1000)


class Usage(msgspec.Struct, frozen=True, array_like=True):
    """The usage so far: thousandths of a Wh, microseconds or pieces of each component, by its index.

    `last_…` are the last components with energy, charging time and inactivity: they decide the blocks
    (`price_lines`).
    """

    quantities: tuple[int, ...] = ()
    started_us: int | None = None
    energy_mwh: int = 0
    idle_us: int = 0
    last_energy: int = -1
    last_time: int = -1
    last_parking: int = -1


class _Piece(NamedTuple):
    """A part of an interval in which no component starts or stops applying."""

    start_us: int
    duration_us: int
    energy_mwh: int


def start_usage(tariff: Tariff) -> Usage:
    """Return the usage of a session that has just started."""
    return Usage(quantities=(0,) * len(tariff.components))


def add_intervals(tariff: Tariff, usage: Usage, intervals: Iterable[ClassifiedInterval], *, zone: str) -> Usage:
    """Return the usage after further intervals, in order of time; `zone` is the site's time zone.

    Raise ValueError for an interval that ends before it starts.
    """
    compiled = compile_tariff(tariff)
    for classified in intervals:
        interval = classified.interval
        if usage.started_us is None:
            usage = msgspec.structs.replace(usage, started_us=site_time.microseconds(interval.start))
        power_w = _power_w(interval) if compiled.is_by_power else 0.0
        for piece in _pieces(compiled, usage, classified, zone):
            now = _moment(compiled, usage, piece, power_w, zone)
            usage = _add_piece(compiled, usage, piece, now, classified)
    return usage


def _moment(compiled: CompiledTariff, usage: Usage, piece: _Piece, power_w: float, zone: str) -> PricingMoment:
    return PricingMoment(
        calendar_bits=site_time.components_at(compiled, zone, piece.start_us)
        if compiled.is_by_calendar
        else site_time.ALL_COMPONENTS,
        energy_mwh=usage.energy_mwh,
        elapsed_us=max(0, piece.start_us - (usage.started_us or 0)),
        idle_us=usage.idle_us,
        power_w=power_w,
    )


def _first(components: tuple[CompiledComponent, ...], now: PricingMoment) -> int:
    for component in components:
        if component.applies(now):
            return component.index
    return -1


def _add_piece(
    compiled: CompiledTariff, usage: Usage, piece: _Piece, now: PricingMoment, classified: ClassifiedInterval
) -> Usage:
    """Count a piece for the first component of each dimension that applies."""
    quantities, is_idle = list(usage.quantities), classified.is_idle
    last_energy, last_time, last_parking = usage.last_energy, usage.last_time, usage.last_parking
    if piece.energy_mwh:
        if (index := _first(compiled.energy, now)) >= 0:
            quantities[index] += piece.energy_mwh
            last_energy = index
        if not usage.energy_mwh and (index := _first(compiled.flat, now)) >= 0:
            quantities[index] = 1
    is_billed = piece.duration_us and not classified.is_held_back
    if is_billed and (index := _first(compiled.parking if is_idle else compiled.time, now)) >= 0:
        quantities[index] += piece.duration_us
        last_time, last_parking = (last_time, index) if is_idle else (index, last_parking)
    return Usage(
        tuple(quantities),
        usage.started_us,
        usage.energy_mwh + piece.energy_mwh,
        usage.idle_us + (piece.duration_us if is_idle else 0),
        last_energy,
        last_time,
        last_parking,
    )


def _power_w(interval: Interval) -> float:
    """Return the reported power, else energy over time, else 0."""
    if interval.power_w is not None:
        return interval.power_w
    seconds = interval.seconds
    return float(interval.energy_wh) * 3600 / seconds if seconds > 0 else 0.0


def _pieces(compiled: CompiledTariff, usage: Usage, classified: ClassifiedInterval, zone: str) -> Iterator[_Piece]:
    interval = classified.interval
    start_us = site_time.microseconds(interval.start)
    end_us = site_time.microseconds(interval.end)
    duration_us = end_us - start_us
    if duration_us < 0:
        raise ValueError(f"An interval ends before it starts: {interval}.")  # its price would be negative
    energy_mwh = int(interval.energy_wh * THOUSAND)
    moments = _moments(compiled, usage, start_us, is_idle=classified.is_idle)
    if compiled.is_by_calendar:
        moments += site_time.calendar_cuts(compiled, zone, start_us, end_us)
    cuts = [
        (at_us, _delivered_mwh(energy_mwh, at_us - start_us, duration_us))
        for at_us in moments
        if start_us < at_us < end_us
    ]
    for bound_mwh in compiled.cuts_mwh:
        part_mwh = bound_mwh - usage.energy_mwh
        if 0 < part_mwh < energy_mwh:
            cuts.append((start_us - (-part_mwh * duration_us // energy_mwh), part_mwh))
    at_us, delivered_mwh = start_us, 0
    for cut_us, delivered_by_cut_mwh in (*sorted(cuts), (end_us, energy_mwh)):
        yield _Piece(at_us, cut_us - at_us, delivered_by_cut_mwh - delivered_mwh)
        at_us, delivered_mwh = cut_us, delivered_by_cut_mwh


def _delivered_mwh(energy_mwh: int, elapsed_us: int, duration_us: int) -> int:
    """Return the energy delivered in the elapsed part of an interval, half up."""
    return (2 * energy_mwh * elapsed_us + duration_us) // (2 * duration_us)


def _moments(compiled: CompiledTariff, usage: Usage, start_us: int, *, is_idle: bool) -> list[int]:
    """Return the moments at which elapsed time or inactivity reaches a component's bound."""
    moments = [(usage.started_us or 0) + cut for cut in compiled.cuts_us]
    if is_idle:
        moments += [start_us + grace - usage.idle_us for grace in compiled.graces_us]
    return moments
