"""The two tabs: rows, permissions, order, summary."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from lxml import html

from sessions_app.lists.columns import DEFAULT_COLUMNS, OPTIONAL_COLUMNS
from sessions_app.lists.tabs import HISTORY, IN_PROGRESS
from tests.support import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana(client: Client) -> Client:
    """Give a client with an operator signed in."""
    client.force_login(builders.operator())
    return client


def test_anonymous_visitor_is_sent_to_sign_in(client: Client) -> None:
    response = client.get("/sessions/history/")
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=/sessions/history/"


def test_sign_in_leads_to_sessions_in_progress(client: Client) -> None:
    builders.manager(of=[builders.site()])
    response = client.post("/sign-in/", {"username": "dana", "password": "secret-of-the-tests"}, follow=True)
    assert response.redirect_chain[-1][0] == "/sessions/in-progress/"
    assert "Nobody is charging right now." in response.text


def test_session_is_listed_in_its_tab_only(dana: Client) -> None:
    running = builders.session(lasted=None)
    ended = builders.session()
    now, then = dana.get("/sessions/in-progress/").text, dana.get("/sessions/history/").text
    assert f'data-session="{running.pk}"' in now
    assert f'data-session="{ended.pk}"' not in now
    assert f'data-session="{ended.pk}"' in then
    assert f'data-session="{running.pk}"' not in then


def test_manager_sees_sites_of_their_memberships_only(client: Client) -> None:
    ours = builders.session()
    theirs = builders.session()
    client.force_login(builders.manager(of=[ours.site]))
    page = client.get("/sessions/history/").text
    assert f'data-session="{ours.pk}"' in page
    assert f'data-session="{theirs.pk}"' not in page
    assert theirs.site.name not in page


@pytest.mark.parametrize("tab", [IN_PROGRESS, HISTORY])
def test_htmx_request_gets_the_list_alone(dana: Client, tab: str) -> None:
    whole, part = dana.get(f"/sessions/{tab}/"), dana.get(f"/sessions/{tab}/", headers={"HX-Request": "true"})
    assert "<!DOCTYPE html>" in whole.text
    assert "<!DOCTYPE html>" not in part.text
    assert "HX-Request" in part["Vary"]


def test_history_restore_request_gets_the_whole_page(dana: Client) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<!DOCTYPE html>" in dana.get("/sessions/history/", headers=headers).text


@pytest.mark.parametrize("tab", [IN_PROGRESS, HISTORY])
def test_default_columns_are_in_the_guides_order(dana: Client, tab: str) -> None:
    builders.session(lasted=None if tab == IN_PROGRESS else timedelta(hours=1))
    page = dana.get(f"/sessions/{tab}/").text
    places = [page.index(f'data-cell="{key}"') for key in DEFAULT_COLUMNS[tab]]
    assert places == sorted(places)
    assert not [key for key in OPTIONAL_COLUMNS[tab] if f'data-cell="{key}"' in page]


@pytest.mark.parametrize(("per_page", "count"), [("", 25), ("25", 25), ("50", 50), ("100", 100)])
def test_page_has_25_50_or_100_rows(dana: Client, per_page: str, count: int) -> None:
    station = builders.station()
    for _ in range(101):
        builders.session(on=station)
    assert len(_ids(dana, f"/sessions/history/?per_page={per_page}")) == count


def sums(client: Client, tab: str) -> dict[str, list[str]]:
    """Return the texts of the summary by label, one for each element."""
    page = html.fromstring(client.get(f"/sessions/{tab}/summary/").text)
    values = {str(name.text): name.getnext() for name in page.iter("dt")}
    return {
        name: [str(text).strip() for text in value.itertext() if str(text).strip()]
        for name, value in values.items()
        if value is not None
    }


def test_summary_has_inactivity_in_percent_of_duration(dana: Client) -> None:
    station = builders.station()
    for connector, idle_s in ((1, 900), (2, 0)):
        builders.session(on=station, connector=connector, idle_s=idle_s)
    summary = sums(dana, HISTORY)
    assert summary["Duration"] == ["2 h 00 m"]
    assert summary["Inactivity"] == ["15 m 00 s", "13 %"]


@pytest.mark.parametrize("tab", [IN_PROGRESS, HISTORY])
def test_summary_has_time_held_back_where_there_is_some(dana: Client, tab: str) -> None:
    length: dict[str, Any] = {"lasted": None} if tab == IN_PROGRESS else {}
    at: dict[str, Any] = {"started_at": timezone.now() - timedelta(hours=1)}
    builders.session(**at, **length)
    assert "Held back" not in sums(dana, tab)

    builders.session(held_back_s=900, **at, **length)

    assert sums(dana, tab)["Held back"] == ["15 m 00 s", "13 %"]


def test_summary_has_power_of_live_sessions_only(dana: Client) -> None:
    now = timezone.now()
    station = builders.station(connectors=3)
    for connector, heard_at in ((1, now), (2, now), (3, now - timedelta(hours=1))):
        builders.session(on=station, connector=connector, lasted=None, power_w=5_400.0, last_reading_at=heard_at)
    builders.session(on=station, power_w=5_400.0)
    assert sums(dana, IN_PROGRESS)["Power now"] == ["10.80 kW"]
    assert "Power now" not in sums(dana, HISTORY)


@pytest.mark.parametrize("tab", [IN_PROGRESS, HISTORY])
def test_summary_never_adds_two_currencies(dana: Client, tab: str) -> None:
    lasted = None if tab == IN_PROGRESS else timedelta(hours=1)
    for price, currency in (("2.50", "AUD"), ("3.25", "AUD"), ("500", "JPY")):
        builders.session(lasted=lasted, price=Decimal(price), currency=currency)
    assert sorted(sums(dana, tab)["Price"]) == ["$5.75", "JPY\N{NO-BREAK SPACE}500"]


@pytest.mark.parametrize("tab", [IN_PROGRESS, HISTORY])
def test_summary_counts_and_links_unpriced_sessions(dana: Client, tab: str) -> None:
    lasted = None if tab == IN_PROGRESS else timedelta(hours=1)
    station = builders.station()
    builders.session(on=station, lasted=lasted, price=Decimal("2.50"), currency="AUD")
    builders.session(on=station, connector=2, lasted=lasted)
    sums = dana.get(f"/sessions/{tab}/summary/?q={station.identity}").text
    assert "2.50" in sums
    assert "1 unpriced" in sums
    assert f'href="/sessions/{tab}/?q={station.identity}&amp;price=none"' in sums


def test_summary_omits_unpriced_if_there_are_none(dana: Client) -> None:
    builders.session(price=Decimal("2.50"), currency="AUD")
    assert "unpriced" not in dana.get("/sessions/history/summary/").text


def test_empty_result_says_how_to_continue(dana: Client) -> None:
    builders.session()
    page = dana.get("/sessions/history/?q=nobody").text
    assert "No sessions match these filters." in page
    assert "Clear filters" in page


def test_tabs_count_visible_sessions_in_progress(client: Client) -> None:
    ours = builders.session(lasted=None)
    builders.session(on=ours.station, connector=2, lasted=None)
    builders.session(lasted=None)
    client.force_login(builders.manager(of=[ours.site, builders.site()]))
    for address in ("/sessions/history/", "/sessions/in-progress/?q=nobody", "/exports/"):
        page = client.get(address).text
        assert '<span class="count" id="nav-count">2</span>' in page
        assert address == "/exports/" or '<span class="count" id="tab-count">2</span>' in page
    part = client.get("/sessions/in-progress/", headers={"HX-Request": "true", "X-Live": "1"}).text
    assert '<span class="count" id="tab-count" hx-swap-oob="true">2</span>' in part


def started(page: str) -> list[str]:
    return re.findall(r'data-cell="started_at"[^>]*>([^<]*)<', page)


def test_times_of_several_zones_name_their_zone(client: Client) -> None:
    then = builders.NOON.replace(year=2025)  # in the current year no zone would be shown
    sydney = builders.session(started_at=then)
    in_perth = builders.station(at=builders.site(time_zone="Australia/Perth"))
    perth = builders.session(on=in_perth, started_at=then)
    client.force_login(builders.manager(of=[sydney.site, perth.site]))
    assert started(client.get("/sessions/history/?sort=id").text) == [
        "3 Mar 2025 23:00 AEDT",
        "3 Mar 2025 20:00 AWST",
    ]
    assert started(client.get(f"/sessions/history/?site={perth.site_id}").text) == ["3 Mar 2025 20:00 AWST"]
    client.force_login(builders.other_manager(of=[perth.site]))
    assert started(client.get("/sessions/history/").text) == ["3 Mar 2025 20:00"]


def test_truncated_text_is_in_the_tooltip(dana: Client) -> None:
    company = builders.company("Harbour “Living” Strata & Sons")
    builders.session(on=builders.station(at=builders.site("Harbour Towers", of=company)))
    page = dana.get("/sessions/history/?columns=company,site,site_area").text
    for text in ("Harbour “Living” Strata &amp; Sons", "Harbour Towers", "Basement 1"):
        assert f'title="{text}">{text}</td>' in page


def test_sort_menu_offers_both_orders_of_shown_columns(dana: Client) -> None:
    def chosen(query: str) -> tuple[list[str], list[str]]:
        sorts = dana.get(f"/sessions/history/?{query}").context["sorts"]
        return [words for _, words, _ in sorts], [value for value, _, is_now in sorts if is_now]

    default = "Started At, newest first"
    assert chosen("columns=id,user") == (
        ["ID, highest first", "ID, lowest first", "User, Z to A", "User, A to Z", default],
        [""],
    )
    assert chosen("columns=started_at&sort=price") == (
        [default, "Started At, oldest first", "Price, lowest first"],
        ["price"],
    )


@pytest.mark.parametrize("query", ["level=bogus", "q=nobody"])
def test_export_button_is_disabled_without_rows(dana: Client, query: str) -> None:
    builders.session()
    button = 'title="There is nothing to export"'
    assert button in dana.get(f"/sessions/history/?{query}").text
    assert button not in dana.get("/sessions/history/").text


def _ids(client: Client, address: str) -> list[int]:
    table = client.get(address).context["table"]
    return [row.id for row in table.data.data]
