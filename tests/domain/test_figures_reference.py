"""The product's figures are those of the independent reference, in any batching, and keep within bounds."""

from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sessions_app.domain.intervals import EnergyPoint, split_by_clock
from sessions_app.domain.pricing import Component
from tests.domain.product import product
from tests.domain.random_sessions import random_session
from tests.domain.reference import Connector, Session, work_out
from tests.domain.reference.building import event, reading
from tests.domain.test_pricing_in_progress import terms

MILLI = Decimal("0.001")
SESSIONS = st.integers(0, 2**32).map(lambda seed: random_session(Random(seed)))
BY_POWER = terms(
    Component("ENERGY", Decimal("0.5"), kw_from=Decimal(5)),
    Component("ENERGY", Decimal("0.3")),
    Component("TIME", Decimal(6), kw_from=Decimal("1.4")),
    Component("PARKING_TIME", Decimal(60), grace_minutes=10),
)


@given(SESSIONS)
@settings(max_examples=60, deadline=None)
def test_fold_agrees_with_the_reference(session: Session) -> None:
    expected = work_out(session)
    given_input = product(session, end=expected.end if session.stop else None)
    totals, points = given_input.folded()
    assert abs(totals.energy_wh - expected.energy_wh) <= MILLI
    assert abs(totals.estimated_wh - expected.estimated_wh) <= MILLI
    assert totals.clock.idle_s == expected.count("idle")
    assert totals.clock.held_back_s == expected.count("held back")
    peak_w = None if expected.peak_w is None else pytest.approx(float(expected.peak_w))
    assert totals.peak_power_w == peak_w
    for each, point in zip(given_input.readings, points, strict=True):
        if each.at in expected.power_by_reading and each.at != given_input.state.stopped_at:
            power_w = expected.power_by_reading[each.at]
            assert point.grid_power_w == (None if power_w is None else pytest.approx(float(power_w)))
            assert abs(point.energy_wh - expected.energy_at(each.at)) <= 2 * MILLI


@given(SESSIONS)
@settings(max_examples=60, deadline=None)
def test_reading_by_reading_is_the_same_as_all_at_once(session: Session) -> None:
    given_input = product(session, end=work_out(session).end if session.stop else None, tariff=BY_POWER.tariff)
    whole, all_points = given_input.folded()
    grown, points, _ = given_input.advanced()
    own = [point for each, point in zip(given_input.readings, all_points, strict=True) if given_input.is_own(each)]
    assert (grown.energy_wh, grown.clock, grown.usage) == (whole.energy_wh, whole.clock, whole.usage)
    assert (grown.metrics, grown.flags, grown.details) == (whole.metrics, whole.flags, whole.details)
    assert points == own


@given(SESSIONS)
@example(random_session(Random(2959)))  # starts and stops at the same moment, 1 Wh later
@settings(max_examples=60, deadline=None)
def test_figures_keep_within_what_was_possible(session: Session) -> None:
    end = work_out(session).end if session.stop else None
    given_input = product(session, end=end)
    totals, points = given_input.folded()
    state, billing = given_input.state, given_input.billing
    until = state.stopped_at or totals.at
    plugged_s = (totals.at - state.started_at).total_seconds()
    if billing.rating_w:
        most_wh = 1.5 * billing.rating_w * ((until - state.started_at).total_seconds() + billing.interval_s) / 3600
        assert float(totals.energy_wh) <= most_wh + 0.001
    assert totals.clock.idle_s + totals.clock.held_back_s <= plugged_s
    told = [each.told_w for each in given_input.readings if each.told_w is not None]
    if told and totals.peak_power_w is not None:
        assert totals.peak_power_w <= max(0.0, *told)
    energies = [point.energy_wh for point in points]
    assert all(0 <= energy <= totals.energy_wh for energy in energies)
    inside = [EnergyPoint(r.at, p.energy_wh, p.grid_power_w) for r, p in zip(given_input.readings, points, strict=True)]
    start, last = EnergyPoint(state.started_at, Decimal(0), None), EnergyPoint(until, totals.energy_wh, None)
    curve = [start, *(each for each in inside if each.at < until), last]  # as the export reads them
    intervals = list(split_by_clock(curve, minutes=15, zone=ZoneInfo(billing.zone)))
    assert sum((each.energy_wh for each in intervals), Decimal(0)) == totals.energy_wh


def test_clean_input_needs_no_fold() -> None:
    messages = [reading(60 * n, register=120 * n, power=7_200) for n in range(1, 61)]
    session = Session(event(0, 0), messages, event(3_601, 7_202), connector=Connector(11_000, 3))
    totals, _, folds = product(session).advanced()
    assert (totals.energy_wh, folds) == (7_202, 0)
