"""The Pricing & Consumption view shows the prices stored with the session."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from pytest_django import DjangoAssertNumQueries

from sessions_app.domain import pricing
from sessions_app.domain.inactivity import ClassifiedInterval, Interval
from sessions_app.domain.pricing import labels
from sessions_app.models import ActionAudit, ChargingSession, PricingPolicy
from sessions_app.queries.audits import repricing_of, with_repricing
from sessions_app.queries.policies import tariff_for
from sessions_app.queries.price_view import PriceView, price_view
from sessions_app.recording import record
from tests.support.builders import NOON, begun, driver, policy, session, station
from tests.support.event_builders import measured, start, stopped

pytestmark = pytest.mark.django_db


def priced(energy_wh: str = "12412", *, idle: timedelta = timedelta(), **fields: Any) -> ChargingSession:
    """Return a session that charged for an hour at the applicable policy, then idled."""
    at_station, priya = station(), driver()
    match = tariff_for(begun(at_station, by=priya))
    assert match
    applied, tariff = match
    charged = Interval(NOON, NOON + timedelta(hours=1), Decimal(energy_wh), None)
    idled = Interval(charged.end, charged.end + idle, Decimal(0), None)
    intervals = (ClassifiedInterval(charged, is_idle=False), ClassifiedInterval(idled, is_idle=True))
    usage = pricing.add_intervals(tariff, pricing.start_usage(tariff), intervals, zone="Australia/Sydney")
    lines = pricing.calculate_lines(tariff, usage)
    defaults: dict[str, Any] = {"policy": applied, "tariff": msgspec.json.encode(tariff).decode(), "currency": "AUD"}
    defaults |= {"price": pricing.total(lines), "price_lines": msgspec.json.encode(lines).decode()}
    return session(on=at_station, driver=priya, **(defaults | fields))


def test_estimated_energy_has_its_sign_in_its_line_and_total() -> None:
    policy({"dimension": "ENERGY", "price": Decimal("0.35")}, {"dimension": "FLAT", "price": Decimal(1)})

    view = view_of(priced(estimated_wh=600))

    assert (view.energy[0].quantity, view.energy[0].amount) == ("≈\xa012.412 kWh", "≈\xa0$4.34")
    assert (view.others[0].amount, view.total) == ("$1.00", "≈\xa0$5.34")


STOP_COUNTS = (
    "Stop − start counts: 1.26 kWh. The readings add up to {}, but start and stop are of one register,"
    " and their difference is plausible for the time."
)
READINGS_COUNT = "The sum of the readings counts: 1.26 kWh. Stop − start is {}, but {}."
CANNOT_DELIVER = "the connector cannot deliver that in the time"
WENT_ON = "the register fell during the session, and the stop goes on from there"


@pytest.mark.parametrize(
    ("registers", "minute", "stop_wh", "text"),
    [
        ([1_000, 1_600, 2_260], 30, 2_260, ""),
        ([1_000, 1_300, 1_600], 30, 2_260, STOP_COUNTS.format("0.60 kWh")),
        ([1_000, 1_600, 2_260], 30, 7_785_000, READINGS_COUNT.format("7,784.00 kWh", CANNOT_DELIVER)),
        ([1_000, 1_600, 2_260], 30, 500, READINGS_COUNT.format("-0.50 kWh", "energy is never below zero")),
        ([1_000, 100, 700], 40, 1_360, READINGS_COUNT.format("0.36 kWh", WENT_ON)),
    ],
)
def test_view_says_which_energy_counts_and_why(registers: list[int], minute: int, stop_wh: int, text: str) -> None:
    at_station = station()
    pk = start(at_station, wh=1_000)
    record([measured(at_station, pk, *((10 * number, wh) for number, wh in enumerate(registers, start=1)))])
    record([stopped(at_station, pk, minute=minute, wh=stop_wh)])

    assert view_of(ChargingSession.objects.get(pk=pk)).energy_counted == text


def test_time_held_back_is_shown_as_not_billed() -> None:
    policy()

    assert view_of(priced(held_back_s=2_719)).held_back == "45 m 19 s"
    assert view_of(priced()).held_back == ""


def view_of(charged: ChargingSession) -> PriceView:
    loaded = with_repricing(ChargingSession.objects.select_related("site", "policy")).get(pk=charged.pk)
    return price_view(loaded, repricing_of(loaded))


def test_energy_line_has_unit_price_quantity_and_amount() -> None:
    policy(tax_percent=Decimal(10))
    view = view_of(priced())
    assert [msgspec.structs.astuple(line) for line in view.energy] == [
        ("Energy", "", "$0.35 per kWh", "12.412 kWh", "$4.34")
    ]
    assert (view.others, view.total, view.tax_percent, view.tax) == ((), "$4.34", "10 %", "$0.39")
    assert view.description == "Default Pricing"
    assert (view.entity_type, view.entity_id) == ("Everywhere", "–")
    assert view.since == "2026-01-01 11:00:00 AEDT (Australia/Sydney)"


def test_each_charged_dimension_has_a_line() -> None:
    policy(
        {"dimension": "FLAT", "price": Decimal(1)},
        {"dimension": "ENERGY", "price": Decimal("0.35")},
        {"dimension": "PARKING_TIME", "price": Decimal(4), "grace_minutes": 30},
    )
    view = view_of(priced(idle=timedelta(minutes=47, seconds=20)))
    assert [(line.label, line.when, line.unit_price, line.quantity, line.amount) for line in view.others] == [
        ("Flat fee", "", "$1.00", "", "$1.00"),
        ("Inactivity", "after 30 min", "$4.00 per hour", "17 m 20 s", "$1.16"),
    ]
    assert view.total == "$6.50"


def test_energy_line_is_shown_before_any_energy() -> None:
    policy()
    view = view_of(priced("0"))
    assert [(line.unit_price, line.quantity, line.amount) for line in view.energy] == [
        ("$0.35 per kWh", "0.000 kWh", "$0.00")
    ]
    assert view.total == "$0.00"


def test_session_without_policy_is_unpriced_not_free() -> None:
    view = view_of(session())
    assert (view.is_priced, view.total, view.lines) == (False, "–", ())


def test_policy_changed_since_start_is_mentioned() -> None:
    applied = policy()
    view_before = view_of(priced())
    component = applied.components.get()
    component.price = Decimal("0.50")
    component.save()
    applied.save()
    charged = ChargingSession.objects.get()
    view = view_of(charged)
    assert (view_before.was_changed, view_before.changed_at) == (False, "")
    assert view.was_changed
    assert view.changed_at.endswith("(Australia/Sydney)")
    assert view.total == "$4.34"


def test_policy_saved_unchanged_is_not_called_changed() -> None:
    applied = policy()
    charged = priced()
    PricingPolicy.objects.get(pk=applied.pk).save()
    assert not view_of(charged).was_changed


def repriced(charged: ChargingSession, *, at: datetime, was: str = "$2.40") -> None:
    detail = labels.repricing(was, "Old", "$4.34", "New")
    for outcome, by in (("repriced", "Olga Petrova"), ("refused", "Dana Ng")):
        ActionAudit.objects.create(
            session=charged, manager_name=by, action="reprice", at=at, outcome=outcome, detail=detail
        )


def test_repricing_shows_time_manager_and_old_price() -> None:
    policy()
    charged = priced()
    assert view_of(charged).repriced == ""
    repriced(charged, at=NOON + timedelta(days=1), was="$1.00")
    repriced(charged, at=NOON + timedelta(days=2))
    assert view_of(charged).repriced == (
        "Repriced on 2026-03-05 23:00:00 AEDT (Australia/Sydney) by Olga Petrova, was $2.40."
    )


def test_repricing_of_unpriced_session_is_shown() -> None:
    policy()
    charged = priced()
    repriced(charged, at=NOON, was="–")
    assert view_of(charged).repriced.endswith("by Olga Petrova, was unpriced.")


def test_policy_changed_before_repricing_is_not_mentioned() -> None:
    applied = policy()
    charged = priced()
    component = applied.components.get()
    component.price = Decimal("0.50")
    component.save()
    applied.save()
    repriced(charged, at=applied.changed_at + timedelta(seconds=1))
    assert not view_of(charged).was_changed


def test_price_view_takes_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    applied = policy()
    PricingPolicy.objects.filter(pk=applied.pk).update(changed_at=NOON - timedelta(days=1))
    charged = ChargingSession.objects.select_related("site", "policy").get(pk=priced().pk)
    with django_assert_num_queries(0):
        price_view(charged)
