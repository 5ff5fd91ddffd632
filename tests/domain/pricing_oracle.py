"""A second, slow implementation of the rules of PRICING.md: minute by minute, in fractions.

It shares only the types of the input with the module it checks. Intervals last whole minutes and their
energy is even; restrictions start and end at whole minutes and multiples of 50 Wh.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sessions_app.domain.inactivity import ClassifiedInterval
from sessions_app.domain.pricing import Component, Tariff


class Minute(NamedTuple):
    local: datetime
    kwh: Fraction
    minutes: int
    kw: Fraction
    idle_minutes: int


def amounts(tariff: Tariff, settled: list[ClassifiedInterval], zone: str, digits: int) -> dict[int, Decimal]:
    """Return the amount of each component by its index; -1 holds the adjustment to minimum or maximum."""
    taken, last = _taken(tariff, settled, zone)
    result = {}
    for place, quantity in taken.items():
        component = tariff.components[place]
        added = Fraction(0)
        rounding = {"ENERGY": "ENERGY", "TIME": "TIME", "PARKING_TIME": "PARKING_TIME"}.get(component.dimension)
        if rounding == "TIME" and "PARKING_TIME" in last:
            rounding = None
        if rounding and last[rounding] == place:
            whole = sum(other for at, other in taken.items() if tariff.components[at].dimension == rounding)
            block = Fraction(component.step_size, 1000 if rounding == "ENERGY" else 3600)
            added = ceil(whole / block) * block - whole
        result[place] = _half_up((quantity + added) * Fraction(component.price), digits)
    return result | _limits(tariff, sum(result.values(), Decimal(0)), settled, digits)


def _taken(tariff: Tariff, settled: list[ClassifiedInterval], zone: str) -> tuple[dict[int, Fraction], dict[str, int]]:
    taken: dict[int, Fraction] = {}
    last: dict[str, int] = {}
    began, energy_wh, idle_minutes = settled[0].interval.start, Fraction(0), 0
    for each in settled:
        interval = each.interval
        minutes = int((interval.end - interval.start) / timedelta(minutes=1))
        share_wh = Fraction(interval.energy_wh) / minutes
        power_kw = Fraction(interval.power_w if interval.power_w is not None else float(share_wh) * 60) / 1000
        for minute in range(minutes):
            now = interval.start + timedelta(minutes=minute)
            local = now.astimezone(UTC).astimezone(ZoneInfo(zone))
            elapsed = int((now - began) / timedelta(minutes=1))
            facts = Minute(local, energy_wh / 1000, elapsed, power_kw, idle_minutes)
            quantities = {"PARKING_TIME" if each.is_idle else "TIME": Fraction(1, 60)}
            if share_wh:
                quantities["ENERGY"] = share_wh / 1000
                if not energy_wh:
                    quantities["FLAT"] = Fraction(1)
            for dimension, quantity in quantities.items():
                for place, component in enumerate(tariff.components):
                    if component.dimension == dimension and _fits(component, facts):
                        taken[place] = taken.get(place, Fraction(0)) + quantity
                        last[dimension] = place
                        break
            energy_wh += share_wh
            idle_minutes += each.is_idle
    return taken, last


def _fits(component: Component, now: Minute) -> bool:
    clock, start, end = now.local.time(), component.time_from, component.time_to
    if start and end and end < start and f"{end:%H:%M}" != "00:00":
        in_time = clock >= start or clock < end
    else:
        in_time = (not start or clock >= start) and (not end or f"{end:%H:%M}" == "00:00" or clock < end)
    return (
        in_time
        and (not component.days or str(now.local.isoweekday()) in component.days)
        and (component.date_from is None or now.local.date() >= component.date_from)
        and (component.date_to is None or now.local.date() < component.date_to)
        and (component.kwh_from is None or now.kwh >= component.kwh_from)
        and (component.kwh_to is None or now.kwh < component.kwh_to)
        and (component.minutes_from is None or now.minutes >= component.minutes_from)
        and (component.minutes_to is None or now.minutes < component.minutes_to)
        and (component.kw_from is None or now.kw >= component.kw_from)
        and (component.kw_to is None or now.kw < component.kw_to)
        and (component.dimension != "PARKING_TIME" or now.idle_minutes >= component.grace_minutes)
    )


def _limits(tariff: Tariff, total: Decimal, settled: list[ClassifiedInterval], digits: int) -> dict[int, Decimal]:
    if tariff.max_price is not None and total > _half_up(Fraction(tariff.max_price), digits):
        return {-1: _half_up(Fraction(tariff.max_price), digits) - total}
    used = total or any(each.interval.energy_wh for each in settled)
    if tariff.min_price is not None and used and total < _half_up(Fraction(tariff.min_price), digits):
        return {-1: _half_up(Fraction(tariff.min_price), digits) - total}
    return {}


def _half_up(amount: Fraction, digits: int) -> Decimal:
    return Decimal(floor(amount * 10**digits + Fraction(1, 2))).scaleb(-digits)
