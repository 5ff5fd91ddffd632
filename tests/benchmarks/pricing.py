"""Price finished sessions, and sessions in progress reading by reading; run by hand:

python tests/benchmarks/pricing.py [--sessions 10000] [--readings 100]

The last line is JSON: `readings_per_s` for finished sessions priced at once, on one core, and
`live_readings_per_s` for usage, lines and total after each reading, as the recorder computes them.
"""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sessions_app.domain import pricing
from sessions_app.domain.inactivity import ClassifiedInterval, Interval
from sessions_app.domain.pricing import Component, Tariff

ZONE = "Australia/Sydney"
START = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)


def tariff(*components: Component) -> Tariff:
    return Tariff(
        policy_id=1,
        description="Benchmark",
        entity_type="Site",
        entity_id="SIT-0001",
        currency="AUD",
        valid_from=START,
        tax_percent=Decimal(10),
        components=components,
        min_price=Decimal(1),
        max_price=Decimal(60),
    )


# One for each third of the sessions: energy only, a typical one, and one with every restriction.
TARIFFS = (
    tariff(Component("ENERGY", Decimal("0.35"))),
    tariff(
        Component("ENERGY", Decimal("0.22"), time_from=time(22), time_to=time(6)),
        Component("ENERGY", Decimal("0.35")),
        Component("PARKING_TIME", Decimal(4), grace_minutes=30),
    ),
    tariff(
        Component("FLAT", Decimal(1)),
        Component("ENERGY", Decimal("0.22"), days="67", time_from=time(22), time_to=time(6)),
        Component("ENERGY", Decimal("0.30"), kwh_to=Decimal(5), step_size=100),
        Component("ENERGY", Decimal("0.50"), kw_from=Decimal(11)),
        Component("ENERGY", Decimal("0.35")),
        Component("TIME", Decimal("1.2"), minutes_from=60, step_size=60),
        Component("PARKING_TIME", Decimal(4), grace_minutes=30, step_size=300),
    ),
)


def session(number: int, readings: int) -> tuple[ClassifiedInterval, ...]:
    """Return a session of that many readings a minute apart; the last third is idle."""
    at = START + timedelta(minutes=37 * number)
    step = timedelta(minutes=1)
    charges = readings * 2 // 3
    return tuple(
        ClassifiedInterval(
            Interval(
                at + each * step,
                at + (each + 1) * step,
                Decimal(120_512 + number % 7).scaleb(-3) if each < charges else Decimal(0),
                7_230.0 if each < charges else 0.0,
            ),
            is_idle=each >= charges,
        )
        for each in range(readings)
    )


def at_once(of: Tariff, intervals: tuple[ClassifiedInterval, ...]) -> Decimal:
    return pricing.total(
        pricing.calculate_lines(of, pricing.add_intervals(of, pricing.start_usage(of), intervals, zone=ZONE))
    )


def one_by_one(of: Tariff, intervals: tuple[ClassifiedInterval, ...]) -> Decimal:
    usage, total = pricing.start_usage(of), Decimal(0)
    for each in intervals:
        usage = pricing.add_intervals(of, usage, (each,), zone=ZONE)
        total = pricing.total(pricing.calculate_lines(of, usage))
    return total


def measured(
    price: Callable[[Tariff, tuple[ClassifiedInterval, ...]], Decimal], sessions: int, readings: int
) -> tuple[float, Decimal]:
    """Return the seconds that pricing alone takes, and the sum of the prices."""
    seconds, total = 0.0, Decimal(0)
    for number in range(sessions):
        intervals, of = session(number, readings), TARIFFS[number % len(TARIFFS)]
        began = perf_counter()
        total += price(of, intervals)
        seconds += perf_counter() - began
    return seconds, total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--readings", type=int, default=100)
    options = parser.parse_args()
    figures: dict[str, float] = {"sessions": options.sessions, "readings": options.sessions * options.readings}
    totals = []
    for name, price in (("readings_per_s", at_once), ("live_readings_per_s", one_by_one)):
        seconds, total = measured(price, options.sessions, options.readings)
        figures[name] = round(figures["readings"] / seconds)
        totals.append(total)
        print(f"{price.__name__:<12} {seconds:8.2f} s {figures[name]:>10,.0f} readings/s   sum ${total:,}")
    assert totals[0] == totals[1], "both ways must give the same prices"
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
