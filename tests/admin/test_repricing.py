"""The repricing action shows prices first, and applies nothing but what it has shown."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sessions_app.domain import events
from sessions_app.domain.meter import Reading
from sessions_app.domain.transactions import issued_id
from sessions_app.models import ActionAudit, ChargingSession
from sessions_app.recording import record
from tests import factories
from tests.recording.test_repricing import charged, costs

pytestmark = pytest.mark.django_db
CHANGELIST = "admin:sessions_app_chargingsession_changelist"


@pytest.fixture
def olga(client: Client) -> Client:
    client.force_login(factories.operator())
    return client


def chosen(*sessions: ChargingSession, **fields: Any) -> dict[str, Any]:
    return {"action": "reprice", "_selected_action": [each.pk for each in sessions]} | fields


def previewed(olga: Client, *sessions: ChargingSession, **fields: Any) -> Any:
    return olga.post(reverse(CHANGELIST), chosen(*sessions, **fields))


def confirm(olga: Client, preview: Any, *sessions: ChargingSession, **fields: Any) -> Any:
    data = chosen(*sessions, previewed=preview.context["digest"], confirm="1", policy="") | fields
    return olga.post(reverse(CHANGELIST), data)


def price(session: ChargingSession) -> Decimal | None:
    return ChargingSession.objects.get(pk=session.pk).price


def test_it_shows_old_and_new_first_and_reprices_when_confirmed(olga: Client) -> None:
    applied = factories.policy()
    before = charged()
    costs(applied, "0.50")

    page = previewed(olga, before)
    price_then = price(before)
    confirm(olga, page, before)

    for text in ("$4.20", "$6.00", "+$1.80", "Reprice 1 that changes"):
        assert text in page.content.decode()
    assert price_then == Decimal("4.20")
    assert price(before) == Decimal("6.00")


def test_another_choice_is_shown_before_it_is_applied(olga: Client) -> None:
    factories.policy()
    before = charged()
    goodwill = factories.policy({"dimension": "FLAT", "price": Decimal(3)}, audience="staff")

    answer = confirm(olga, previewed(olga, before), before, policy=goodwill.pk)
    price_then = price(before)
    confirm(olga, answer, before, policy=goodwill.pk)

    assert "Prices have changed, look again." in answer.content.decode()
    assert "Meant for another audience" in answer.content.decode()
    assert price_then == Decimal("4.20")
    assert price(before) == Decimal("3.00")


def test_a_policy_that_is_edited_meanwhile_is_shown_again(olga: Client) -> None:
    applied = factories.policy()
    before = charged()
    costs(applied, "0.50")
    page = previewed(olga, before)
    costs(applied, "5.00")

    answer = confirm(olga, page, before)

    assert "$60.00" in answer.content.decode()
    assert price(before) == Decimal("4.20")


def test_a_reading_that_comes_meanwhile_is_shown_first(olga: Client) -> None:
    applied = factories.policy()
    running = charged(stopped=False)
    costs(applied, "0.50")
    page = previewed(olga, running)
    last = Reading(at=factories.NOON + timedelta(hours=3), register_wh=Decimal(20_000), power_w=6_000.0)
    record([
        events.Measured(
            station_id=running.station_id,
            at=last.at,
            connector=1,
            transaction=issued_id(str(running.pk)),
            readings=(last,),
        )
    ])  # fmt: skip

    answer = confirm(olga, page, running)

    assert "$10.00" in answer.content.decode()
    assert price(running) == Decimal("7.00")


def test_what_stays_as_it_is_is_left_alone(olga: Client) -> None:
    applied = factories.policy()
    before = charged()
    costs(applied, "0.50")
    at_the_new_price = charged()

    page = previewed(olga, before, at_the_new_price)
    confirm(olga, page, before, at_the_new_price)

    assert page.content.decode().count('<tr class="stays">') == 1
    assert [difference for _, difference in page.context["rows"]] == ["+$1.80", "$0.00"]
    assert [audit.session_id for audit in ActionAudit.objects.all()] == [before.pk]


def test_where_nothing_changes_there_is_nothing_to_confirm(olga: Client) -> None:
    factories.policy()
    page = previewed(olga, charged()).content.decode()
    assert "Nothing changes by it." in page
    assert 'name="confirm"' not in page


def test_it_sums_up_for_each_currency(olga: Client) -> None:
    tokyo = factories.station(at=factories.site(of=factories.company(currency="JPY"), time_zone="Asia/Tokyo"))
    dollars = factories.policy()
    yen = factories.policy({"dimension": "ENERGY", "price": Decimal(30)}, currency="JPY", audience="tenant")
    sessions = [charged(), charged(), charged(tokyo)]
    costs(dollars, "0.50")
    costs(yen, "25")

    page = previewed(olga, *sessions)

    assert page.context["sums"] == [
        ("$8.40", "$12.00", "+$3.60"),
        ("JPY\N{NO-BREAK SPACE}360", "JPY\N{NO-BREAK SPACE}300", "-JPY\N{NO-BREAK SPACE}60"),
    ]


def test_an_unpriced_session_has_all_of_its_price_more(olga: Client) -> None:
    unpriced = charged()
    factories.policy()
    page = previewed(olga, unpriced)
    assert [difference for _, difference in page.context["rows"]] == ["+$4.20"]
    assert page.context["sums"] == [("–", "$4.20", "+$4.20")]
