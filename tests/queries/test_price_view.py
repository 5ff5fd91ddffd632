"""What the Pricing & Consumption view says is what is stored with the session."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from sessions_app.domain import pricing
from sessions_app.domain.inactivity import Settled, Stretch
from sessions_app.domain.pricing import words
from sessions_app.models import ActionAudit, ChargingSession, PricingPolicy
from sessions_app.queries.audits import repricing_of, with_repricing
from sessions_app.queries.policies import tariff_for
from sessions_app.queries.price_view import PriceView, price_view
from tests.factories import NOON, begun, driver, policy, session, station

pytestmark = pytest.mark.django_db


def priced(energy_wh: str = "12412", *, idle: timedelta = timedelta(), **fields: Any) -> ChargingSession:
    """Return a session of one hour at the policy that holds for it, and then idle for a while."""
    at_station, priya = station(), driver()
    found = tariff_for(begun(at_station, by=priya))
    assert found
    charged = Stretch(NOON, NOON + timedelta(hours=1), Decimal(energy_wh), None)
    stood = Stretch(charged.end, charged.end + idle, Decimal(0), None)
    settled = (Settled(charged, is_idle=False), Settled(stood, is_idle=True))
    tally = pricing.add(found[1], pricing.begin(found[1]), settled, zone="Australia/Sydney")
    lines = pricing.lines(found[1], tally)
    known = {"policy": found[0], "tariff": msgspec.json.encode(found[1]).decode(), "currency": "AUD"}
    known |= {"price": pricing.total(lines), "price_lines": msgspec.json.encode(lines).decode()}
    return session(on=at_station, driver=priya, **(known | fields))


def seen(made: ChargingSession) -> PriceView:
    loaded = with_repricing(ChargingSession.objects.select_related("site", "policy")).get(pk=made.pk)
    return price_view(loaded, repricing_of(loaded))


def test_it_says_unit_price_consumption_and_amount() -> None:
    policy(tax_percent=Decimal(10))
    view = seen(priced())
    assert [msgspec.structs.astuple(line) for line in view.energy] == [
        ("Energy", "", "$0.35 per kWh", "12.412 kWh", "$4.34")
    ]
    assert (view.others, view.total, view.tax_percent, view.tax) == ((), "$4.34", "10 %", "$0.39")
    assert view.description == "Default Pricing"
    assert (view.entity_type, view.entity_id) == ("Everywhere", "–")
    assert view.since == "2026-01-01 11:00:00 AEDT (Australia/Sydney)"


def test_it_has_a_line_for_each_other_dimension_that_charged_something() -> None:
    policy(
        {"dimension": "FLAT", "price": Decimal(1)},
        {"dimension": "ENERGY", "price": Decimal("0.35")},
        {"dimension": "PARKING_TIME", "price": Decimal(4), "grace_minutes": 30},
    )
    view = seen(priced(idle=timedelta(minutes=47, seconds=20)))
    assert [(line.label, line.when, line.unit_price, line.quantity, line.amount) for line in view.others] == [
        ("Flat fee", "", "$1.00", "", "$1.00"),
        ("Inactivity", "after 30 min", "$4.00 per hour", "17 m 20 s", "$1.16"),
    ]
    assert view.total == "$6.50"


def test_energy_is_there_before_any_has_flowed() -> None:
    policy()
    view = seen(priced("0"))
    assert [(line.unit_price, line.quantity, line.amount) for line in view.energy] == [
        ("$0.35 per kWh", "0.000 kWh", "$0.00")
    ]
    assert view.total == "$0.00"


def test_a_session_without_a_policy_is_unpriced_and_not_free() -> None:
    view = seen(session())
    assert (view.is_priced, view.total, view.lines) == (False, "–", ())


def test_it_says_that_the_policy_was_changed_since_and_that_the_old_one_holds() -> None:
    made = policy()
    view_before = seen(priced())
    component = made.components.get()
    component.price = Decimal("0.50")
    component.save()
    made.save()
    charged = ChargingSession.objects.get()
    view = seen(charged)
    assert (view_before.was_changed, view_before.changed_at) == (False, "")
    assert view.was_changed
    assert view.changed_at.endswith("(Australia/Sydney)")
    assert view.total == "$4.34"


def test_a_policy_saved_without_a_change_is_not_called_changed() -> None:
    made = policy()
    charged = priced()
    PricingPolicy.objects.get(pk=made.pk).save()
    assert not seen(charged).was_changed


def repriced(made: ChargingSession, *, at: datetime, was: str = "$2.40") -> None:
    detail = words.repricing(was, "Old", "$4.34", "New")
    for outcome, by in (("repriced", "Olga Petrova"), ("refused", "Dana Ng")):
        ActionAudit.objects.create(
            session=made, manager_name=by, action="reprice", at=at, outcome=outcome, detail=detail
        )


def test_it_says_when_and_by_whom_a_session_was_repriced_and_what_it_was() -> None:
    policy()
    made = priced()
    assert seen(made).repriced == ""
    repriced(made, at=NOON + timedelta(days=1), was="$1.00")
    repriced(made, at=NOON + timedelta(days=2))
    assert seen(made).repriced == (
        "Repriced on 2026-03-05 23:00:00 AEDT (Australia/Sydney) by Olga Petrova, was $2.40."
    )


def test_it_says_that_a_repriced_session_had_no_price() -> None:
    policy()
    made = priced()
    repriced(made, at=NOON, was="–")
    assert seen(made).repriced.endswith("by Olga Petrova, was unpriced.")


def test_a_policy_that_was_changed_before_the_repricing_is_not_called_changed() -> None:
    applied = policy()
    made = priced()
    component = applied.components.get()
    component.price = Decimal("0.50")
    component.save()
    applied.save()
    repriced(made, at=applied.changed_at + timedelta(seconds=1))
    assert not seen(made).was_changed


def test_it_takes_no_query_beyond_the_session(django_assert_num_queries) -> None:
    made = policy()
    PricingPolicy.objects.filter(pk=made.pk).update(changed_at=NOON - timedelta(days=1))
    charged = ChargingSession.objects.select_related("site", "policy").get(pk=priced().pk)
    with django_assert_num_queries(0):
        price_view(charged)
