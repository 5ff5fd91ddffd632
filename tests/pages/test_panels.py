"""The column chooser, saved views, the row's menu, and stopping a session."""

from datetime import timedelta
from unittest import mock

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from lxml import html

from sessions_app import announce
from sessions_app.domain.commands import StopCharging, decode_request
from sessions_app.domain.transactions import TransactionIssuer, TransactionRef
from sessions_app.models import ActionAudit, ChargingSession, Manager, SavedView, Site
from sessions_app.pages.export_specs import sessions_export
from sessions_app.pages.tabs import HISTORY
from sessions_app.store.audits import audit_settle
from tests import factories

pytestmark = pytest.mark.django_db


def browser(manager: Manager) -> Client:
    client = Client()
    client.force_login(manager)
    return client


@pytest.fixture
def dana() -> Client:
    return browser(factories.manager(of=[factories.site("Harbour Towers")]))


def test_columns_are_kept_for_the_manager_and_stand_in_the_address(dana: Client) -> None:
    chosen = {"column": ["price", "id", "user"], "query": "kind=tenant&columns=id"}
    response = dana.post("/sessions/history/columns/", chosen)
    assert response["Location"] == "/sessions/history/?kind=tenant&columns=id,price,user"
    assert dana.get("/sessions/history/")["Location"] == "/sessions/history/?columns=id,price,user"
    assert dana.get("/sessions/in-progress/").status_code == 200


@pytest.mark.parametrize("query", ["kind=tenant", "sort=-price&page=2"])
def test_a_link_shows_a_colleague_who_keeps_other_columns_the_same(query: str) -> None:
    place = factories.site()
    managers = [factories.manager(name, of=[place]) for name in ("dana", "eli")]
    dana, eli = map(browser, managers)
    eli.post("/sessions/history/columns/", {"column": ["id", "user"], "query": ""})

    for headers in ({}, {"HX-Request": "true"}):
        shown = [each.get(f"/sessions/history/?{query}", headers=headers).context for each in (dana, eli)]
        assert shown[0]["table"].keys == shown[1]["table"].keys
    files = [sessions_export(QueryDict(query), HISTORY, Manager.objects.get(pk=each.pk)) for each in managers]
    assert files[0].columns == files[1].columns


def test_the_pages_own_links_lead_to_the_columns_that_are_kept(dana: Client) -> None:
    session = factories.session(on=factories.station(at=Site.objects.get()), driver=factories.driver())
    dana.post("/sessions/history/columns/", {"column": ["id", "user"], "query": ""})

    live = html.fromstring(dana.get("/sessions/in-progress/?kind=tenant").content)
    menu = html.fromstring(dana.get(f"/sessions/{session.pk}/menu/").content)

    kept = "columns=id,user"
    [history] = {each for each in live.xpath("//nav//a/@href") if each.startswith("/sessions/history/")}
    assert history == f"/sessions/history/?kind=tenant&{kept}"
    assert [each for each in menu.xpath("//a/@href") if "?" in each][-2:] == [
        f"/sessions/history/?driver={session.driver_id}&{kept}",
        f"/sessions/history/?station={session.station_id}&{kept}",
    ]


def test_an_address_that_names_columns_wins_over_those_kept(dana: Client) -> None:
    dana.post("/sessions/history/columns/", {"column": ["id", "user"], "query": ""})
    page = dana.get("/sessions/history/?columns=price&kind=tenant")
    assert page.context["table"].keys == ("price",)


def test_an_address_shows_a_colleague_the_same_columns() -> None:
    place = factories.site()
    factories.session(on=factories.station(at=place))
    for name in ("dana", "eli"):
        page = browser(factories.manager(name, of=[place])).get("/sessions/history/?columns=id,policy&sort=-id")
        assert [column.name for column in page.context["table"].columns] == ["id", "policy"]


def test_the_usual_columns_come_back(dana: Client) -> None:
    dana.post("/sessions/history/columns/", {"column": ["id"], "query": ""})
    dana.post("/sessions/history/columns/", {"usual": "1", "column": ["id"], "query": ""})
    assert dana.get("/sessions/history/").status_code == 200


def test_a_saved_view_keeps_filters_order_and_columns(dana: Client) -> None:
    query = "kind=visitor&sort=-price&page=7&per_page=50"
    response = dana.post("/sessions/history/views/", {"name": "Visitors", "query": query})
    view = SavedView.objects.get()
    assert "page=7" not in view.query
    assert "columns=id,started_at" in view.query
    assert response["Location"].endswith(view.query)
    assert "Visitors" in dana.get("/sessions/history/views/").text
    assert "Visitors" not in dana.get("/sessions/in-progress/views/").text


