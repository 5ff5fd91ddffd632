"""A list's URL: valid and invalid parameters, and the links built from it."""

import html
import re

import pytest
from django.test import Client

from sessions_app.lists.tabs import HISTORY, IN_PROGRESS
from tests.support import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana(client: Client) -> Client:
    """Give a client with an operator signed in."""
    client.force_login(builders.operator())
    return client


@pytest.mark.parametrize(
    "query",
    [
        "started_after=yesterday",
        "range=someday",
        "site=999999",
        "site=x",
        "station=999999",
        "connector=1",
        "kind=pirate",
        "idle_min=-1",
        "idle_min=many",
        "level=low",
        "reason=Bored",
        "sort=colour",
        "started_min=2026-01-01",
        "started_after=2026-02-02&started_before=2026-02-01",
        "level=bogus&level=high",
        "level=high&level=",
        "idle_min=abc&idle_min=5",
        "q=priya&q=tom",
        "range=today&range=yesterday",
        "sort=id&sort=price",
        "sort=power",
        "columns=bogus",
        "columns=id,bogus",
        "columns=power",
        "page=abc",
        "page=0",
        "page=1&page=2",
        "per_page=abc",
        "per_page=100000",
        "per_page=-1",
        "after=zz",
        "before=-5",
        "station=007",
    ],
)
def test_invalid_value_shows_error_and_no_rows(dana: Client, query: str) -> None:
    builders.session(on=builders.station(max_power_w=3_700), idle_s=86_400)
    page = dana.get(f"/sessions/history/?{query}").text
    assert 'role="alert"' in page
    assert "data-session=" not in page
    assert dana.get(f"/sessions/history/export.csv?{query}").status_code == 400


@pytest.mark.parametrize("key", ["ended_at", "reason", "average_power"])
def test_columns_of_other_tab_cannot_be_sorted(dana: Client, key: str) -> None:
    builders.session(lasted=None)
    for query in (f"sort={key}", f"sort=-{key}", f"columns={key}"):
        assert "data-session=" not in dana.get(f"/sessions/in-progress/?{query}").text


def links(page: str, of: str) -> list[str]:
    """Return the links in the element with that id."""
    part = page[page.index(f'id="{of}"') :]
    part = part[: min(part.index(end) for end in ("</nav>", "</ul>", "</details>") if end in part)]
    return [html.unescape(link) for link in re.findall(r'<a href="([^"]*)"', part)]


@pytest.mark.parametrize("where", ["tabs", "nav-tables"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_links_to_other_tab_keep_filters_and_order(dana: Client, where: str, headers: dict[str, str]) -> None:
    query = "kind=tenant&reason=Local&sort=-price&per_page=50&columns=id,price&page=2"
    page = dana.get(f"/sessions/history/?{query}", headers=headers).text
    assert links(page, where) == [
        "/sessions/in-progress/?kind=tenant&sort=-price&per_page=50",
        "/sessions/history/?kind=tenant&reason=Local&sort=-price&per_page=50&columns=id,price",
    ]


@pytest.mark.parametrize(("here", "there", "sort"), [(0, 1, "-power"), (1, 0, "ended_at")])
def test_link_to_other_tab_drops_unknown_order(dana: Client, here: int, there: int, sort: str) -> None:
    tabs = (IN_PROGRESS, HISTORY)
    page = dana.get(f"/sessions/{tabs[here]}/?kind=tenant&sort={sort}").text
    assert links(page, "tabs")[there] == f"/sessions/{tabs[there]}/?kind=tenant"


def test_changing_site_drops_filters_of_the_old_site(dana: Client) -> None:
    session = builders.session(driver=builders.driver())
    other = builders.site()
    here = f"area={session.site_area_id}&station={session.station_id}&connector=A"
    page = dana.get(
        f"/sessions/history/?site={session.site_id}&company={session.site.company_id}&{here}"
        f"&driver={session.driver_id}&sort=price&page=2"
    ).text
    rest = f"driver={session.driver_id}&sort=price"
    assert set(links(page, "site-picker")) == {
        f"/sessions/history/?{rest}",
        f"/sessions/history/?{rest}&site={session.site_id}",
        f"/sessions/history/?{rest}&site={other.pk}",
    }


@pytest.mark.parametrize("place", ["after", "before"])
def test_page_around_unlisted_session_is_the_first(dana: Client, place: str) -> None:
    station = builders.station()
    for _ in range(30):
        builders.session(on=station)
    elsewhere = builders.session().pk
    first = dana.get(f"/sessions/history/?station={station.pk}")
    around = dana.get(f"/sessions/history/?station={station.pk}&{place}={elsewhere}")
    assert around.context["pager"].words == first.context["pager"].words == "1–25 of 30"
    assert around.context["table"].data.data == first.context["table"].data.data


def test_invalid_value_is_a_removable_chip(dana: Client) -> None:
    builders.session()
    page = dana.get("/sessions/history/?kind=tenant&level=bogus&colour=red&page=x&sort=-price")
    chips = {chip.name: chip for chip in page.context["chips"]}
    assert {name: chip.is_wrong for name, chip in chips.items()} == {
        "kind": False,
        "level": True,
        "colour": True,
        "page": True,
    }
    assert chips["kind"].text == "Tenant"
    assert chips["level"].without == "kind=tenant&colour=red&sort=-price"


def test_each_of_two_conflicting_values_is_removable(dana: Client) -> None:
    chips = dana.get("/sessions/history/?level=warning&level=high").context["chips"]
    assert [(chip.text, chip.without) for chip in chips] == [
        ("Warning or high", "level=high"),
        ("High", "level=warning"),
    ]
