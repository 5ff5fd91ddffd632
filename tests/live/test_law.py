"""The law of live pages: a list with its events applied equals a list that is fetched now.

For every event that stations send, repricing by an operator, and every filter, order and set of columns of In Progress.
"""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from sessions_app.announce import ALL_SITES, SessionChange, site_group
from sessions_app.domain.events import Event
from sessions_app.domain.station_states import EditOutcome
from sessions_app.lists.columns import available_columns
from sessions_app.lists.filters import SessionFilter
from sessions_app.lists.tabs import IN_PROGRESS
from sessions_app.models import ActionAudit, ChargingSession, ChargingStation, Driver
from sessions_app.recording import record
from sessions_app.recording.repricing import reprice_session
from tests.support import builders
from tests.support.browser_client import sign_in
from tests.support.builders import NOON
from tests.support.live_events import Received, announced, announced_by
from tests.support.live_page import LivePage, fetch_list
from tests.support.station_days import MAKERS, StationDay

pytestmark = pytest.mark.django_db(transaction=True)

NOW = NOON + timedelta(hours=1)
WALKS = 3  # each with its own seed and its share of the pages
STEPS = 8
REPRICED_EVERY = 3  # steps
CHECKED_PAGES = 8  # of each step; every page receives every event


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock: texts and durations that pass with time are not the law's."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


class World:
    """Two sites, one without prices; three stations whose events come, and a page of cars that only stand there."""

    def __init__(self) -> None:
        self.priced, self.unpriced = builders.site("Harbour"), builders.site("Quay", time_zone="Europe/Oslo")
        self.drivers = [builders.driver("Priya Raman"), builders.driver("Vic Torres", kind=Driver.Kind.VISITOR)]
        for number, driver in enumerate(self.drivers, start=1):
            builders.id_tag(f"TAG{number}", of=driver)
        builders.policy(site=self.priced)
        self.later = builders.policy(description="Later", valid_from=NOW + timedelta(days=1))  # for repricing only
        seen: dict[str, Any] = {"connection_id": "a", "last_seen_at": NOW, "connected_at": NOON}
        self.stations = [
            builders.station("HT-1", at=self.priced, max_power_w=50_000, **seen),
            builders.station("HT-2", at=self.priced, max_power_w=None, **seen),
            builders.station("QH-1", at=self.unpriced, max_power_w=22_000, **seen),
        ]
        parked = builders.station("HT-3", at=self.priced, connectors=24)
        for number in range(1, 25):
            builders.session(
                on=parked,
                connector=number,
                started_at=NOON + timedelta(minutes=2 * number),
                lasted=None,
                driver=self.drivers[0],
                idle_s=120 * number,
                energy_wh=400 * number,
            )
        self.parked: ChargingStation = parked
        self.operator = builders.operator()
        self.viewers = {
            ALL_SITES: sign_in(self.operator),
            site_group(self.priced.pk): sign_in(builders.manager(of=[self.priced])),
        }

    def reprice(self) -> None:
        """Reprice what is in progress at the three stations, in turn by another policy and by the one that applies."""
        policy = None if ActionAudit.objects.filter(outcome=EditOutcome.REPRICED).exists() else self.later
        for session in ChargingSession.objects.filter(station__in=self.stations, ended_at=None):
            reprice_session(session.pk, policy, by=self.operator, at=NOW)


def filter_queries(world: World) -> dict[str, list[str]]:
    """Return the values of each filter to try, by its name."""
    tag_driver, site = world.drivers[0], world.priced
    return {
        "q": ["priya", "stranger"],
        "range": ["today"],
        "started_after": ["2026-03-03"],
        "started_before": ["2026-03-02"],
        "company": [str(site.company_id)],
        "site": [str(site.pk)],
        "area": [str(world.stations[0].site_area_id)],
        "station": [str(world.stations[0].pk)],
        "connector": ["A"],
        "driver": [str(tag_driver.pk)],
        "kind": ["visitor"],
        "idle_min": ["0", "10", "30"],
        "level": ["warning", "high"],
        "price": ["none"],
        "look": ["any", "no-driver", "register-fell"],
    }


def queries(world: World) -> list[str]:
    """Return the addresses: every filter, every order, all columns, the second page."""
    keys = available_columns(IN_PROGRESS)
    every_column = f"columns={','.join(keys)}"
    filters = [f"{name}={value}" for name, values in filter_queries(world).items() for value in values]
    orders = [f"sort={sign}{key}" for key in keys for sign in ("", "-")]
    mixed = [
        "level=warning&price=none",
        "look=no-price&look=register-jumped",
        "look=any&idle_min=10",
        "idle_min=10&sort=-inactivity",
        "q=priya&sort=consumption&per_page=50",
    ]
    columns = [every_column, f"{every_column}&price=none", "columns=price,user", "page=2", "page=2&sort=id"]
    return [*filters, *orders, *mixed, *columns]


class Watched:
    """The open pages of a walk, every third of all viewers' pages, which follow what is announced."""

    def __init__(self, world: World, walk: int) -> None:
        self.viewers = world.viewers
        addresses = [(group, query) for group in world.viewers for query in queries(world)]
        self.pages = [
            (group, LivePage(query, fetch_list(self.viewers[group], query))) for group, query in addresses[walk::WALKS]
        ]

    def follow(self, received: Received) -> None:
        """Let every page apply the events that its viewer receives."""
        for group, page in self.pages:
            for event in received[group]:
                page.apply(event)

    def check(self, pages: list[tuple[str, LivePage]], cause: str) -> None:
        """Compare pages with lists that are fetched now; those that would refetch take these over."""
        for group, page in pages:
            fresh = LivePage(page.query, fetch_list(self.viewers[group], page.query))
            if page.wants_refetch:
                page.take(fresh)
            assert page.lines() == fresh.lines(), f"?{page.query} of {group} after {cause}"


@pytest.mark.parametrize("seed", range(WALKS))
def test_events_applied_equal_a_fresh_list(seed: int) -> None:
    world, random = World(), Random(seed)
    day = StationDay(random, world.stations)
    record([day.make(kind) for kind in MAKERS for _ in range(2)])
    watched = Watched(world, seed)

    for step in range(STEPS):
        changes: list[SessionChange] = []
        names: list[str] = []
        for _ in range(random.choice((1, 1, 2))):  # batches that are announced together
            batch = [day.next_event() for _ in range(random.choice((1, 1, 3)))]
            names += [str(event) for event in batch]
            changes += record(batch)[1]
        watched.follow(announced(changes, list(world.viewers)))
        if step % REPRICED_EVERY == 1:
            watched.follow(announced_by(world.reprice, list(world.viewers)))
            names.append("repricing")
        watched.check(random.sample(watched.pages, CHECKED_PAGES), "\n".join(names))

    assert ActionAudit.objects.filter(outcome=EditOutcome.REPRICED).exists()


def test_law_covers_every_filter_and_event() -> None:
    world = World()

    assert set(filter_queries(world)) == set(SessionFilter.base_filters) - {"reason"}
    assert set(MAKERS) == set(Event.__subclasses__())
