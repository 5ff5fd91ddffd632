"""The simulation: an imagined session costs the same as a real one of that length."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from sessions_app.domain.pricing import Component, Tariff
from sessions_app.domain.pricing.simulation import SimulatedSession, simulate_lines, unpriced_wh

SYDNEY = "Australia/Sydney"


def tariff(*components: Component) -> Tariff:
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    return Tariff(1, "Any", "Site", "SIT-0001", "AUD", begins, Decimal(0), components)


def simulated(starts: str, *, charging: int, idle: int = 0) -> SimulatedSession:
    return SimulatedSession(
        starts_at=datetime.fromisoformat(starts).replace(tzinfo=ZoneInfo(SYDNEY)),
        energy_wh=Decimal(9_000),
        charging=timedelta(minutes=charging),
        idle=timedelta(minutes=idle),
        zone=SYDNEY,
    )


@pytest.mark.parametrize("night", ["2026-03-03", "2026-04-05", "2026-10-04"])
def test_simulation_counts_elapsed_hours_over_clock_changes(night: str) -> None:
    by_the_hour = tariff(Component("TIME", Decimal(3)), Component("PARKING_TIME", Decimal(6)))

    lines = simulate_lines(by_the_hour, simulated(f"{night}T01:30", charging=180, idle=60))

    assert [(line.dimension, line.quantity, line.amount) for line in lines] == [
        ("TIME", 3, Decimal("9.00")),
        ("PARKING_TIME", 1, Decimal("6.00")),
    ]


def test_simulation_idles_over_a_clock_change() -> None:
    idle_only = tariff(Component("PARKING_TIME", Decimal(6)))

    lines = simulate_lines(idle_only, simulated("2026-10-04T01:30", charging=60, idle=60))

    assert [(line.quantity, line.amount) for line in lines] == [(1, Decimal("6.00"))]


def test_simulation_reports_energy_without_a_price() -> None:
    after_five = tariff(Component("ENERGY", Decimal(1), kwh_from=Decimal(5)))

    assert unpriced_wh(after_five, simulated("2026-03-03T09:00", charging=60)) == 5_000
