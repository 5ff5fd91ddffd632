"""live.js applies an event as `tests/support/live_page.py` does, which the law of live pages is held with."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sessions_app.announce import SessionChanged, SessionStarted
from sessions_app.models import ChargingSession, Site
from tests.e2e.conftest import SignIn
from tests.e2e.tables.conftest import routed
from tests.support import builders
from tests.support.live_page import LivePage

NO_MARK = ("", "")
# Count the events that live.js has applied, and the fetches of the list that it asks for; send none.
COUNT = """() => import("/static/js/socket.js").then(({ on }) => {
    window.heard = window.fetched = 0;
    on(["session.changed", "session.started"], () => { heard += 1; });
    htmx.ajax = async () => { fetched += 1; };
})"""
REFETCHED_WITHIN_MS = 5_000


def changed(session: ChargingSession, **fields: Any) -> SessionChanged:
    event = SessionChanged(
        type="session.changed",
        session=session.pk,
        number=9,
        level="",
        idle_s=60,
        look=[],
        silent_at=(datetime.now(UTC) + timedelta(hours=1)).timestamp(),
        refetch=False,
        cells={
            "inactivity": "1 m 00 s",
            "power": "7.20 kW",
            "consumption": "9.99 kWh",
            "battery": "64 %",
            "price": "$1.23",
            "peak_power": "11.00 kW",
        },
        marks={"silence": NO_MARK, "level": NO_MARK, "look": NO_MARK},
    )
    return event | fields  # type: ignore[return-value]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "columns=user,price",
        "sort=-consumption",
        "level=warning",
        "idle_min=10",
        "sort=started_at",
        "look=no-price&look=any",
    ],
)
def test_browser_applies_events_like_the_law(signed_in: SignIn, towers: Site, query: str) -> None:
    station = builders.station(at=towers)
    now = datetime.now(UTC)
    shown = builders.session(on=station, lasted=None, started_at=now, idle_s=7_200)
    hidden = builders.session(on=builders.station(), lasted=None, started_at=now)
    page = _open(signed_in, f"{query}&site={towers.pk}")
    silence = ("silent since 09:14 today", "Silent since 2026-03-03 09:14:00 AEDT")
    events: list[SessionChanged | SessionStarted] = [
        changed(shown, idle_s=7_200, level="high"),
        changed(shown, marks={"silence": silence, "level": NO_MARK, "look": NO_MARK}, idle_s=7_200, level="high"),
        changed(shown, marks={"silence": NO_MARK, "level": ("Long", "Long"), "look": ("!", "A look")}, level="warning"),
        changed(shown),
        changed(shown),
        changed(hidden, level="high", idle_s=7_200),
        changed(hidden, level="high", idle_s=7_200),
        changed(hidden, look=["any", "register-fell"]),
        changed(shown, refetch=True),
        SessionStarted(type="session.started", session=hidden.pk),
    ]
    expected = LivePage(query, page.text())

    for event in events:
        expected.wants_refetch = False
        expected.apply(json.loads(json.dumps(event)))
        page.send(event)

        assert page.has_refetched() == expected.wants_refetch, event
        assert LivePage(query, page.text()).lines() == expected.lines()


class _OpenPage:
    """A live page whose clock stands still but for `has_refetched`."""

    def __init__(self, page: Page, sockets: list[Any]) -> None:
        self.page, self.sockets, self.sent = page, sockets, 0

    def text(self) -> str:
        return self.page.locator("#list").inner_html()

    def send(self, event: SessionChanged | SessionStarted) -> None:
        """Send an event, and wait until the page has applied it."""
        self.sent += 1
        self.sockets[-1].send(json.dumps(event))
        self.page.wait_for_function(f"() => heard === {self.sent}")

    def has_refetched(self) -> bool:
        """Return whether the page has fetched its list since the last call."""
        self.page.clock.run_for(REFETCHED_WITHIN_MS)
        return bool(self.page.evaluate("() => { const count = fetched; fetched = 0; return count > 0; }"))


def _open(signed_in: SignIn, query: str) -> _OpenPage:
    page = signed_in(builders.operator())
    sockets = routed(page)
    page.clock.install()
    page.goto(f"/sessions/in-progress/?{query}")
    expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=5))
    page.evaluate(COUNT)
    return _OpenPage(page, sockets)
