"""The repricing action shows prices first, and applies only the prices shown."""

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
from tests.recording.test_repricing import charged, costs
from tests.support import builders

pytestmark = pytest.mark.django_db
CHANGELIST = "admin:sessions_app_chargingsession_changelist"


@pytest.fixture
def olga(client: Client) -> Client:
    client.force_login(builders.operator())
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


def test_repricing_shows_both_prices_then_asks_to_confirm(olga: Client) -> None:
    applied = builders.policy()
    before = charged()
    costs(applied, "0.50")

    page = previewed(olga, before)
    price_then = price(before)
    confirm(olga, page, before)

    for text in ("$4.20", "$6.00", "+$1.80", "Reprice 1 session"):
        assert text in page.content.decode()
    assert price_then == Decimal("4.20")
    assert price(before) == Decimal("6.00")


def test_another_policy_is_previewed_before_it_applies(olga: Client) -> None:
    builders.policy()
    before = charged()
    goodwill = builders.policy({"dimension": "FLAT", "price": Decimal(3)}, audience="staff")

    answer = confirm(olga, previewed(olga, before), before, policy=goodwill.pk)
    price_then = price(before)
    confirm(olga, answer, before, policy=goodwill.pk)

    assert "Prices have changed since the preview. Check them again." in answer.content.decode()
    assert "Policy is for another audience" in answer.content.decode()
    assert price_then == Decimal("4.20")
    assert price(before) == Decimal("3.00")


def test_policy_edited_meanwhile_is_previewed_again(olga: Client) -> None:
    applied = builders.policy()
    before = charged()
    costs(applied, "0.50")
    page = previewed(olga, before)
    costs(applied, "5.00")

    answer = confirm(olga, page, before)

    assert "$60.00" in answer.content.decode()
    assert price(before) == Decimal("4.20")


def test_new_reading_is_previewed_again(olga: Client) -> None:
    applied = builders.policy()
    running = charged(stopped=False)
    costs(applied, "0.50")
    page = previewed(olga, running)
    last = Reading(at=builders.NOON + timedelta(hours=3), register_wh=Decimal(20_000), power_w=6_000.0)
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


def test_unchanged_session_is_left_alone(olga: Client) -> None:
    applied = builders.policy()
    before = charged()
    costs(applied, "0.50")
    at_the_new_price = charged()

    page = previewed(olga, before, at_the_new_price)
    confirm(olga, page, before, at_the_new_price)

    assert page.content.decode().count('<tr class="stays">') == 1
    assert [difference for _, difference in page.context["rows"]] == ["+$1.80", "$0.00"]
    assert [audit.session_id for audit in ActionAudit.objects.all()] == [before.pk]


def test_no_confirm_button_without_changes(olga: Client) -> None:
    builders.policy()
    page = previewed(olga, charged()).content.decode()
    assert "No prices would change." in page
    assert 'name="confirm"' not in page


def test_preview_has_one_total_per_currency(olga: Client) -> None:
    tokyo = builders.station(at=builders.site(of=builders.company(currency="JPY"), time_zone="Asia/Tokyo"))
    dollars = builders.policy()
    yen = builders.policy({"dimension": "ENERGY", "price": Decimal(30)}, currency="JPY", audience="tenant")
    sessions = [charged(), charged(), charged(tokyo)]
    costs(dollars, "0.50")
    costs(yen, "25")

    page = previewed(olga, *sessions)

    assert page.context["sums"] == [
        ("$8.40", "$12.00", "+$3.60"),
        ("JPY\N{NO-BREAK SPACE}360", "JPY\N{NO-BREAK SPACE}300", "-JPY\N{NO-BREAK SPACE}60"),
    ]


def test_unpriced_session_gains_its_whole_price(olga: Client) -> None:
    unpriced = charged()
    builders.policy()
    page = previewed(olga, unpriced)
    assert [difference for _, difference in page.context["rows"]] == ["+$4.20"]
    assert page.context["sums"] == [("–", "$4.20", "+$4.20")]
