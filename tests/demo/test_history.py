from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sessions_app.demo import fixtures, history

UNTIL = datetime(2026, 3, 31, 3, 0, tzinfo=UTC)


def fortnight() -> list[history.RecordedVisit]:
    return history.recorded_visits(fixtures.demo_stations(), since=UNTIL - timedelta(days=14), until=UNTIL)


def test_same_days_have_the_same_history() -> None:
    assert fortnight() == fortnight()


def test_one_connector_serves_one_car_at_a_time() -> None:
    by_plug: dict[tuple[str, int], list[history.RecordedVisit]] = {}
    for each in fortnight():
        by_plug.setdefault((each.visit.station.identity, each.visit.connector), []).append(each)

    assert len(by_plug) == 28
    for visits in by_plug.values():
        for before, after in pairwise(visits):
            assert before.visit.leaves_at <= after.visit.plugged_in_at


def test_history_ends_at_the_given_time() -> None:
    whole = fortnight()

    assert all(each.visit.leaves_at < UNTIL for each in whole)
    assert len(whole) > 14 * 14


def test_later_day_continues_the_earlier_without_repeats() -> None:
    middle = UNTIL - timedelta(days=3)
    later = history.recorded_visits(fixtures.demo_stations(), since=middle, until=UNTIL)

    seeds = {each.visit.seed for each in later}

    assert seeds < {each.visit.seed for each in fortnight()}
    assert all(each.visit.plugged_in_at > middle for each in later)


def test_more_stations_follow_the_first_fourteen() -> None:
    identities = [station.identity for station in fixtures.demo_stations(17)]

    assert identities[:14] == [station.identity for station in fixtures.demo_stations()]
    assert identities[14:] == ["HT-B3-01", "HT-B3-02", "HT-B3-03"]
    assert [station.identity for station in fixtures.demo_stations(3)] == identities[:3]


def test_driver_has_one_bay() -> None:
    bays: dict[str, set[tuple[str, int, str]]] = {}
    for each in fortnight():
        bays.setdefault(each.visit.tag, set()).add(
            (each.visit.station.identity, each.visit.connector, each.visit.station.habit)
        )
    homes = [[bay for bay in where if bay[2] == "home"] for tag, where in bays.items() if tag != "C0FFEE01"]

    assert max(len(each) for each in homes) == 1
