"""Pages of a history that is too long to count: PostgreSQL reads them from its indexes, site by site."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict

from sessions_app.lists.columns import available_columns
from sessions_app.lists.filters import SessionFilter, apply_filters
from sessions_app.lists.tabs import HISTORY
from sessions_app.models import ChargingSession, Manager, PricingPolicy
from sessions_app.queries import paging
from sessions_app.queries.ordering import ordered
from tests.support import builders

pytestmark = pytest.mark.django_db
SORTS = [f"{sign}{key}" for key in available_columns(HISTORY) for sign in ("", "-")]


@pytest.fixture(autouse=True)
def _counts_to_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "COUNT_LIMIT", 3)


def policy(name: str) -> PricingPolicy:
    return builders.policy(description=name)


@pytest.fixture
def moved() -> ChargingSession:
    """Create a history of three sites in two currencies; return a session whose station and area moved later."""
    yen = builders.company("Yen", currency="JPY")
    sites = [builders.site("North"), builders.site("South"), builders.site("East", of=yen)]
    drivers = [builders.driver("Ann"), builders.driver("Bob"), builders.driver("Ann"), None]
    sessions: list[ChargingSession] = []
    for number in range(24):
        site, driver = sites[number % 3], drivers[number * 5 % 4]
        station = builders.station(f"S{number * 7 % 24:02}", at=site) if number < 6 else sessions[number % 6].station
        sessions.append(
            builders.session(
                on=station,
                connector=1 + number % 2,
                started_at=builders.NOON + timedelta(hours=number * 11 % 24),
                driver=driver,
                id_tag_value=f"{site.name}{number * 13 % 24}",
                price=None if number % 7 == 0 else Decimal(number * 5 % 24) * (90 if site == sites[2] else 1),
                policy=None if number % 4 == 0 else policy("Night" if number % 2 else site.name),
            )
        )
    ChargingSession.objects.filter(pk__in=[each.pk for each in sessions[::5]]).update(connector=None)
    moved_session = sessions[0]
    moved_session.station.site_area = sessions[1].site_area
    moved_session.station.save()
    moved_session.site_area.site, moved_session.site_area.name = sites[1], "Moved"
    moved_session.site_area.save()
    return moved_session


def walk_pages(session_filter: SessionFilter, sort: str) -> Iterator[int]:
    """Yield the ids of all pages: numbered pages first, then each after the previous one."""
    sessions, selector = apply_filters(session_filter).sessions, paging.PageSelector()
    while True:
        page = paging.load_page(sessions, sort, selector, 2, sites=session_filter.sites)
        yield from (row.id for row in page.rows)
        if page.number == 1 and not page.is_counted:
            selector = paging.PageSelector(number=2)
        elif page.has_next or (page.number and not page.is_counted):
            selector = paging.PageSelector(after=page.rows[-1].id)
        else:
            return


def address(by: str, moved: ChargingSession) -> str:
    places = {"site": moved.site_id, "company": moved.site.company_id, "area": moved.site_area_id}
    return f"{by}={(places | {'station': moved.station_id})[by]}" if by else ""


@pytest.mark.parametrize("by", ["", "site", "company", "area", "station"])
@pytest.mark.parametrize("who", ["operator", "manager of all", "manager of one"])
def test_all_pages_together_are_the_sessions_in_order(who: str, by: str, moved: ChargingSession) -> None:
    sites = [each.site for each in ChargingSession.objects.select_related("site")]
    people: dict[str, Manager] = {
        "operator": builders.operator(),
        "manager of all": builders.manager(of=list(dict.fromkeys(sites))),
        "manager of one": builders.other_manager(of=[moved.site]),
    }
    session_filter = SessionFilter(QueryDict(address(by, moved)), tab=HISTORY, user=people[who])
    sessions = apply_filters(session_filter).sessions
    for sort in SORTS:
        expected = list(ordered(sessions, sort).values_list("pk", flat=True))
        assert list(walk_pages(session_filter, sort)) == expected, sort
        last = paging.load_page(sessions, sort, paging.PageSelector(is_last=True), 2, sites=session_filter.sites)
        assert [row.id for row in last.rows] == expected[-2:] or len(expected) <= paging.COUNT_LIMIT, sort