def test_the_saved_view_in_use_says_so(dana: Client) -> None:
    for name, query in (("Visitors", "kind=visitor&sort=-price"), ("Tenants", "kind=tenant")):
        dana.post("/sessions/history/views/", {"name": name, "query": query})

    def in_use(query: str) -> list[str]:
        views = dana.get(f"/sessions/history/views/?{query}").context["views"]
        return [view.name for view, is_now in views if is_now]

    assert in_use(SavedView.objects.get(name="Visitors").query) == ["Visitors"]
    assert in_use("sort=-price&kind=visitor&page=3") == ["Visitors"]
    assert in_use("kind=visitor") == []


def test_a_shared_view_is_there_for_managers_of_the_same_sites_only() -> None:
    place = factories.site()
    dana = browser(factories.manager("dana", of=[place]))
    dana.post("/sessions/history/views/", {"name": "Ours", "query": "", "is_shared": "1"})
    dana.post("/sessions/history/views/", {"name": "Mine", "query": ""})
    eli = browser(factories.manager("eli", of=[place])).get("/sessions/history/views/").text
    charlie = browser(factories.manager("charlie", of=[factories.site()])).get("/sessions/history/views/").text
    assert "Ours" in eli
    assert "Mine" not in eli
    assert "Ours" not in charlie


def test_a_shared_view_of_a_site_that_one_lacks_shows_its_error_and_nothing_of_the_site() -> None:
    common, lacked = factories.site("Common Court"), factories.site("Hidden Harbour")
    factories.session(on=factories.station("HIDDEN-1", at=lacked))
    factories.session(on=factories.station("COMMON-1", at=common))
    dana = browser(factories.manager("dana", of=[common, lacked]))
    query = f"site={lacked.pk}&sort=-price"
    dana.post("/sessions/history/views/", {"name": "Theirs", "query": query, "is_shared": "1"})
    eli = browser(factories.manager("eli", of=[common]))
    assert "Theirs" in eli.get("/sessions/history/views/").text

    page = eli.get(f"/sessions/history/?{SavedView.objects.get().query}")

    assert 'role="alert"' in page.text
    assert "data-session=" not in page.text
    assert "Hidden" not in page.text
    [chip] = page.context["chips"]
    assert eli.get(f"/sessions/history/?{chip.without}").context["pager"].words == "1–1 of 1"


def test_nobody_removes_the_view_of_another() -> None:
    place = factories.site()
    dana, eli = (browser(factories.manager(name, of=[place])) for name in ("dana", "eli"))
    dana.post("/sessions/history/views/", {"name": "Ours", "query": "", "is_shared": "1"})
    address = f"/sessions/history/views/{SavedView.objects.get().pk}/remove/"
    assert eli.post(address).status_code == 404
    assert dana.post(address).status_code == 302
    assert not SavedView.objects.exists()


def running(*, online: bool = True) -> ChargingSession:
    where = factories.station(connection_id="socket" if online else "")
    return factories.session(on=where, lasted=None, driver=factories.driver())


def menu(client: Client, session: ChargingSession) -> list[tuple[str, str]]:
    """Return the words of each line of the row's menu, and where it leads or what it copies."""
    page = html.fromstring(client.get(f"/sessions/{session.pk}/menu/", headers={"HX-Request": "true"}).text)
    lines = page.xpath("//a | //button[@data-copy]")
    return [(line.text_content(), line.get("href") or f"copies {line.get('data-copy')}") for line in lines]


def test_the_menu_of_a_session_in_progress_offers_to_stop_it_to_whoever_may() -> None:
    session = running()
    at, tab = f"/sessions/{session.pk}/", "/sessions/in-progress/"
    offered = [
        ("Meter samples (CSV)", f"{at}samples.csv"),
        ("Meter samples (XLSX)", f"{at}samples.xlsx"),
        ("Copy link", f"copies {at}"),
        ("This user’s sessions", f"{tab}?driver={session.driver_id}"),
        ("This station’s sessions", f"{tab}?station={session.station_id}"),
    ]

    for role, first in (("manager", [("Stop charging", f"{at}stop/")]), ("viewer", [])):
        assert menu(browser(factories.manager(role, of=[session.site], role=role)), session) == first + offered


