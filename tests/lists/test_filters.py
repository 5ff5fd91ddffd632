"""Every filter alone and in pairs, days in site time, chips."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any
from unittest import mock

import pytest
from django.http import QueryDict
from django.utils import timezone

from sessions_app.domain.flags import FLAG_LABELS, REASON_CHOICES, Flag, reason_keys
from sessions_app.lists.chips import chips
from sessions_app.lists.filters import filter_sessions
from sessions_app.lists.tabs import HISTORY, IN_PROGRESS
from sessions_app.models import ChargingSession, Manager
from tests.support import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga() -> Manager:
    return builders.operator()


def ids(query: str, user: Manager, tab: str = HISTORY) -> set[int]:
    filtered = filter_sessions(QueryDict(query), tab, user)
    assert filtered.is_valid, filtered.form.errors
    return set(filtered.sessions.values_list("pk", flat=True))


def two_sessions(**lasted: Any) -> tuple[ChargingSession, ChargingSession]:
    """Return a session that matches every filter below, and one that matches none."""
    priya = builders.driver("Priya Raman", email="priya@example.com", unit="1204", kind="tenant")
    where = builders.station("HT-B1-03", at=builders.site("Harbour Towers"), max_power_w=7_400)
    tag = builders.id_tag("04A1B2", of=priya)
    fields: dict[str, Any] = {"driver": priya, "id_tag": tag, "id_tag_value": "04A1B2", "idle_s": 7_200, "connector": 2}
    fields["flags"] = Flag.NO_ENERGY
    ours = builders.session(on=where, **({"end_reason": "EVDisconnected"} | fields | lasted))
    other = builders.driver("Tom Gray", email="tom@example.com", unit="88", kind="visitor")
    elsewhere = builders.station("ZZ-9", at=builders.site("Elsewhere"), max_power_w=50_000)
    theirs = builders.session(on=elsewhere, driver=other, started_at=builders.NOON - timedelta(days=90), **lasted)
    return ours, theirs


def each_filter(ours: ChargingSession) -> dict[str, str]:
    return {
        "site": f"site={ours.site_id}",
        "company": f"company={ours.site.company_id}",
        "area": f"area={ours.site_area_id}",
        "station": f"station={ours.station_id}",
        "connector": "connector=B",
        "driver": f"driver={ours.driver_id}",
        "kind": "kind=tenant",
        "idle_min": "idle_min=120",
        "level": "level=high",
        "look": "look=no-energy",
        "days": "started_after=2026-03-03&started_before=2026-03-03",
        "q": "q=priya+ht-b1",
    }


def each_miss(theirs: ChargingSession) -> dict[str, str]:
    return {
        "site": f"site={theirs.site_id}",
        "company": f"company={theirs.site.company_id}",
        "area": f"area={theirs.site_area_id}",
        "station": f"station={theirs.station_id}",
        "connector": "connector=A",
        "driver": f"driver={theirs.driver_id}",
        "kind": "kind=visitor",
        "days": "started_before=2026-01-01",
        "q": "q=tom",
    }


@pytest.mark.parametrize("tab", [HISTORY, IN_PROGRESS])
def test_each_filter_selects_matching_sessions(olga: Manager, tab: str) -> None:
    ours, theirs = two_sessions(**({} if tab == HISTORY else {"lasted": None}))
    assert ids("", olga, tab) == {ours.pk, theirs.pk}
    for query in each_filter(ours).values():
        assert ids(query, olga, tab) == {ours.pk}, query


@pytest.mark.parametrize("tab", [HISTORY, IN_PROGRESS])
def test_pairs_of_filters_are_both_applied(olga: Manager, tab: str) -> None:
    ours, theirs = two_sessions(**({} if tab == HISTORY else {"lasted": None}))
    queries = each_filter(ours) | ({"reason": "reason=EVDisconnected"} if tab == HISTORY else {})
    misses = each_miss(theirs)
    for pair in combinations(queries.values(), 2):
        assert ids("&".join(pair), olga, tab) == {ours.pk}, pair
    for name, miss in misses.items():
        assert ids(miss, olga, tab) == {theirs.pk}, miss
        for key, query in queries.items():
            if key != name:
                assert ids(f"{miss}&{query}", olga, tab) == set(), (miss, query)


def test_several_values_of_a_filter_are_alternatives(olga: Manager) -> None:
    ours, theirs = two_sessions()
    assert ids(f"site={ours.site_id}&site={theirs.site_id}", olga) == {ours.pk, theirs.pk}
    assert ids("kind=tenant&kind=visitor", olga) == {ours.pk, theirs.pk}
    assert ids("connector=A&connector=B", olga) == {ours.pk, theirs.pk}


def test_connectors_beyond_z_are_filtered(olga: Manager) -> None:
    station = builders.station(connectors=28)
    by_letter = {
        letter: builders.session(on=station, connector=n).pk for letter, n in (("Z", 26), ("AA", 27), ("AB", 28))
    }
    assert ids("connector=AA", olga) == {by_letter["AA"]}
    assert ids("connector=Z&connector=AB", olga) == {by_letter["Z"], by_letter["AB"]}
    for wrong in ("AAA", "aa", "1", "–"):
        assert not filter_sessions(QueryDict(f"connector={wrong}"), HISTORY, olga).is_valid


@pytest.mark.parametrize(
    "words",
    ["priya", "PRIYA raman", "priya@example", "1204", "ht-b1-03", "04a1", "B", "ht b 1204"],
)
def test_search_finds_by_every_word(olga: Manager, words: str) -> None:
    ours, _ = two_sessions()
    assert ids(f"q={words.replace(' ', '+')}", olga) == {ours.pk}


@pytest.mark.parametrize("words", ["ht-b1-03 b", "B HT-B1-03", "priya b"])
def test_letter_beside_other_words_is_a_connector(olga: Manager, words: str) -> None:
    ours, _ = two_sessions()
    priya = builders.driver("Priya Bahri", email="b@example.com", unit="B")
    builders.session(on=ours.station, connector=1, driver=priya)
    assert ids(f"q={words.replace(' ', '+')}", olga) == {ours.pk}


def test_single_letter_matches_any_text(olga: Manager) -> None:
    ours, theirs = two_sessions()
    assert ids("q=a", olga) == {ours.pk, theirs.pk}  # Priya, and connector A


def test_search_finds_by_id_and_unregistered_tag(olga: Manager) -> None:
    guest = builders.session(id_tag_value="GUEST77")
    builders.session()
    assert ids(f"q={guest.pk}+guest", olga) == {guest.pk}
    assert ids("q=guest77", olga) == {guest.pk}
    assert ids("q=nobody+at+all", olga) == set()


def test_reasons_with_same_label_are_found_together(olga: Manager) -> None:
    both = {builders.session(end_reason=code).pk for code in ("HardReset", "SoftReset")}
    builders.session(end_reason="Local")
    assert ids("reason=HardReset", olga) == both


def test_dates_are_days_in_site_time(olga: Manager) -> None:
    perth = builders.station(at=builders.site("Perth", time_zone="Australia/Perth"))
    sydney = builders.station(at=builders.site("Sydney"))
    late = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)  # 23:30 in Perth, 02:30 of the next day in Sydney
    there = builders.session(on=perth, started_at=late)
    here = builders.session(on=sydney, started_at=late)
    assert ids("started_after=2026-03-03&started_before=2026-03-03", olga) == {there.pk}
    assert ids("started_after=2026-03-04&started_before=2026-03-04", olga) == {here.pk}


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        # Sydney's clocks go forward on 4 October 2026 (a day of 23 h) and back on 5 April 2026 (25 h).
        ("2026-10-04", "2026-10-03T14:00", "2026-10-04T12:59:59"),
        ("2026-04-05", "2026-04-04T13:00", "2026-04-05T13:59:59"),
    ],
)
def test_days_of_clock_changes_are_whole(olga: Manager, day: str, first: str, last: str) -> None:
    where = builders.station()
    begin, end = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (first, last))
    inside = {builders.session(on=where, started_at=at).pk for at in (begin, end)}
    for at in (begin - timedelta(seconds=1), end + timedelta(seconds=1)):
        builders.session(on=where, started_at=at)
    assert ids(f"started_after={day}&started_before={day}", olga) == inside


def test_today_is_the_day_at_the_site(olga: Manager) -> None:
    perth = builders.station(at=builders.site("Perth", time_zone="Australia/Perth"))
    sydney = builders.station(at=builders.site("Sydney"))
    now = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
    started = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)  # still today in Perth, yesterday in Sydney
    there, here = (builders.session(on=where, started_at=started) for where in (perth, sydney))
    with mock.patch.object(timezone, "now", return_value=now):
        assert ids("range=today", olga) == {there.pk}
        assert ids("range=yesterday", olga) == {here.pk}
        assert ids("range=last-7-days", olga) == ids("range=this-month", olga) == {there.pk, here.pk}
        assert ids("range=last-month", olga) == set()


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("range=this-month&started_after=2026-03-10", {11, 20}),
        ("range=this-month&started_before=2026-03-15", {2, 11}),
        ("range=this-month&started_after=2026-03-10&started_before=2026-03-15", {11}),
        ("range=this-month&started_after=2026-01-01&started_before=2026-12-31", {2, 11, 20}),
        ("range=today&started_before=2026-03-15", set()),
    ],
)
def test_named_range_and_dates_both_apply(olga: Manager, query: str, days: set[int]) -> None:
    where = builders.station()
    started = {day: datetime(2026, 3, day, 12, tzinfo=UTC) for day in (2, 11, 20)}
    days_by_id = {builders.session(on=where, started_at=at).pk: day for day, at in started.items()}
    with mock.patch.object(timezone, "now", return_value=started[20] + timedelta(hours=3)):
        assert {days_by_id[pk] for pk in ids(query, olga)} == days


@pytest.mark.parametrize(
    ("max_power_w", "minutes", "level"),
    [(3_700, 120, "warning"), (7_400, 60, "warning"), (22_000, 30, "warning"), (50_000, 15, "warning"),
     (None, 30, "warning"), (3_700, 240, "high"), (50_000, 30, "high")],
)  # fmt: skip
def test_inactivity_level_depends_on_the_rating(
    olga: Manager, max_power_w: int | None, minutes: int, level: str
) -> None:
    where = builders.station(max_power_w=max_power_w)
    idle = builders.session(on=where, idle_s=minutes * 60)
    builders.session(on=where, idle_s=minutes * 60 - 1)
    assert ids(f"level={level}", olga) == {idle.pk}


@pytest.mark.parametrize("tab", [HISTORY, IN_PROGRESS])
def test_unpriced_filter_selects_sessions_without_price(olga: Manager, tab: str) -> None:
    lasted = timedelta(hours=1) if tab == HISTORY else None
    unpriced = builders.session(lasted=lasted)
    for price in ("0", "5.09"):
        builders.session(lasted=lasted, price=Decimal(price), currency="AUD")
    assert ids("price=none", olga, tab) == {unpriced.pk}


def test_chip_names_its_filter_and_links_without_it(olga: Manager) -> None:
    ours, _ = two_sessions()
    params = QueryDict(f"site={ours.site_id}&idle_min=30&q=priya&sort=-price&page=3&range=this-year")
    chips_by_label = {chip.label: chip for chip in chips(params, filter_sessions(params, HISTORY, olga).form)}
    assert chips_by_label["Site"].text == "Harbour Towers"
    assert chips_by_label["Idle for at least (minutes)"].text == "30 min"
    rest = QueryDict(chips_by_label["Site"].without)
    assert "site" not in rest
    assert "page" not in rest
    assert (rest["idle_min"], rest["sort"]) == ("30", "-price")


def test_filter_values_of_other_sites_are_invalid() -> None:
    ours, theirs = two_sessions()
    dana = builders.manager(of=[ours.site])
    for query in (f"site={theirs.site_id}", f"station={theirs.station_id}", f"driver={theirs.driver_id}",
                  f"area={theirs.site_area_id}", f"company={theirs.site.company_id}"):  # fmt: skip
        filtered = filter_sessions(QueryDict(query), HISTORY, dana)
        assert not filtered.is_valid
        assert not filtered.sessions.exists()


def keys_of(flag: Flag) -> list[str]:
    return [key for key in reason_keys(flag) if key != "any"]


@pytest.mark.parametrize("flag", FLAG_LABELS)
@pytest.mark.parametrize(("tab", "lasted"), [(IN_PROGRESS, None), (HISTORY, timedelta(hours=1))])
def test_each_reason_is_a_filter(olga: Manager, flag: Flag, tab: str, lasted: timedelta | None) -> None:
    [key] = keys_of(flag)
    flagged = builders.session(flags=flag | Flag.NO_DRIVER, lasted=lasted)
    other = builders.session(flags=~flag & (Flag.NO_PRICE | Flag.NO_ENERGY), lasted=lasted)
    builders.session(lasted=lasted)

    assert flagged.pk in ids(f"look={key}", olga, tab)
    assert other.pk not in ids(f"look={key}", olga, tab)
    assert ids("look=any", olga, tab) == {flagged.pk, other.pk}


def test_several_reasons_are_alternatives(olga: Manager) -> None:
    fell, jumped = (builders.session(flags=flag) for flag in (Flag.REGISTER_FELL, Flag.REGISTER_JUMPED))
    builders.session(flags=Flag.NO_DRIVER)

    assert ids("look=register-fell&look=register-jumped", olga) == {fell.pk, jumped.pk}


@pytest.mark.parametrize("value", ["register", "any,no-price", "1024", "no_price"])
def test_unknown_reason_shows_no_sessions(olga: Manager, value: str) -> None:
    builders.session(flags=Flag.NO_PRICE)

    filtered = filter_sessions(QueryDict(f"look=any&look={value}"), HISTORY, olga)

    assert (filtered.is_valid, filtered.sessions.count()) == (False, 0)


def test_reason_is_a_chip_with_its_label(olga: Manager) -> None:
    params = QueryDict("look=register-jumped&look=any")

    labels = [(chip.label, chip.text) for chip in chips(params, filter_sessions(params, HISTORY, olga).form)]

    assert labels == [("Needs a look", REASON_CHOICES[key]) for key in ("register-jumped", "any")]
