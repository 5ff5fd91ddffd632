"""Pages, filters and sums of 35,377 real sessions of twelve garages."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict

from sessions_app.domain import wording
from sessions_app.domain.flags import Flag
from sessions_app.lists.filters import filter_sessions
from sessions_app.lists.tabs import HISTORY
from sessions_app.models import ChargingSession, Manager
from sessions_app.queries import summary
from tests.flows import norway
from tests.support import builders
from tests.support.browser_client import sign_in

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not norway.REPORTS.exists(), reason="the folder of published data is not there"),
]
WITHOUT_END = 38


def sums(query: str, user: Manager) -> summary.Summary:
    result = filter_sessions(QueryDict(query), HISTORY, user)
    assert result.is_valid, result.form.errors
    return summary.summarize_history(result.sessions)


def test_tables_agree_with_real_sessions() -> None:
    loaded = norway.load()
    olga = builders.operator()
    reports = list(norway.reports())
    assert len(loaded) == len(reports) == 35_377

    everything = sums("", olga)
    by_hand = sum((wording.round_half_up(session.energy_wh / 1000) for session in loaded), Decimal(0))
    assert everything.sessions == 35_377
    assert everything.energy_kwh == by_hand
    assert everything.duration_s == sum(int(_duration(session).total_seconds()) for session in loaded)
    _garages_add_up(olga, reports, everything)
    _days_are_those_of_oslo(olga, reports)
    _sessions_without_an_end_say_so(olga)
    _nights_of_the_clock_change_have_their_true_length()
    _pages_reach_from_the_first_to_the_last(olga)


def _duration(session: ChargingSession) -> timedelta:
    assert session.ended_at is not None
    return session.ended_at - session.started_at


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
    result = filter_sessions(QueryDict("reason=NextSession"), HISTORY, olga).sessions
    assert result.count() >= WITHOUT_END
    assert all(session.flags & Flag.CLOSED_BY_US for session in result)
    client = sign_in(olga)
    page = client.get("/sessions/history/?reason=NextSession&per_page=100").text
    assert page.count("Closed: a new session began</td>") == result.count()
    assert page.count("Ended without a stop message</span>") == result.count()


def _nights_of_the_clock_change_have_their_true_length() -> None:
    """A car plugged in over the repeated hour of a clock change is plugged in for an hour more."""
    for report in norway.reports():
        begin, end = report["plugin_time"], report["plugout_time"]
        if begin[:10] == "2019-10-26" and end[:10] == "2019-10-27" and end[11:13] >= "04":
            session = ChargingSession.objects.get(id_tag_value=report["session_id"])
            local = datetime.fromisoformat(end) - datetime.fromisoformat(begin)
            assert _duration(session) == local + timedelta(hours=1)


def _pages_reach_from_the_first_to_the_last(olga: Manager) -> None:
    client = sign_in(olga)
    for sort in ("-started_at", "user", "-duration"):
        last = client.get(f"/sessions/history/?sort={sort}&page=last&per_page=100")
        assert "100 of 10,000+" in last.text
        rows = last.context["table"].data.data
        before = client.get(f"/sessions/history/?sort={sort}&before={rows[0].id}&per_page=100")
        earlier = before.context["table"].data.data
        assert not {row.id for row in earlier} & {row.id for row in rows}
        onward = client.get(f"/sessions/history/?sort={sort}&after={earlier[-1].id}&per_page=100")
        assert [row.id for row in onward.context["table"].data.data] == [row.id for row in rows]