def test_the_menu_of_an_ended_session_offers_its_receipt_and_leads_to_history() -> None:
    session = factories.session(driver=factories.driver())
    at, tab = f"/sessions/{session.pk}/", "/sessions/history/"

    assert menu(browser(factories.manager(of=[session.site])), session) == [
        ("Meter samples (CSV)", f"{at}samples.csv"),
        ("Meter samples (XLSX)", f"{at}samples.xlsx"),
        ("Receipt", f"{at}receipt/"),
        ("Copy link", f"copies {at}"),
        ("This user’s sessions", f"{tab}?driver={session.driver_id}"),
        ("This station’s sessions", f"{tab}?station={session.station_id}"),
    ]


@pytest.mark.parametrize("lasted", [None, timedelta(hours=1)], ids=["in progress", "ended"])
def test_the_menu_leads_to_no_user_where_nobody_is_known(lasted: timedelta | None) -> None:
    session = factories.session(lasted=lasted)

    offered = dict(menu(browser(factories.operator()), session))

    assert "This station’s sessions" in offered
    assert "This user’s sessions" not in offered


def test_stopping_asks_first_then_waits_for_the_station() -> None:
    session = running()
    dana = browser(factories.manager("dana", of=[session.site]))
    assert "Stop session" in dana.get(f"/sessions/{session.pk}/stop/").text
    assert not ActionAudit.objects.exists()
    with mock.patch.object(announce, "send", mock.AsyncMock()) as send:
        page = dana.post(f"/sessions/{session.pk}/stop/").text
    audit = ActionAudit.objects.get()
    assert "Waiting" in page
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
        browser(factories.manager("dana", of=[session.site])).post(f"/sessions/{session.pk}/stop/")

    stop = decode_request(send.await_args.args[1]["request"])

    assert stop.transaction == TransactionRef(TransactionIssuer.STATION, "77")


@pytest.mark.parametrize(("outcome", "words"), [("accepted", "accepts"), ("rejected", "refuses")])
def test_what_the_station_answers_is_shown(outcome: str, words: str) -> None:
    session = running()
    dana = browser(factories.manager("dana", of=[session.site]))
    with mock.patch.object(announce, "send", mock.AsyncMock()):
        dana.post(f"/sessions/{session.pk}/stop/")
    audit = ActionAudit.objects.get()
    audit_settle(audit.pk, outcome=outcome)
    assert words in dana.get(f"/sessions/{session.pk}/stop/{audit.pk}/").text


def test_half_a_minute_of_silence_is_no_answer() -> None:
    session = running()
    dana = browser(factories.manager("dana", of=[session.site]))
    with mock.patch.object(announce, "send", mock.AsyncMock()):
        dana.post(f"/sessions/{session.pk}/stop/")
    audit = ActionAudit.objects.get()
    later = timezone.now() + timedelta(seconds=31)
    with mock.patch.object(timezone, "now", return_value=later):
        page = dana.get(f"/sessions/{session.pk}/stop/{audit.pk}/").text
    assert "not answered within 30 seconds" in page
    audit.refresh_from_db()
    assert audit.outcome == "no answer"


def test_a_station_that_is_offline_is_not_asked() -> None:
    session = running(online=False)
    dana = browser(factories.manager("dana", of=[session.site]))
    assert "offline" in dana.post(f"/sessions/{session.pk}/stop/").text


def test_a_viewer_may_not_stop_and_a_stranger_sees_nothing() -> None:
    session = running()
    viewer = browser(factories.manager("victor", of=[session.site], role="viewer"))
    stranger = browser(factories.manager("charlie", of=[factories.site()]))
    assert viewer.post(f"/sessions/{session.pk}/stop/").status_code == 403
    assert stranger.post(f"/sessions/{session.pk}/stop/").status_code == 404
    assert stranger.get(f"/sessions/{session.pk}/menu/").status_code == 404


def test_the_address_gives_back_the_same_page(dana: Client) -> None:
    where = factories.station(at=factories.site("Busy"))
    dana.force_login(factories.manager("eli", of=[where.site_area.site]))
    for number in range(60):
        factories.session(on=where, idle_s=number * 60)
    first = dana.get("/sessions/history/?sort=-inactivity&page=2&columns=id,inactivity&idle_min=5")
    again = dana.get(first.request["PATH_INFO"] + "?" + first.request["QUERY_STRING"])
    shown = [[row.id for row in page.context["table"].data.data] for page in (first, again)]
    assert shown[0] == shown[1]
    assert len(shown[0]) == 25
