"""Incremental pricing gives the same price as pricing the finished session."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sessions_app.domain import figures
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.meter import Reading
from sessions_app.domain.pricing import Component, Tariff
from sessions_app.domain.session_totals import BillingContext, SessionTotals
from tests.domain.product import Product
from tests.domain.test_pricing_properties import tariffs
from tests.support.builders import NOON

Power = st.sampled_from([None, 0.0, 60.0, 3_000.0, 7_400.0])


@st.composite
def lives(draw: st.DrawFn) -> tuple[SessionState, list[Reading]]:
    """Return a session with long and short idle runs, a stop, and a later unplugging.

    Some readings lack the register, or both register and power; some registers drop to 0.
    """
    at, register, readings = NOON, Decimal(1_000), []
    for _ in range(draw(st.integers(1, 12))):
        at += timedelta(seconds=draw(st.one_of(st.integers(1, 90), st.integers(1, 4_000))))
        register += draw(st.sampled_from([0, 0, 1, 250, 1_337])) * Decimal("1.5")
        shown = draw(st.sampled_from([register, register, register, None, Decimal(0)]))
        readings.append(Reading(at=at, register_wh=shown, power_w=draw(Power), soc_percent=50.0))
    stopped_at = at + timedelta(seconds=draw(st.integers(0, 300)))
    unplugged_at = draw(st.one_of(st.none(), st.just(stopped_at + timedelta(minutes=40))))
    state = SessionState(
        started_at=NOON,
        meter_start_wh=Decimal(1_000),
        stopped_at=stopped_at,
        meter_stop_wh=register + 10,
        unplugged_at=unplugged_at,
    )
    return state, readings


def one_by_one(state: SessionState, readings: list[Reading], terms: BillingContext) -> SessionTotals:
    return Product(state, readings, [], terms).advanced()[0]


def advance(running: SessionTotals, reading: Reading, of: BillingContext) -> SessionTotals:
    """Add a reading that changes nothing that is settled."""
    advanced = figures.advance(running, reading, of)
    assert advanced is not None
    return advanced[0]


@given(tariffs(), lives())
@settings(max_examples=100, deadline=None)
def test_growing_price_equals_the_final_price(tariff: Tariff, lived: tuple[SessionState, list[Reading]]) -> None:
    state, readings = lived
    terms = BillingContext(zone="Australia/Sydney", tariff=tariff)
    grown = one_by_one(state, readings, terms)
    whole, points = figures.fold(state, readings, terms)
    assert figures.session_price_lines(grown, terms) == figures.session_price_lines(whole, terms)
    assert grown.at_stop == whole.at_stop
    assert len(points) == len(readings)


def terms(*components: Component) -> BillingContext:
    fields: dict[str, Any] = {"entity_type": "Site", "entity_id": "SIT-0001", "currency": "AUD"}
    begins, tax = NOON, Decimal(0)
    return BillingContext(
        "UTC", tariff=Tariff(1, "Any", **fields, valid_from=begins, tax_percent=tax, components=components)
    )


def seen(running: SessionTotals, of: BillingContext) -> list[tuple[str, Decimal]]:
    return [(line.dimension, line.amount) for line in figures.session_price_lines(running, of)]


def test_idle_run_below_two_minutes_is_priced_as_charging() -> None:
    of = terms(Component("TIME", Decimal(6)), Component("PARKING_TIME", Decimal(60)))
    running = figures.start_totals(NOON, Decimal(0), of)
    charging = Reading(at=NOON + timedelta(minutes=10), register_wh=Decimal(1_000), power_w=6_000.0)
    running = advance(running, charging, of)
    results = []
    for seconds in (630, 690, 720, 750, 780):
        idle = Reading(at=NOON + timedelta(seconds=seconds), register_wh=Decimal(1_000), power_w=0.0)
        running = advance(running, idle, of)
        results.append(seen(running, of))
    # The interval that ends at 630 s starts with the car charging. From 630 s on the car is idle.
    assert results == [
        [("TIME", Decimal("1.05"))],
        [("TIME", Decimal("1.15"))],
        [("TIME", Decimal("1.20"))],
        [("TIME", Decimal("1.05")), ("PARKING_TIME", Decimal("2.00"))],
        [("TIME", Decimal("1.05")), ("PARKING_TIME", Decimal("2.50"))],
    ]


def test_interrupted_idle_run_counts_as_charging() -> None:
    of = terms(Component("TIME", Decimal(6)), Component("PARKING_TIME", Decimal(60)))
    running = figures.start_totals(NOON, Decimal(0), of)
    for seconds, power_w in ((600, 6_000.0), (660, 0.0), (700, 0.0), (720, 6_000.0)):
        reading = Reading(at=NOON + timedelta(seconds=seconds), register_wh=Decimal(seconds), power_w=power_w)
        running = advance(running, reading, of)
    assert seen(running, of) == [("TIME", Decimal("1.20"))]


def test_unclassified_time_is_priced_as_charging_at_first() -> None:
    of = terms(Component("TIME", Decimal(6)), Component("PARKING_TIME", Decimal(60)))
    running = figures.start_totals(NOON, Decimal(0), of)
    results = []
    for minutes, register in ((10, None), (20, None), (30, Decimal(0))):
        reading = Reading(at=NOON + timedelta(minutes=minutes), register_wh=register, soc_percent=50.0)
        running = advance(running, reading, of)
        results.append(seen(running, of))
    assert results == [
        [("TIME", Decimal("1.00"))],
        [("TIME", Decimal("2.00"))],
        [("PARKING_TIME", Decimal("30.00"))],
    ]


def test_stop_figures_are_kept_during_parked_time() -> None:
    of = terms(Component("ENERGY", Decimal("0.35")), Component("PARKING_TIME", Decimal(6)))
    running = figures.start_totals(NOON, Decimal(0), of)
    charging = Reading(at=NOON + timedelta(minutes=30), register_wh=Decimal(4_000), power_w=8_000.0)
    running = advance(running, charging, of)
    state = SessionState(NOON, Decimal(0), stopped_at=NOON + timedelta(minutes=31), meter_stop_wh=Decimal(4_100))
    stopped = figures.apply_stop(running, state, of)
    assert stopped is not None
    running = stopped[0]

    stood = figures.add_parked_time(running, NOON + timedelta(minutes=51), of)

    assert stood.at_stop is not None
    assert (stood.at_stop.energy_wh, stood.at_stop.price, stood.at_stop.idle_s) == (4_100, Decimal("1.44"), 0)
    assert figures.totals_point(stood, of).price == Decimal("3.44")
