"""One session's pages: at its own address, as the dialog's content, its points, its receipt."""

import json
from datetime import timedelta

import msgspec
import pytest
from django.test import Client
from django.urls import reverse

from sessions_app.domain.pricing import Tariff, words
from sessions_app.models import ActionAudit, PriceComponent, PricingPolicy
from sessions_app.queries.points import POINT_FIELDS
from tests import factories

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def dana(client: Client):
    site = factories.site("Harbour Towers")
    client.force_login(factories.manager(of=[site]))
    client.site = site
    return client


def _session(dana, **fields):
    station = factories.station(at=dana.site)
    made = factories.session(on=station, driver=factories.driver(unit="1204"), **fields)
    factories.readings(made, [7200.0] * 30 + [20.0] * 10 + [3500.0] * 20)
    return made


def _address(name: str, session) -> str:
    return reverse(name, args=[session.pk])


@pytest.mark.parametrize("name", ["session", "session-pricing"])
def test_a_view_is_a_page_of_its_own(dana, name):
    session = _session(dana)

    page = dana.get(_address(name, session))

    assert "<!DOCTYPE html>" in page.text
    assert f"Session {session.pk}" in page.text
    assert "Priya Raman" in page.text
    assert "Unit 1204" in page.text


def test_htmx_gets_the_content_of_the_dialog_alone(dana):
    session = _session(dana)

    part = dana.get(_address("session", session), headers=HTMX)

    assert "<html" not in part.text
    assert "data-session-detail" in part.text
    assert "HX-Request" in part["Vary"]


def test_a_history_restore_gets_the_whole_page(dana):
    session = _session(dana)

    page = dana.get(_address("session", session), headers={**HTMX, "HX-History-Restore-Request": "true"})

    assert "<!DOCTYPE html>" in page.text


OF_A_SESSION = ["session", "session-pricing", "session-figure", "session-points", "session-receipt"]


@pytest.mark.parametrize("name", OF_A_SESSION)
def test_nobody_on_the_way_keeps_what_a_session_says(dana, name):
    answer = dana.get(_address(name, _session(dana)))

    assert answer.status_code == 200
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))


@pytest.mark.parametrize("name", OF_A_SESSION)
def test_a_session_of_another_site_does_not_exist(dana, name):
    elsewhere = factories.session()

    assert dana.get(_address(name, elsewhere)).status_code == 404


def test_nobody_sees_a_session_without_signing_in(client):
    session = factories.session()

    assert client.get(_address("session", session))["Location"].startswith("/sign-in/")


def test_the_dialog_of_a_finished_session_takes_six_queries_at_most(dana, django_assert_max_num_queries):
    session = _session(dana)

    with django_assert_max_num_queries(6):
        dana.get(_address("session", session), headers=HTMX)


def test_the_figure_holds_the_points_with_the_start_and_the_end(dana):
    session = _session(dana)

    figure = dana.get(_address("session-figure", session)).json()

    assert figure["points"]["number"] == [0, *range(1, 61)]
    assert figure["points"]["energy_kwh"][0] == 0.0
    assert figure["last"] == 60
    assert [trace["name"] for trace in figure["figure"]["data"]][:4] == [
        "Grid Power", "Energy Delivered", "Grid Limit (A)", "Amount",
    ]  # fmt: skip
    assert all(isinstance(column, list) for column in figure["points"].values())


def test_an_expanded_row_gets_the_graph_as_a_part(dana):
    session = _session(dana)

    part = dana.get(_address("session-figure", session), headers=HTMX)

    assert part.text.strip().startswith("<div")
    payload = part.text.split("data-payload>")[1].split("</script>")[0]
    assert json.loads(payload)["session"] == session.pk


def test_the_points_after_a_number_come_by_themselves(dana):
    session = _session(dana)

    answer = dana.get(_address("session-points", session), {"after": 57}).json()

    assert answer["fields"] == list(POINT_FIELDS)
    assert [point[0] for point in answer["points"]] == [58, 59, 60]
    assert answer["version"] == dana.get(_address("session-figure", session)).json()["version"] != ""


@pytest.mark.parametrize("after", ["-1", "x", "1e3", "9" * 30, "٣"])
def test_points_after_no_number_are_refused(dana, after):
    session = _session(dana)

    assert dana.get(_address("session-points", session), {"after": after}).status_code == 400


