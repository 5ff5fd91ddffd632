"""A session's pages: views, dialog content, points, receipt."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from sessions_app.domain.energy_correction import EnergyCorrection, EnergySource, encode_correction
from sessions_app.domain.pricing import Tariff, labels
from sessions_app.models import ActionAudit, ChargingSession, PriceComponent, PricingPolicy, Site
from sessions_app.queries.points import POINT_FIELDS
from tests.support import builders

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def dana(client: Client) -> Client:
    """Give a client with the manager of one site signed in."""
    client.force_login(builders.manager(of=[builders.site("Harbour Towers")]))
    return client


def _session(**fields: Any) -> ChargingSession:
    """Return a session of 60 readings at the manager's site."""
    station = builders.station(at=Site.objects.get(name="Harbour Towers"))
    session = builders.session(on=station, driver=builders.driver(unit="1204"), **fields)
    builders.readings(session, [*[7200.0] * 30, *[20.0] * 10, *[3500.0] * 20])
    return session


def _address(name: str, session: ChargingSession) -> str:
    return reverse(name, args=[session.pk])


@pytest.mark.parametrize("name", ["session", "session-pricing"])
def test_each_view_is_a_whole_page(dana: Client, name: str) -> None:
    session = _session()

    page = dana.get(_address(name, session))

    assert "<!DOCTYPE html>" in page.text
    assert f"Session {session.pk}" in page.text
    assert "Priya Raman" in page.text
    assert "Unit 1204" in page.text


def test_htmx_request_gets_the_dialog_content_alone(dana: Client) -> None:
    session = _session()

    part = dana.get(_address("session", session), headers=HTMX)

    assert "<html" not in part.text
    assert "data-session-detail" in part.text
    assert "HX-Request" in part["Vary"]


def test_history_restore_request_gets_the_whole_page(dana: Client) -> None:
    session = _session()

    page = dana.get(_address("session", session), headers={**HTMX, "HX-History-Restore-Request": "true"})

    assert "<!DOCTYPE html>" in page.text


OF_A_SESSION = ["session", "session-pricing", "session-figure", "session-points", "session-receipt"]


@pytest.mark.parametrize("name", OF_A_SESSION)
def test_session_pages_are_not_cached(dana: Client, name: str) -> None:
    answer = dana.get(_address(name, _session()))

    assert answer.status_code == 200
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))


@pytest.mark.parametrize("name", OF_A_SESSION)
def test_session_of_another_site_does_not_exist(dana: Client, name: str) -> None:
    elsewhere = builders.session()

    assert dana.get(_address(name, elsewhere)).status_code == 404


def test_session_needs_sign_in(client: Client) -> None:
    session = builders.session()

    assert client.get(_address("session", session))["Location"].startswith("/sign-in/")


