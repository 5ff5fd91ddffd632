"""A page takes at most eight queries with any filter."""

from datetime import timedelta
from itertools import combinations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sessions_app.lists.tabs import HISTORY, IN_PROGRESS
from sessions_app.models import ChargingSession
from sessions_app.queries import related_lookup
from tests.support import builders

pytestmark = pytest.mark.django_db
TABS = (IN_PROGRESS, HISTORY)
MOST = 8


@pytest.fixture
def dana(client: Client) -> Client:
    """Give a client with a manager signed in, who has matching sessions for every filter in both tabs."""
    where = builders.station("HT-B1-03", max_power_w=3_700, connectors=20)
    client.force_login(builders.manager(of=[where.site_area.site]))
    for number in range(1, 21):
        for lasted in (None, timedelta(hours=9)):
            driver = builders.driver(f"Priya Raman {number}", unit="1204")
            builders.session(on=where, connector=number, driver=driver, idle_s=30_000, lasted=lasted)
    return client


def filters(session: ChargingSession) -> dict[str, str]:
    """Return a query for every filter that matches the session, and for order and columns."""
    assert session.connector
    letter = chr(ord("A") + session.connector.number - 1)
    reason = {"reason": "reason=Local"} if session.ended_at else {}
    return reason | {
        "q": f"q=priya+ht-b1+1204+{letter}",
        "days": "started_after=2026-03-01&started_before=2026-03-05",
        "company": f"company={session.site.company_id}",
        "site": f"site={session.site_id}",
        "area": f"area={session.site_area_id}",
        "station": f"station={session.station_id}",
        "connector": f"connector=A&connector={letter}",
        "driver": f"driver={session.driver_id}",
        "kind": "kind=tenant&kind=staff",
        "idle_min": "idle_min=60",
        "level": "level=high",
        "price": "price=none",
        "sort": "sort=-user&per_page=100",
        "columns": "columns=id,user,site,policy",
    }


def count_rows(client: Client, tab: str, query: str) -> int:
    """Return how many rows the page has; assert that it takes few queries."""
    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"/sessions/{tab}/?{query}")
    assert len(queries) <= MOST, [query, *(each["sql"][:120] for each in queries.captured_queries)]
    return len(page.context["table"].data.data)


def session_of(tab: str) -> ChargingSession:
    return ChargingSession.objects.filter(ended_at__isnull=tab == IN_PROGRESS).order_by("pk")[7]


@pytest.mark.parametrize("tab", TABS)
def test_each_filter_alone_is_cheap(dana: Client, tab: str) -> None:
    assert count_rows(dana, tab, "") == 20
    for query in filters(session_of(tab)).values():
        assert count_rows(dana, tab, query)


@pytest.mark.parametrize("tab", TABS)
def test_pairs_of_filters_are_cheap(dana: Client, tab: str) -> None:
    for pair in combinations(filters(session_of(tab)).values(), 2):
        assert count_rows(dana, tab, "&".join(pair))


@pytest.mark.parametrize("tab", TABS)
def test_all_filters_together_are_cheap(dana: Client, tab: str) -> None:
    session = session_of(tab)
    all_filters = "&".join(filters(session).values())
    assert count_rows(dana, tab, all_filters) == 1
    assert count_rows(dana, tab, f"{all_filters}&after={session.pk}") == 0
    assert count_rows(dana, tab, f"{all_filters}&page=last") == 1


@pytest.mark.parametrize("tab", TABS)
def test_filters_matching_too_many_ids_are_cheap(dana: Client, tab: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(related_lookup, "MAX_IDS", 3)
    monkeypatch.setattr("sessions_app.queries.search.MAX_IDS", 3)
    for query in ("kind=tenant", "q=priya", "q=priya+1204", "level=high", "connector=A&connector=B"):
        assert count_rows(dana, tab, query) == (2 if "connector" in query else 20)
