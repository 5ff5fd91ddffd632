"""The two tabs: what they show, to whom, in which order."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from lxml import html

from sessions_app.pages.columns import DEFAULT, OPTIONAL
from sessions_app.pages.tabs import HISTORY, IN_PROGRESS
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana(client: Client) -> Client:
    """Give the browser of an operator who has signed in."""
    client.force_login(factories.operator())
    return client


def test_it_sends_a_stranger_to_sign_in(client: Client) -> None:
    response = client.get("/sessions/history/")
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=/sessions/history/"


def test_it_signs_in_and_shows_who_is_charging(client: Client) -> None:
    factories.manager(of=[factories.site()])
    response = client.post("/sign-in/", {"username": "dana", "password": "secret-of-the-tests"}, follow=True)
    assert response.redirect_chain[-1][0] == "/sessions/in-progress/"
    assert "Nobody is charging right now." in response.text


def test_it_shows_a_session_in_the_tab_that_it_belongs_to(dana: Client) -> None:
    running = factories.session(lasted=None)
    ended = factories.session()
    now, then = dana.get("/sessions/in-progress/").text, dana.get("/sessions/history/").text
    assert f'data-session="{running.pk}"' in now
    assert f'data-session="{ended.pk}"' not in now
    assert f'data-session="{ended.pk}"' in then
    assert f'data-session="{running.pk}"' not in then


def test_it_shows_a_manager_the_sites_of_his_memberships_only(client: Client) -> None:
    ours = factories.session()
    theirs = factories.session()
    client.force_login(factories.manager(of=[ours.site]))
    page = client.get("/sessions/history/").text
    assert f'data-session="{ours.pk}"' in page
    assert f'data-session="{theirs.pk}"' not in page
    assert theirs.site.name not in page


@pytest.mark.parametrize("tab", [IN_PROGRESS, HISTORY])
def test_it_gives_htmx_the_list_alone(dana: Client, tab: str) -> None:
    whole, part = dana.get(f"/sessions/{tab}/"), dana.get(f"/sessions/{tab}/", headers={"HX-Request": "true"})
    assert "<!DOCTYPE html>" in whole.text
    assert "<!DOCTYPE html>" not in part.text
    assert "HX-Request" in part["Vary"]


def test_it_gives_the_whole_page_when_the_back_button_asks(dana: Client) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<!DOCTYPE html>" in dana.get("/sessions/history/", headers=headers).text


@pytest.mark.parametrize("tab", [IN_PROGRESS, HISTORY])
def test_it_has_the_guides_columns_in_the_guides_order(dana: Client, tab: str) -> None:
    factories.session(lasted=None if tab == IN_PROGRESS else timedelta(hours=1))
    page = dana.get(f"/sessions/{tab}/").text
    places = [page.index(f'data-cell="{key}"') for key in DEFAULT[tab]]
    assert places == sorted(places)
    assert not [key for key in OPTIONAL[tab] if f'data-cell="{key}"' in page]


@pytest.mark.parametrize(("asked", "given"), [("", 25), ("25", 25), ("50", 50), ("100", 100)])
def test_it_gives_25_50_or_100_rows(dana: Client, asked: str, given: int) -> None:
    station = factories.station()
    for _ in range(101):
        factories.session(on=station)
    assert len(_ids(dana, f"/sessions/history/?per_page={asked}")) == given


def sums(client: Client, tab: str) -> dict[str, list[str]]:
    """Return what the sums say: words and, apart, what stands in an element of its own."""
    page = html.fromstring(client.get(f"/sessions/{tab}/summary/").text)
    said = {name.text: name.getnext() for name in page.iter("dt")}
    return {name: [text.strip() for text in of.itertext() if text.strip()] for name, of in said.items()}


def test_the_sums_say_the_inactivity_in_percent_of_the_duration(dana: Client) -> None:
    station = factories.station()
    for connector, idle_s in ((1, 900), (2, 0)):
        factories.session(on=station, connector=connector, idle_s=idle_s)
    found = sums(dana, HISTORY)
    assert found["Duration"] == ["2 h 00 m"]
    assert found["Inactivity"] == ["15 m 00 s", "13 %"]


def test_the_sums_say_the_power_now_of_those_heard_of_in_progress_and_in_history_none(dana: Client) -> None:
    now = timezone.now()
    station = factories.station(connectors=3)
    for connector, heard_at in ((1, now), (2, now), (3, now - timedelta(hours=1))):
        factories.session(
            on=station, connector=connector, lasted=None, power_w=5_400.0, last_reading_at=heard_at
        )
    factories.session(on=station, power_w=5_400.0)
    assert sums(dana, IN_PROGRESS)["Power now"] == ["10.80 kW"]
    assert "Power now" not in sums(dana, HISTORY)


@pytest.mark.parametrize("tab", [IN_PROGRESS, HISTORY])
def test_the_sums_never_add_prices_of_two_currencies(dana: Client, tab: str) -> None:
    lasted = None if tab == IN_PROGRESS else timedelta(hours=1)
    for price, currency in (("2.50", "AUD"), ("3.25", "AUD"), ("500", "JPY")):
        factories.session(lasted=lasted, price=Decimal(price), currency=currency)
    assert sorted(sums(dana, tab)["Price"]) == ["$5.75", "JPY\N{NO-BREAK SPACE}500"]


@pytest.mark.parametrize("tab", [IN_PROGRESS, HISTORY])
def test_the_sums_say_how_many_sessions_have_no_price_and_lead_to_them(dana: Client, tab: str) -> None:
    lasted = None if tab == IN_PROGRESS else timedelta(hours=1)
    station = factories.station()
    factories.session(on=station, lasted=lasted, price=Decimal("2.50"), currency="AUD")
    factories.session(on=station, connector=2, lasted=lasted)
    sums = dana.get(f"/sessions/{tab}/summary/?q={station.identity}").text
    assert "2.50" in sums
    assert "1 unpriced" in sums
    assert f'href="/sessions/{tab}/?q={station.identity}&amp;price=none"' in sums


def test_the_sums_say_nothing_of_the_unpriced_where_there_are_none(dana: Client) -> None:
    factories.session(price=Decimal("2.50"), currency="AUD")
    assert "unpriced" not in dana.get("/sessions/history/summary/").text


def test_it_says_that_nothing_fits_and_how_to_go_on(dana: Client) -> None:
    factories.session()
    page = dana.get("/sessions/history/?q=nobody").text
    assert "No sessions match these filters." in page
    assert "Clear filters" in page


def test_the_tabs_say_how_many_are_in_progress_at_the_sites_of_the_manager(client: Client) -> None:
    ours = factories.session(lasted=None)
    factories.session(on=ours.station, connector=2, lasted=None)
    factories.session(lasted=None)
    client.force_login(factories.manager(of=[ours.site, factories.site()]))
    for address in ("/sessions/history/", "/sessions/in-progress/?q=nobody", "/exports/"):
        page = client.get(address).text
        assert '<span class="count" id="nav-count">2</span>' in page
        assert address == "/exports/" or '<span class="count" id="tab-count">2</span>' in page
    part = client.get("/sessions/in-progress/", headers={"HX-Request": "true", "X-Live": "1"}).text
    assert '<span class="count" id="tab-count" hx-swap-oob="true">2</span>' in part


def started(page: str) -> list[str]:
    return re.findall(r'data-cell="started_at"[^>]*>([^<]*)<', page)


def test_times_of_several_zones_say_theirs(client: Client) -> None:
    then = factories.NOON.replace(year=2025)  # of the year in which one looks none would be said
    sydney = factories.session(started_at=then)
    in_perth = factories.station(at=factories.site(time_zone="Australia/Perth"))
    perth = factories.session(on=in_perth, started_at=then)
    client.force_login(factories.manager("dana", of=[sydney.site, perth.site]))
    assert started(client.get("/sessions/history/?sort=id").text) == [
        "3 Mar 2025 23:00 AEDT",
        "3 Mar 2025 20:00 AWST",
    ]
    assert started(client.get(f"/sessions/history/?site={perth.site_id}").text) == ["3 Mar 2025 20:00 AWST"]
    client.force_login(factories.manager("eli", of=[perth.site]))
    assert started(client.get("/sessions/history/").text) == ["3 Mar 2025 20:00"]


def test_what_a_column_may_cut_short_stands_in_its_tooltip(dana: Client) -> None:
    company = factories.company("Harbour “Living” Strata & Sons")
    factories.session(on=factories.station(at=factories.site("Harbour Towers", of=company)))
    page = dana.get("/sessions/history/?columns=company,site,site_area").text
    for said in ("Harbour “Living” Strata &amp; Sons", "Harbour Towers", "Basement 1"):
        assert f'title="{said}">{said}</td>' in page


def test_every_order_of_the_shown_columns_can_be_chosen_where_there_are_no_headings(dana: Client) -> None:
    def chosen(query: str) -> tuple[list[str], list[str]]:
        sorts = dana.get(f"/sessions/history/?{query}").context["sorts"]
        return [words for _, words, _ in sorts], [value for value, _, is_now in sorts if is_now]

    usual = "Started At, newest first"
    assert chosen("columns=id,user") == (
        ["ID, highest first", "ID, lowest first", "User, Z to A", "User, A to Z", usual],
        [""],
    )
    assert chosen("columns=started_at&sort=price") == (
        [usual, "Started At, oldest first", "Price, lowest first"],
        ["price"],
    )


@pytest.mark.parametrize("query", ["level=bogus", "q=nobody"])
def test_with_nothing_to_export_the_button_stays_in_its_place(dana: Client, query: str) -> None:
    factories.session()
    button = 'title="There is nothing to export"'
    assert button in dana.get(f"/sessions/history/?{query}").text
    assert button not in dana.get("/sessions/history/").text


def _ids(client: Client, address: str) -> list[int]:
    table = client.get(address).context["table"]
    return [row.id for row in table.data.data]