def test_the_receipt_names_the_session_its_place_and_its_times(dana):
    session = _session(dana)

    receipt = dana.get(_address("session-receipt", session)).text

    assert f"Charging session {session.pk}" in receipt
    assert "2026-03-03 23:00:00 AEDT (Australia/Sydney)" in receipt
    assert f"http://testserver/sessions/{session.pk}/receipt/" in receipt


def test_a_session_in_progress_has_no_receipt_yet(dana):
    session = _session(dana, lasted=None)

    assert dana.get(_address("session-receipt", session))["Location"] == _address("session", session)


def test_a_session_without_readings_says_so(dana):
    empty = factories.session(on=factories.station(at=dana.site), lasted=timedelta(minutes=3))

    figure = dana.get(_address("session-figure", empty)).json()

    assert figure["count"] == 0
    assert figure["points"]["energy_kwh"] == [0.0, None, 7.41]  # nobody knows what was between


def _ms(session, minutes: int) -> int:
    return round((session.started_at + timedelta(minutes=minutes)).timestamp() * 1000)


def test_a_window_gives_its_points_with_their_detail(dana):
    session = _session(dana)
    window = {"from": _ms(session, 10), "to": _ms(session, 15)}

    answer = dana.get(_address("session-figure", session), window).json()

    assert answer["points"]["number"] == [10, 11, 12, 13, 14, 15]


@pytest.mark.parametrize(
    "window",
    [{"from": "x", "to": "1"}, {"from": "2", "to": "1"}, {"from": "1"}, {"from": "9" * 30, "to": "1"}],
)
def test_a_window_that_is_none_is_refused(dana, window):
    session = _session(dana)

    assert dana.get(_address("session-figure", session), window).status_code == 400


def test_a_live_page_gets_its_figures_anew_without_the_graph(dana):
    session = _session(dana, lasted=None)

    parts = dana.get(_address("session", session), headers={**HTMX, "HX-Target": "parts"})

    assert 'data-part="head"' in parts.text
    assert 'data-part="pricing"' in parts.text
    assert "data-payload" not in parts.text
    assert "HX-Target" in parts["Vary"]


def _changed_since(dana, session):
    policy = PricingPolicy.objects.create(
        description="Default", site=dana.site, currency="AUD", valid_from=session.started_at
    )
    PriceComponent.objects.create(policy=policy, dimension="ENERGY", price="0.35")
    kept = Tariff(
        policy_id=policy.pk,
        description="As it was",
        entity_type="Site",
        entity_id="SIT-0001",
        currency="AUD",
        valid_from=session.started_at,
        tax_percent=0,
        components=(),
    )
    session.policy, session.tariff = policy, msgspec.json.encode(kept).decode()
    session.save()


def _repriced(session):
    ActionAudit.objects.create(
        session=session,
        manager_name="Olga Petrova",
        action="reprice",
        at=session.ended_at,
        outcome="repriced",
        detail=words.repricing("$2.40", "Old", "$4.34", "New"),
    )


def test_a_policy_that_was_changed_since_takes_no_query_too_many(dana, django_assert_max_num_queries):
    session = _session(dana)
    _changed_since(dana, session)

    with django_assert_max_num_queries(6):
        page = dana.get(_address("session-pricing", session), headers=HTMX)

    assert "The earlier version still applies" in page.text


def test_nor_does_a_session_that_was_repriced(dana, django_assert_max_num_queries):
    session = _session(dana)
    _changed_since(dana, session)
    _repriced(session)

    with django_assert_max_num_queries(6):
        page = dana.get(_address("session-pricing", session), headers=HTMX)

    assert "by Olga Petrova, was $2.40." in page.text
    assert "after the session was repriced. The earlier version still applies" in " ".join(page.text.split())


def test_the_receipt_of_a_session_that_was_repriced_says_so(dana):
    session = _session(dana)
    _changed_since(dana, session)
    _repriced(session)

    page = dana.get(_address("session-receipt", session))

    assert "by Olga Petrova, was $2.40." in page.text


def test_a_graph_that_has_missed_too_much_is_told_to_draw_anew(dana):
    session = _session(dana, lasted=None)
    session.reading_count = 9_000
    session.save()

    answer = dana.get(_address("session-points", session), {"after": 60}).json()

    assert answer["redraw"] is True
    assert answer["points"] == []
