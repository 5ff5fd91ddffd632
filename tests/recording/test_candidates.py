"""What the batch loads for matching, and what is kept of transaction ids and of messages without a session."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sessions_app import recording
from sessions_app.domain import events
from sessions_app.domain.events import Event
from sessions_app.models import ChargingSession, ChargingStation, DeadLetter
from sessions_app.queries.event_batch import load_batch
from sessions_app.recording import record
from sessions_app.recording.event_handlers import apply_event
from tests.support import builders
from tests.support.event_builders import measured, minutes, session, start, started, status, stopped

pytestmark = pytest.mark.django_db(transaction=True)


def late_traffic(station: ChargingStation, visits: int) -> list[Event]:
    """Return readings, stops and statuses of visits that are long over, without ids, the last visit first."""
    return [
        event
        for visit in reversed(range(visits))
        for event in (
            measured(station, "", (60 * visit + 10, 1000 * visit + 100)),
            measured(station, f"own {visit}", (60 * visit + 20, 1000 * visit + 200)),
            stopped(station, "", minute=60 * visit + 30, wh=1000 * visit + 300, id_tag="TAG", reason="Remote"),
            status(station, 60 * visit + 40),
        )
    ]


def with_visits(count: int) -> ChargingStation:
    station = builders.station(connectors=1)
    record([started(station, at=minutes(60 * visit), wh=1000 * visit) for visit in range(count)])
    return station


def query_count(batch: Sequence[Event]) -> int:
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        load_batch(batch)
    return len(queries)


def test_number_of_queries_does_not_grow_with_late_messages() -> None:
    few, many = with_visits(2), with_visits(20)

    counts = [query_count(late_traffic(few, 2)), query_count(late_traffic(many, 20))]

    assert counts[0] == counts[1] <= 12


def test_rules_run_without_a_query(django_assert_num_queries: object) -> None:
    station = with_visits(8)
    messages = [*late_traffic(station, 8), started(station, at=minutes(500)), measured(station, "new", (600, 9_999))]
    with transaction.atomic():
        batch = load_batch(messages)

    with django_assert_num_queries(0):  # type: ignore[operator]
        results = [apply_event(batch, message, now=minutes(900)) for message in messages]

    assert any(result.draft for result in results)


def test_recording_reads_through_queries_only() -> None:
    modules = Path(recording.__file__).parent.glob("*.py")

    assert [path.name for path in modules if ".objects" in path.read_text()] == []


def test_late_messages_in_one_batch_match_as_one_by_one() -> None:
    stations = [with_visits(4) for _ in range(2)]
    together, apart = (late_traffic(station, 4) for station in stations)

    record(together)
    for message in apart:
        record([message])

    columns = ("started_at", "ended_at", "end_reason", "reading_count", "energy_wh", "flags")
    found = [list(ChargingSession.objects.filter(station=s).order_by("started_at").values(*columns)) for s in stations]
    assert found[0] == found[1]
    assert sum(each["reading_count"] for each in found[0]) == 8


def test_single_stray_id_is_not_confirmed() -> None:
    station = builders.station()
    pk = start(station)

    record([measured(station, pk, (1, 1100)), measured(station, 555, (2, 1200))])
    assert session(pk).station_transaction_uses == 1

    record([measured(station, pk, (3, 1300)), measured(station, 555, (4, 1400))])
    assert session(pk).station_transaction_uses == 1


def test_id_used_in_two_messages_is_confirmed() -> None:
    station = builders.station()
    pk = start(station)

    record([measured(station, 555, (2, 1200))])
    record([measured(station, 555, (2, 1200))])  # a repetition
    assert session(pk).station_transaction_uses == 1

    record([measured(station, 555, (3, 1300))])
    assert (session(pk).station_transaction_id, session(pk).station_transaction_uses) == ("555", 2)


def test_station_that_counts_itself_gets_its_own_sessions() -> None:
    station = builders.station(connectors=1)
    first = start(station)
    record([stopped(station, first, minute=30, wh=2000), status(station, 31)])
    second = start(station, at=minutes(60), wh=2000)

    record([measured(station, first, (70, 2500)), measured(station, first, (80, 2600))])
    record([stopped(station, first, minute=90, wh=3000)])

    assert (session(first).reading_count, session(first).ended_at) == (0, minutes(30))
    assert (session(second).reading_count, session(second).ended_at) == (2, minutes(90))


def test_dead_letter_says_why_no_session_matches() -> None:
    station = builders.station()
    first = start(station)
    record([stopped(station, first, minute=30, reason="EVDisconnected"), status(station, 40, "Charging")])

    record([measured(station, "", (45, 8000))])

    letter = DeadLetter.objects.get()
    assert letter.reason == "ended_before"
    admin = Client()
    admin.force_login(builders.operator())
    page = admin.get(f"/admin/sessions_app/deadletter/{letter.pk}/change/").text
    assert "The last session on the connector had ended." in page


def test_start_without_connector_says_so() -> None:
    station = builders.station()
    fallback = events.UnparsedMessage(
        station_id=station.pk, at=minutes(0), action="StartTransaction", payload="{}", error="No connector."
    )

    record([msgspec.structs.replace(started(station, connector=0), fallback=fallback)])

    assert DeadLetter.objects.get().reason == "no_connector"
