"""The column chooser and saved views."""

import pytest
from django.http import QueryDict
from django.test import Client

from sessions_app.exports.registry import sessions_export
from sessions_app.lists.tabs import HISTORY
from sessions_app.models import Manager, SavedView, Site
from tests.pages.markup import attributes, parse
from tests.support import builders

pytestmark = pytest.mark.django_db


def browser(manager: Manager) -> Client:
    client = Client()
    client.force_login(manager)
    return client


@pytest.fixture
def dana() -> Client:
    return browser(builders.manager(of=[builders.site("Harbour Towers")]))


def test_columns_are_stored_and_put_into_the_url(dana: Client) -> None:
    chosen = {"column": ["price", "id", "user"], "query": "kind=tenant&columns=id"}
    response = dana.post("/sessions/history/columns/", chosen)
    assert response["Location"] == "/sessions/history/?kind=tenant&columns=id,price,user"
    assert dana.get("/sessions/history/")["Location"] == "/sessions/history/?columns=id,price,user"
    assert dana.get("/sessions/in-progress/").status_code == 200


@pytest.mark.parametrize("query", ["kind=tenant", "sort=-price&page=2"])
def test_link_without_columns_shows_all_managers_the_same(query: str) -> None:
    place = builders.site()
    managers = [builders.manager(of=[place]), builders.other_manager(of=[place])]
    dana, eli = map(browser, managers)
    eli.post("/sessions/history/columns/", {"column": ["id", "user"], "query": ""})

    for headers in ({}, {"HX-Request": "true"}):
        shown = [each.get(f"/sessions/history/?{query}", headers=headers).context for each in (dana, eli)]
        assert shown[0]["table"].keys == shown[1]["table"].keys
    files = [sessions_export(QueryDict(query), HISTORY, Manager.objects.get(pk=each.pk)) for each in managers]
    assert files[0].columns == files[1].columns


def test_links_carry_the_managers_columns(dana: Client) -> None:
    session = builders.session(on=builders.station(at=Site.objects.get()), driver=builders.driver())
    dana.post("/sessions/history/columns/", {"column": ["id", "user"], "query": ""})

    live = parse(dana.get("/sessions/in-progress/?kind=tenant").text)
    menu = parse(dana.get(f"/sessions/{session.pk}/menu/").text)

    columns = "columns=id,user"
    [history] = {each for each in attributes(live, "//nav//a/@href") if each.startswith("/sessions/history/")}
    assert history == f"/sessions/history/?kind=tenant&{columns}"
    assert [each for each in attributes(menu, "//a/@href") if "?" in each][-2:] == [
        f"/sessions/history/?driver={session.driver_id}&{columns}",
        f"/sessions/history/?station={session.station_id}&{columns}",
    ]


def test_columns_in_url_override_stored_columns(dana: Client) -> None:
    dana.post("/sessions/history/columns/", {"column": ["id", "user"], "query": ""})
    page = dana.get("/sessions/history/?columns=price&kind=tenant")
    assert page.context["table"].keys == ("price",)


def test_url_shows_all_managers_the_same_columns() -> None:
    place = builders.site()
    builders.session(on=builders.station(at=place))
    for manager in (builders.manager(of=[place]), builders.other_manager(of=[place])):
        page = browser(manager).get("/sessions/history/?columns=id,policy&sort=-id")
        assert [column.name for column in page.context["table"].columns] == ["id", "policy"]


def test_default_columns_can_be_restored(dana: Client) -> None:
    dana.post("/sessions/history/columns/", {"column": ["id"], "query": ""})
    dana.post("/sessions/history/columns/", {"usual": "1", "column": ["id"], "query": ""})
    assert dana.get("/sessions/history/").status_code == 200


def test_saved_view_keeps_filters_order_and_columns(dana: Client) -> None:
    query = "kind=visitor&sort=-price&page=7&per_page=50"
    response = dana.post("/sessions/history/views/", {"name": "Visitors", "query": query})
    view = SavedView.objects.get()
    assert "page=7" not in view.query
    assert "columns=id,started_at" in view.query
    assert response["Location"].endswith(view.query)
    assert "Visitors" in dana.get("/sessions/history/views/").text
    assert "Visitors" not in dana.get("/sessions/in-progress/views/").text


def test_saved_view_in_use_is_marked(dana: Client) -> None:
    for name, query in (("Visitors", "kind=visitor&sort=-price"), ("Tenants", "kind=tenant")):
        dana.post("/sessions/history/views/", {"name": name, "query": query})

    def in_use(query: str) -> list[str]:
        views = dana.get(f"/sessions/history/views/?{query}").context["views"]
        return [view.name for view, is_now in views if is_now]

    assert in_use(SavedView.objects.get(name="Visitors").query) == ["Visitors"]
    assert in_use("sort=-price&kind=visitor&page=3") == ["Visitors"]
    assert in_use("kind=visitor") == []


def test_shared_view_is_for_managers_of_the_same_sites() -> None:
    place = builders.site()
    dana = browser(builders.manager(of=[place]))
    dana.post("/sessions/history/views/", {"name": "Ours", "query": "", "is_shared": "1"})
    dana.post("/sessions/history/views/", {"name": "Mine", "query": ""})
    other = builders.other_manager(of=[place])
    shown = browser(other).get("/sessions/history/views/").text
    assert "Ours" in shown
    assert "Mine" not in shown

    other.memberships.update(site=builders.site())
    assert "Ours" not in browser(other).get("/sessions/history/views/").text


def test_shared_view_of_hidden_site_reveals_nothing() -> None:
    common, lacked = builders.site("Common Court"), builders.site("Hidden Harbour")
    builders.session(on=builders.station("HIDDEN-1", at=lacked))
    builders.session(on=builders.station("COMMON-1", at=common))
    dana = browser(builders.manager(of=[common, lacked]))
    query = f"site={lacked.pk}&sort=-price"
    dana.post("/sessions/history/views/", {"name": "Theirs", "query": query, "is_shared": "1"})
    eli = browser(builders.other_manager(of=[common]))
    assert "Theirs" in eli.get("/sessions/history/views/").text

    page = eli.get(f"/sessions/history/?{SavedView.objects.get().query}")

    assert 'role="alert"' in page.text
    assert "data-session=" not in page.text
    assert "Hidden" not in page.text
    [chip] = page.context["chips"]
    assert eli.get(f"/sessions/history/?{chip.without}").context["pager"].words == "1–1 of 1"


def test_saved_view_is_removed_by_its_owner_only() -> None:
    place = builders.site()
    dana, eli = browser(builders.manager(of=[place])), browser(builders.other_manager(of=[place]))
    dana.post("/sessions/history/views/", {"name": "Ours", "query": "", "is_shared": "1"})
    address = f"/sessions/history/views/{SavedView.objects.get().pk}/remove/"
    assert eli.post(address).status_code == 404
    assert dana.post(address).status_code == 302
    assert not SavedView.objects.exists()


def test_url_reproduces_the_page(dana: Client) -> None:
    where = builders.station(at=builders.site("Busy"))
    dana.force_login(builders.other_manager(of=[where.site_area.site]))
    for number in range(60):
        builders.session(on=where, idle_s=number * 60)
    first = dana.get("/sessions/history/?sort=-inactivity&page=2&columns=id,inactivity&idle_min=5")
    again = dana.get(first.request["PATH_INFO"] + "?" + first.request["QUERY_STRING"])
    shown = [[row.id for row in page.context["table"].data.data] for page in (first, again)]
    assert shown[0] == shown[1]
    assert len(shown[0]) == 25