def test_dialog_of_ended_session_takes_six_queries(
    dana: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    session = _session()

    with django_assert_max_num_queries(6):
        dana.get(_address("session", session), headers=HTMX)


def test_figure_has_points_with_start_and_end(dana: Client) -> None:
    session = _session()

    figure = dana.get(_address("session-figure", session)).json()

    assert figure["points"]["number"] == [0, *range(1, 61)]
    assert figure["points"]["energy_kwh"][0] == 0.0
    assert figure["last"] == 60
    assert [trace["name"] for trace in figure["figure"]["data"]][:4] == [
        "Grid Power", "Energy Delivered", "Grid Limit (A)", "Amount",
    ]  # fmt: skip
    assert all(isinstance(column, list) for column in figure["points"].values())


def test_expanded_row_gets_the_graph_as_partial(dana: Client) -> None:
    session = _session()

    part = dana.get(_address("session-figure", session), headers=HTMX)

    assert part.text.strip().startswith("<div")
    payload = part.text.split("data-payload>")[1].split("</script>")[0]
    assert json.loads(payload)["session"] == session.pk


def test_points_after_a_number_are_returned_alone(dana: Client) -> None:
    session = _session()

    answer = dana.get(_address("session-points", session), {"after": 57}).json()

    assert answer["fields"] == list(POINT_FIELDS)
    assert [point[0] for point in answer["points"]] == [58, 59, 60]
    assert answer["version"] == dana.get(_address("session-figure", session)).json()["version"] != ""


@pytest.mark.parametrize("after", ["-1", "x", "1e3", "9" * 30, "٣"])
def test_invalid_point_number_is_rejected(dana: Client, after: str) -> None:
    session = _session()

    assert dana.get(_address("session-points", session), {"after": after}).status_code == 400


def test_receipt_names_session_times_and_url(dana: Client) -> None:
    session = _session()

    receipt = dana.get(_address("session-receipt", session)).text

    assert f"Charging session {session.pk}" in receipt
    assert "2026-03-03 23:00:00 AEDT (Australia/Sydney)" in receipt
    assert f"http://testserver/sessions/{session.pk}/receipt/" in receipt


def test_session_in_progress_has_no_receipt(dana: Client) -> None:
    session = _session(lasted=None)

    assert dana.get(_address("session-receipt", session))["Location"] == _address("session", session)


def test_figure_without_readings_has_start_and_end_only(dana: Client) -> None:
    empty = builders.session(on=builders.station(at=Site.objects.get()), lasted=timedelta(minutes=3))

    figure = dana.get(_address("session-figure", empty)).json()

    assert figure["count"] == 0
    assert figure["points"]["energy_kwh"] == [0.0, None, 7.41]  # unknown in between


def _ms(session: ChargingSession, minutes: int) -> int:
    return round((session.started_at + timedelta(minutes=minutes)).timestamp() * 1000)


def test_window_has_its_points_in_full_detail(dana: Client) -> None:
    session = _session()
    window = {"from": _ms(session, 10), "to": _ms(session, 15)}

    answer = dana.get(_address("session-figure", session), window).json()

    assert answer["points"]["number"] == [10, 11, 12, 13, 14, 15]


@pytest.mark.parametrize(
    "window",
    [{"from": "x", "to": "1"}, {"from": "2", "to": "1"}, {"from": "1"}, {"from": "9" * 30, "to": "1"}],
)
def test_invalid_window_is_rejected(dana: Client, window: dict[str, str]) -> None:
    session = _session()

    assert dana.get(_address("session-figure", session), window).status_code == 400


def test_live_update_has_no_graph(dana: Client) -> None:
    session = _session(lasted=None)

    parts = dana.get(_address("session", session), headers={**HTMX, "HX-Target": "parts"})

    assert 'data-part="head"' in parts.text
    assert 'data-part="pricing"' in parts.text
    assert "data-payload" not in parts.text
    assert "HX-Target" in parts["Vary"]


def _changed_since(session: ChargingSession) -> None:
    policy = PricingPolicy.objects.create(
        description="Default", site=session.site, currency="AUD", valid_from=session.started_at
    )
    PriceComponent.objects.create(policy=policy, dimension="ENERGY", price="0.35")
    tariff = Tariff(
        policy_id=policy.pk,
        description="As it was",
        entity_type="Site",
        entity_id="SIT-0001",
        currency="AUD",
        valid_from=session.started_at,
        tax_percent=Decimal(0),
        components=(),
    )
    session.policy, session.tariff = policy, msgspec.json.encode(tariff).decode()
    session.save()


def _repriced(session: ChargingSession) -> None:
    ActionAudit.objects.create(
        session=session,
        manager_name="Olga Petrova",
        action="reprice",
        at=session.ended_at or session.started_at,
        outcome="repriced",
        detail=labels.repricing("$2.40", "Old", "$4.34", "New"),
    )


def test_changed_policy_takes_no_more_queries(
    dana: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    session = _session()
    _changed_since(session)

    with django_assert_max_num_queries(6):
        page = dana.get(_address("session-pricing", session), headers=HTMX)

    assert "The earlier version still applies" in page.text


def test_repriced_session_takes_no_more_queries(
    dana: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    session = _session()
    _changed_since(session)
    _repriced(session)

    with django_assert_max_num_queries(6):
        page = dana.get(_address("session-pricing", session), headers=HTMX)

    assert "by Olga Petrova, was $2.40." in page.text
    assert "after the session was repriced. The earlier version still applies" in " ".join(page.text.split())


@pytest.mark.parametrize("is_priced", [True, False])
def test_price_view_says_who_set_the_energy(dana: Client, is_priced: bool) -> None:
    correction = EnergyCorrection(EnergySource.BY_HAND, "Olga Ng", builders.NOON, "Meter replaced.", Decimal(12_000))
    session = _session(energy_correction=encode_correction(correction), price=Decimal("4.20"), currency="AUD")
    if is_priced:
        _changed_since(session)

    text = dana.get(_address("session-pricing", session)).text

    assert ("Total" in text) is is_priced
    assert "Energy set by Olga Ng on 2026-03-03 23:00:00 AEDT (Australia/Sydney): by hand, 12.00 kWh." in text


def test_receipt_mentions_the_repricing(dana: Client) -> None:
    session = _session()
    _changed_since(session)
    _repriced(session)

    page = dana.get(_address("session-receipt", session))

    assert "by Olga Petrova, was $2.40." in page.text


def test_too_many_missed_points_ask_for_a_redraw(dana: Client) -> None:
    session = _session(lasted=None)
    session.reading_count = 9_000
    session.save()

    answer = dana.get(_address("session-points", session), {"after": 60}).json()

    assert answer["redraw"] is True
    assert answer["points"] == []
