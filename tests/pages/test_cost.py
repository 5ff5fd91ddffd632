"""What a page costs: eight queries at most, whatever it is filtered by."""

from datetime import timedelta
from itertools import combinations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sessions_app.models import ChargingSession
from sessions_app.pages.tabs import HISTORY, IN_PROGRESS
from sessions_app.queries import related_lookup
from tests import factories

pytestmark = pytest.mark.django_db
TABS = (IN_PROGRESS, HISTORY)
MOST = 8


@pytest.fixture
def dana(client: Client) -> Client:
    """Give the browser of a manager with sessions in progress and in history that fit every filter."""
    where = factories.station("HT-B1-03", max_power_w=3_700, connectors=20)
    client.force_login(factories.manager(of=[where.site_area.site]))
    for number in range(1, 21):
        for lasted in (None, timedelta(hours=9)):
            driver = factories.driver(f"Priya Raman {number}", unit="1204")
            factories.session(on=where, connector=number, driver=driver, idle_s=30_000, lasted=lasted)
    return client


def filters(session: ChargingSession) -> dict[str, str]:
    """Return a value of every filter that the session fits, and places in the list."""
    reason = {"reason": "reason=Local"} if session.ended_at else {}
    return reason | {
        "q": "q=priya+ht-b1+1204+" + chr(ord("A") + session.connector.number - 1),
        "days": "started_after=2026-03-01&started_before=2026-03-05",
        "company": f"company={session.site.company_id}",
        "site": f"site={session.site_id}",
        "area": f"area={session.site_area_id}",
        "station": f"station={session.station_id}",
        "connector": "connector=A&connector=" + chr(ord("A") + session.connector.number - 1),
        "driver": f"driver={session.driver_id}",
        "kind": "kind=tenant&kind=staff",
        "idle_min": "idle_min=60",
        "level": "level=high",
        "price": "price=none",
        "sort": "sort=-user&per_page=100",
        "columns": "columns=id,user,site,policy",
    }


def ask(client: Client, tab: str, query: str) -> int:
    """Return how many rows the page has, after seeing what it costs."""
    with CaptureQueriesContext(connection) as asked:
        page = client.get(f"/sessions/{tab}/?{query}")
    assert len(asked) <= MOST, [query, *(each["sql"][:120] for each in asked.captured_queries)]
    return len(page.context["table"].data.data)


def one_of(tab: str) -> ChargingSession:
    return ChargingSession.objects.filter(ended_at__isnull=tab == IN_PROGRESS).order_by("pk")[7]


@pytest.mark.parametrize("tab", TABS)
def test_each_filter_alone_is_cheap(dana: Client, tab: str) -> None:
    assert ask(dana, tab, "") == 20
    for query in filters(one_of(tab)).values():
        assert ask(dana, tab, query)


@pytest.mark.parametrize("tab", TABS)
def test_pairs_of_filters_are_cheap(dana: Client, tab: str) -> None:
    for pair in combinations(filters(one_of(tab)).values(), 2):
        assert ask(dana, tab, "&".join(pair))


@pytest.mark.parametrize("tab", TABS)
def test_all_filters_together_are_cheap(dana: Client, tab: str) -> None:
    session = one_of(tab)
    every = "&".join(filters(session).values())
    assert ask(dana, tab, every) == 1
    assert ask(dana, tab, f"{every}&after={session.pk}") == 0
    assert ask(dana, tab, f"{every}&page=last") == 1


@pytest.mark.parametrize("tab", TABS)
def test_filters_matching_too_many_ids_are_cheap(dana: Client, tab: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(related_lookup, "MAX_IDS", 3)
    monkeypatch.setattr("sessions_app.queries.search.MAX_IDS", 3)
    for query in ("kind=tenant", "q=priya", "q=priya+1204", "level=high", "connector=A&connector=B"):
        assert ask(dana, tab, query) == (2 if "connector" in query else 20)
