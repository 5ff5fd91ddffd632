"""35,377 real sessions of twelve garages: pages, filters and sums hold on them."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.test import Client

from sessions_app.domain import wording
from sessions_app.domain.flags import Flag
from sessions_app.models import ChargingSession, Manager
from sessions_app.pages.filters import filtered
from sessions_app.pages.tabs import HISTORY
from sessions_app.queries import summary
from tests import factories, norway

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not norway.REPORTS.exists(), reason="the folder of published data is not there"),
]
WITHOUT_END = 38


def sums(query: str, user: Manager) -> summary.Summary:
    found = filtered(QueryDict(query), HISTORY, user)
    assert found.is_valid, found.form.errors
    return summary.history(found.sessions)


def test_the_tables_hold_on_real_sessions() -> None:
    loaded = norway.load()
    olga = factories.operator()
    reports = list(norway.reports())
    assert len(loaded) == len(reports) == 35_377

    everything = sums("", olga)
    by_hand = sum((wording.two_places(session.energy_wh / 1000) for session in loaded), Decimal(0))
    assert everything.sessions == 35_377
    assert everything.energy_kwh == by_hand
    assert everything.duration_s == sum(
        int((session.ended_at - session.started_at).total_seconds()) for session in loaded
    )
    _garages_add_up(olga, reports, everything)
    _days_are_those_of_oslo(olga, reports)
    _sessions_without_an_end_say_so(olga)
    _nights_of_the_clock_change_have_their_true_length()
    _pages_reach_from_the_first_to_the_last(olga)


def _garages_add_up(olga: Manager, reports: list[dict[str, str]], everything: summary.Summary) -> None:
    counted = Counter(report["location"] for report in reports)
    assert len(counted) == 12
    pks = {session.site.name: session.site_id for session in ChargingSession.objects.select_related("site")}
    each = {garage: sums(f"site={pk}", olga) for garage, pk in pks.items()}
    assert {garage: one.sessions for garage, one in each.items()} == counted
    assert sum((one.energy_kwh for one in each.values()), Decimal(0)) == everything.energy_kwh


def _days_are_those_of_oslo(olga: Manager, reports: list[dict[str, str]]) -> None:
    days = Counter(report["plugin_time"][:10] for report in reports)
    for day in ("2019-10-27", "2020-03-29", "2019-12-31", days.most_common(1)[0][0]):
        assert sums(f"started_after={day}&started_before={day}", olga).sessions == days[day]


def _sessions_without_an_end_say_so(olga: Manager) -> None:
    found = filtered(QueryDict("reason=NextSession"), HISTORY, olga).sessions
    assert found.count() >= WITHOUT_END
    assert all(session.flags & Flag.CLOSED_BY_US for session in found)
    client = Client()
    client.force_login(olga)
    page = client.get("/sessions/history/?reason=NextSession&per_page=100").text
    assert page.count("Closed: a new session started</td>") == found.count()
    assert page.count("Ended without a stop message</span>") == found.count()


def _nights_of_the_clock_change_have_their_true_length() -> None:
    """A car that stands over the night in which an hour comes twice stands an hour longer."""
    for report in norway.reports():
        begin, end = report["plugin_time"], report["plugout_time"]
        if begin[:10] == "2019-10-26" and end[:10] == "2019-10-27" and end[11:13] >= "04":
            session = ChargingSession.objects.get(id_tag_value=report["session_id"])
            local = session.ended_at.astimezone(norway.OSLO).replace(tzinfo=None) - (
                session.started_at.astimezone(norway.OSLO).replace(tzinfo=None)
            )
            assert session.ended_at - session.started_at == local + timedelta(hours=1)


def _pages_reach_from_the_first_to_the_last(olga: Manager) -> None:
    client = Client()
    client.force_login(olga)
    for sort in ("-started_at", "user", "-duration"):
        last = client.get(f"/sessions/history/?sort={sort}&page=last&per_page=100")
        assert "100 of 10,000+" in last.text
        rows = last.context["table"].data.data
        before = client.get(f"/sessions/history/?sort={sort}&before={rows[0].id}&per_page=100")
        earlier = before.context["table"].data.data
        assert not {row.id for row in earlier} & {row.id for row in rows}
        onward = client.get(f"/sessions/history/?sort={sort}&after={earlier[-1].id}&per_page=100")
        assert [row.id for row in onward.context["table"].data.data] == [row.id for row in rows]
