"""The admin page of a session: its audits and last meter samples."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sessions_app.admin.samples import LAST_SAMPLE_COUNT
from sessions_app.models import ActionAudit, ChargingSession
from tests.support import builders

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


def test_audits_show_who_what_and_when_in_site_time(operator: Client) -> None:
    session, other = builders.session(), builders.session()
    audit(session)
    audit(other, by="Priya")

    shown = page(operator, session)

    for text in ("Dana Ng", "stop charging", "accepted", "2026-03-03 23:05:00 AEDT"):
        assert text in shown
    assert "Priya" not in shown


def test_many_audits_take_no_more_queries(operator: Client) -> None:
    session = builders.session()
    audit(session)
    page(operator, session)
    with CaptureQueriesContext(connection) as few:
        page(operator, session)
    for _ in range(5):
        audit(session)

    with CaptureQueriesContext(connection) as many:
        page(operator, session)

    assert len(many) == len(few)


def test_last_samples_are_shown_with_link_to_all(operator: Client) -> None:
    session = builders.session()
    builders.readings(session, [7_200.0] * (LAST_SAMPLE_COUNT + 10))

    shown = page(operator, session)

    assert f"Showing the last {LAST_SAMPLE_COUNT} of {LAST_SAMPLE_COUNT + 10}." in shown
    assert shown.count("<td>7.20 kW</td>") == LAST_SAMPLE_COUNT
    assert "2026-03-04 00:00:00" in shown  # the newest, an hour after the start
    assert "2026-03-03 23:10:00" not in shown  # the tenth
    for suffix in ("csv", "xlsx"):
        assert f'href="{reverse("session-samples", args=[session.pk, suffix])}"' in shown


def test_session_without_samples_says_so(operator: Client) -> None:
    assert "The station has not sent any." in page(operator, builders.session())


def test_session_list_names_its_driver(operator: Client) -> None:
    priya = builders.driver("Priya Raman")
    builders.session(driver=priya)
    sessions = reverse("admin:sessions_app_chargingsession_changelist")

    def subtitle(**query: Any) -> str:
        return str(operator.get(sessions, query).context["subtitle"])

    assert subtitle(driver__id__exact=priya.pk) == "Sessions of Priya Raman"
    assert subtitle(driver__id__exact=99_999) == ""
    assert subtitle(driver__id__exact="9" * 30) == ""
    assert subtitle() == ""
