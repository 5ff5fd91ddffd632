"""The page of a session: who did what to it, and its last meter samples."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sessions_app.admin.samples import LAST
from sessions_app.models import ActionAudit, ChargingSession
from tests import factories

pytestmark = pytest.mark.django_db


def page(operator: Client, session: ChargingSession) -> str:
    answer = operator.get(reverse("admin:sessions_app_chargingsession_change", args=[session.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def audit(session: ChargingSession, by: str = "Dana Ng", action: str = "stop charging") -> None:
    ActionAudit.objects.create(
        manager_name=by,
        action=action,
        session=session,
        station=session.station,
        at=session.started_at + timedelta(minutes=5),
        outcome="accepted",
    )


def test_it_says_who_did_what_and_when_in_site_time(operator: Client) -> None:
    session, other = factories.session(), factories.session()
    audit(session)
    audit(other, by="Priya")

    shown = page(operator, session)

    for text in ("Dana Ng", "stop charging", "accepted", "2026-03-03 23:05:00 AEDT"):
        assert text in shown
    assert "Priya" not in shown


def test_it_asks_no_more_for_many_actions(operator: Client) -> None:
    session = factories.session()
    audit(session)
    page(operator, session)
    with CaptureQueriesContext(connection) as few:
        page(operator, session)
    for _ in range(5):
        audit(session)

    with CaptureQueriesContext(connection) as many:
        page(operator, session)

    assert len(many) == len(few)


def test_it_shows_the_last_samples_and_leads_to_all_of_them(operator: Client) -> None:
    session = factories.session()
    factories.readings(session, [7_200.0] * (LAST + 10))

    shown = page(operator, session)

    assert f"Showing the last {LAST} of {LAST + 10}." in shown
    assert shown.count("<td>7.20 kW</td>") == LAST
    assert "2026-03-04 00:00:00" in shown  # the newest, an hour after the start
    assert "2026-03-03 23:10:00" not in shown  # the tenth
    for suffix in ("csv", "xlsx"):
        assert f'href="{reverse("session-samples", args=[session.pk, suffix])}"' in shown


def test_it_says_that_a_station_has_sent_no_sample(operator: Client) -> None:
    assert "The station has not sent any." in page(operator, factories.session())


def test_it_says_whose_sessions_a_list_shows(operator: Client) -> None:
    priya = factories.driver("Priya Raman")
    factories.session(driver=priya)
    sessions = reverse("admin:sessions_app_chargingsession_changelist")

    def subtitle(**asked: object) -> str:
        return operator.get(sessions, asked).context["subtitle"]

    assert subtitle(driver__id__exact=priya.pk) == "Sessions of Priya Raman"
    assert subtitle(driver__id__exact=99_999) == ""
    assert subtitle(driver__id__exact="9" * 30) == ""
    assert subtitle() == ""
