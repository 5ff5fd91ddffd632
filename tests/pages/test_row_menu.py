"""The row's menu, and stopping a session from it."""

from datetime import timedelta
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from sessions_app import announce
from sessions_app.background.schedules import settle_unanswered_commands
from sessions_app.domain.commands import StopCharging, decode_request
from sessions_app.domain.transactions import TransactionIssuer, TransactionRef
from sessions_app.models import ActionAudit, ChargingSession, Manager
from sessions_app.store.audits import settle_audit, settle_unanswered_audits
from tests.pages.markup import elements, parse
from tests.support import builders

pytestmark = pytest.mark.django_db


def browser(manager: Manager) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def running(*, online: bool = True) -> ChargingSession:
    where = builders.station(connection_id="socket" if online else "")
    return builders.session(on=where, lasted=None, driver=builders.driver())


def menu(client: Client, session: ChargingSession) -> list[tuple[str, str]]:
    """Return the text of each item of the row's menu, with its link or the text that it copies."""
    page = parse(client.get(f"/sessions/{session.pk}/menu/", headers={"HX-Request": "true"}).text)
    lines = elements(page, "//a | //button[@data-copy]")
    return [(line.text_content(), line.get("href") or f"copies {line.get('data-copy')}") for line in lines]


def test_row_menu_offers_stop_to_managers_only() -> None:
    session = running()
    at, tab = f"/sessions/{session.pk}/", "/sessions/in-progress/"
    offered = [
        ("Meter samples (CSV)", f"{at}samples.csv"),
        ("Meter samples (XLSX)", f"{at}samples.xlsx"),
        ("Copy link", f"copies {at}"),
        ("This user’s sessions", f"{tab}?driver={session.driver_id}"),
        ("This station’s sessions", f"{tab}?station={session.station_id}"),
    ]

    for user, first in (
        (builders.manager(of=[session.site]), [("Stop charging", f"{at}stop/")]),
        (builders.viewer(of=[session.site]), []),
    ):
        assert menu(browser(user), session) == first + offered


def test_row_menu_of_ended_session_offers_receipt() -> None:
    session = builders.session(driver=builders.driver())
    at, tab = f"/sessions/{session.pk}/", "/sessions/history/"

    assert menu(browser(builders.manager(of=[session.site])), session) == [
        ("Meter samples (CSV)", f"{at}samples.csv"),
        ("Meter samples (XLSX)", f"{at}samples.xlsx"),
        ("Receipt", f"{at}receipt/"),
        ("Copy link", f"copies {at}"),
        ("This user’s sessions", f"{tab}?driver={session.driver_id}"),
        ("This station’s sessions", f"{tab}?station={session.station_id}"),
    ]


@pytest.mark.parametrize("lasted", [None, timedelta(hours=1)], ids=["in progress", "ended"])
def test_row_menu_without_driver_links_to_none(lasted: timedelta | None) -> None:
    session = builders.session(lasted=lasted)

    offered = dict(menu(browser(builders.operator()), session))

    assert "This station’s sessions" in offered
    assert "This user’s sessions" not in offered


def test_stop_asks_first_then_waits_for_the_station() -> None:
    session = running()
    dana = browser(builders.manager(of=[session.site]))
    assert "Stop session" in dana.get(f"/sessions/{session.pk}/stop/").text
    assert not ActionAudit.objects.exists()
    with mock.patch.object(announce, "send", mock.AsyncMock()) as send:
        page = dana.post(f"/sessions/{session.pk}/stop/").text
    audit = ActionAudit.objects.get()
    assert "Waiting" in page
    assert send.await_args
    group, command = send.await_args.args
    assert group == f"station.{session.station_id}"
    stop = decode_request(command["request"])
    assert (stop, command["audit"]) == (StopCharging(session_id=session.pk, transaction=ours(session)), audit.pk)
    assert (audit.manager_name, audit.outcome) == ("dana", "waiting")


def ours(session: ChargingSession) -> TransactionRef:
    return TransactionRef(TransactionIssuer.OURS, str(session.pk))


def test_stop_names_the_id_that_the_station_confirmed() -> None:
    session = running()
    session.station_transaction_id, session.station_transaction_uses = "77", 2
    session.save()
    with mock.patch.object(announce, "send", mock.AsyncMock()) as send:
        browser(builders.manager(of=[session.site])).post(f"/sessions/{session.pk}/stop/")
    assert send.await_args

    stop = decode_request(send.await_args.args[1]["request"])

    assert stop.transaction == TransactionRef(TransactionIssuer.STATION, "77")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [("accepted", "The session ends when the station confirms"), ("rejected", "The station refused")],
)
def test_answer_of_the_station_is_shown(outcome: str, words: str) -> None:
    session = running()
    dana = browser(builders.manager(of=[session.site]))
    with mock.patch.object(announce, "send", mock.AsyncMock()):
        dana.post(f"/sessions/{session.pk}/stop/")
    audit = ActionAudit.objects.get()
    settle_audit(audit.pk, outcome=outcome)
    assert words in dana.get(f"/sessions/{session.pk}/stop/{audit.pk}/").text


def test_stop_times_out_after_30_seconds() -> None:
    session = running()
    dana = browser(builders.manager(of=[session.site]))
    with mock.patch.object(announce, "send", mock.AsyncMock()):
        dana.post(f"/sessions/{session.pk}/stop/")
    audit = ActionAudit.objects.get()
    later = timezone.now() + timedelta(seconds=31)
    with mock.patch.object(timezone, "now", return_value=later):
        page = dana.get(f"/sessions/{session.pk}/stop/{audit.pk}/").text
    assert "not answered within 30 seconds" in page
    audit.refresh_from_db()
    assert audit.outcome == "waiting"

    assert settle_unanswered_audits(at=audit.at + timedelta(seconds=29)) == 0
    with mock.patch.object(timezone, "now", return_value=later):
        settle_unanswered_commands.func()
    audit.refresh_from_db()
    assert audit.outcome == "no answer"


def test_offline_station_is_not_asked() -> None:
    session = running(online=False)
    dana = browser(builders.manager(of=[session.site]))
    assert "offline" in dana.post(f"/sessions/{session.pk}/stop/").text


def test_viewer_may_not_stop_and_outsider_sees_nothing() -> None:
    session = running()
    viewer = browser(builders.viewer(of=[session.site]))
    stranger = browser(builders.manager(of=[builders.site()]))
    assert viewer.post(f"/sessions/{session.pk}/stop/").status_code == 403
    assert stranger.post(f"/sessions/{session.pk}/stop/").status_code == 404
    assert stranger.get(f"/sessions/{session.pk}/menu/").status_code == 404
