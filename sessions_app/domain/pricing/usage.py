"""What a session has taken so far of each component: the state that grows stretch by stretch.

A stretch is cut wherever a component begins or ceases to apply; for each piece and dimension the
first component that fits has it. Energy flows evenly within a stretch; cut to a thousandth of a Wh,
with no rest lost: the pieces add up to the stretch.
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
    """The running state: thousandths of a Wh, microseconds or pieces of each component, by its place.

    The last components that had energy, charging time and inactivity decide about blocks (`bill`).
    """

    quantities: tuple[int, ...] = ()
    started_us: int | None = None
    energy_mwh: int = 0
    idle_us: int = 0
    last_energy: int = -1
    last_time: int = -1
    last_parking: int = -1


class _Piece(NamedTuple):
    """A part of a stretch in which no component begins or ceases to apply."""

    start_us: int
    lasted_us: int
    energy_mwh: int


class _Places(NamedTuple):
    """Which component has what of a piece, by its place in the tariff; -1 is none."""

    flat: int
    energy: int
    time: int


def start_usage(tariff: Tariff) -> Usage:
    """Return the tally of a session that has just started."""
    return Usage(quantities=(0,) * len(tariff.components))


def add_intervals(tariff: Tariff, tally: Usage, settled: Iterable[ClassifiedInterval], *, zone: str) -> Usage:
    """Return the tally after further stretches, in order of time; `zone` is the site's time zone.

    Raise ValueError for one that ends before it begins.
    """
    plan = compile_tariff(tariff)
    for each in settled:
        stretch = each.interval
        if tally.started_us is None:
            tally = msgspec.structs.replace(tally, started_us=site_time.microseconds(stretch.start))
        power_w = _power_w(stretch)
        for piece in _pieces(plan, tally, each, zone):
            now = _moment(plan, tally, piece, power_w, zone)
            places = _Places(
                flat=_first(plan.flat, now) if piece.energy_mwh and not tally.energy_mwh else -1,
                energy=_first(plan.energy, now) if piece.energy_mwh else -1,
                time=_first(plan.parking if each.is_idle else plan.time, now) if piece.lasted_us else -1,
            )
            tally = _taken(tally, piece, places, is_idle=each.is_idle)
    return tally


def _moment(plan: CompiledTariff, tally: Usage, piece: _Piece, power_w: float, zone: str) -> PricingMoment:
    """Return what decides at the start of a piece which components apply."""
    return PricingMoment(
        bits=site_time.applying(plan, zone, piece.start_us) if plan.is_by_calendar else site_time.ALL,
        energy_mwh=tally.energy_mwh,
        elapsed_us=max(0, piece.start_us - (tally.started_us or 0)),
        idle_us=tally.idle_us,
        power_w=power_w,
    )


def _first(rules: tuple[CompiledComponent, ...], now: PricingMoment) -> int:
    """Return the place of the first component that applies then, or -1."""
    for rule in rules:
        if rule.fits(now):
            return rule.place
    return -1


def _taken(tally: Usage, piece: _Piece, places: _Places, *, is_idle: bool) -> Usage:
    quantities = list(tally.quantities)
    last_energy, last_time, last_parking = tally.last_energy, tally.last_time, tally.last_parking
    if places.energy >= 0:
        quantities[places.energy] += piece.energy_mwh
        last_energy = places.energy
    if places.flat >= 0:
        quantities[places.flat] = 1
    if places.time >= 0:
        quantities[places.time] += piece.lasted_us
        if is_idle:
            last_parking = places.time
        else:
            last_time = places.time
    return Usage(
        tuple(quantities),
        tally.started_us,
        tally.energy_mwh + piece.energy_mwh,
        tally.idle_us + (piece.lasted_us if is_idle else 0),
        last_energy,
        last_time,
        last_parking,
    )


def _power_w(stretch: Interval) -> float:
    """Return the power that is reported, else energy over time; without either none flows."""
    if stretch.power_w is not None:
        return stretch.power_w
    seconds = stretch.seconds
    return float(stretch.energy_wh) * 3600 / seconds if seconds > 0 else 0.0


def _pieces(plan: CompiledTariff, tally: Usage, settled: ClassifiedInterval, zone: str) -> Iterator[_Piece]:
    """Yield the pieces of a stretch, cut by time and by energy."""
    stretch = settled.interval
    start_us = site_time.microseconds(stretch.start)
    end_us = site_time.microseconds(stretch.end)
    lasted_us = end_us - start_us
    if lasted_us < 0:
        raise ValueError(f"A stretch ends before it begins: {stretch}.")  # it would pay the driver
    energy_mwh = int(stretch.energy_wh * THOUSAND)
    moments = _moments(plan, tally, start_us, is_idle=settled.is_idle)
    if plan.is_by_calendar:
        moments += site_time.cuts(plan, zone, start_us, end_us)
    cuts = [(at_us, _flowed(energy_mwh, at_us - start_us, lasted_us)) for at_us in moments if start_us < at_us < end_us]
    cuts += [
        (start_us - (-share * lasted_us // energy_mwh), share)
        for share in (bound - tally.energy_mwh for bound in plan.cuts_mwh)
        if 0 < share < energy_mwh
    ]
    at_us, flowed = start_us, 0
    for cut_us, until in (*sorted(cuts), (end_us, energy_mwh)):
        yield _Piece(at_us, cut_us - at_us, until - flowed)
        at_us, flowed = cut_us, until


def _flowed(energy_mwh: int, elapsed_us: int, lasted_us: int) -> int:
    """Return how much of the energy has flowed by then, half up."""
    return (2 * energy_mwh * elapsed_us + lasted_us) // (2 * lasted_us)


def _moments(plan: CompiledTariff, tally: Usage, start_us: int, *, is_idle: bool) -> list[int]:
    """Return the moments at which the time since the start, or inactivity, brings another component."""
    moments = [(tally.started_us or 0) + cut for cut in plan.cuts_us]
    if is_idle:
        moments += [start_us + grace - tally.idle_us for grace in plan.graces_us]
    return moments
