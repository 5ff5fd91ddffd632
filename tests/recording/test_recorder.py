"""The recorder: batches, a bad event among good ones, and an unavailable database."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import InternalError, OperationalError, connection, connections

from sessions_app import recorder as module
from sessions_app import recording
from sessions_app.domain import events
from sessions_app.domain.events import Outcome
from sessions_app.models import ChargingSession, ChargingStation, DeadLetter
from sessions_app.recorder import Recorder
from sessions_app.store.database_thread import accepts_writes
from tests.support import builders
from tests.support.builders import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def seen(number: int) -> events.Heartbeat:
    return events.Heartbeat(station_id=number, at=NOON)


def start(station: ChargingStation, connector: int, tag: str) -> events.Started:
    return events.Started(station_id=station.pk, at=NOON, connector=connector, id_tag=tag, meter_start_wh=None)


async def record_all(*batch: Any) -> list[Outcome]:
    recorder = Recorder()
    try:
        return await asyncio.gather(*(recorder.record(event) for event in batch))
    finally:
        await recorder.stop()


def test_events_during_a_commit_form_the_next_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, begun, gate = [], threading.Event(), threading.Event()

    def record(batch: Sequence[Any]) -> Any:
        sizes.append(len(batch))
        begun.set()
        gate.wait(10)
        return [Outcome(transaction_id=event.station_id) for event in batch], []

    monkeypatch.setattr(module, "record", record)

    async def scenario() -> list[Outcome]:
        recorder = Recorder()
        first = asyncio.create_task(recorder.record(seen(0)))
        await asyncio.to_thread(begun.wait, 10)
        others = [asyncio.create_task(recorder.record(seen(n))) for n in range(1, 50)]
        await asyncio.sleep(0)
        gate.set()
        outcomes = await asyncio.gather(first, *others)
        await recorder.stop()
        return outcomes

    outcomes = asyncio.run(scenario())

    assert sizes == [1, 49]
    assert [each.transaction_id for each in outcomes] == list(range(50))


def test_bad_event_becomes_a_dead_letter_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    station = builders.station()
    real = recording.record

    def record(batch: Sequence[Any]) -> Any:
        if any(getattr(event, "id_tag", "") == "BAD" for event in batch):
            raise RuntimeError("a rule that does not hold")
        return real(batch)

    monkeypatch.setattr(module, "record", record)
    outcomes = asyncio.run(record_all(start(station, 1, "GOOD"), start(station, 2, "BAD")))

    assert [each.tag_status for each in outcomes] == ["Invalid", "Accepted"]
    assert ChargingSession.objects.get().id_tag_value == "GOOD"
    dead_letter = DeadLetter.objects.get()
    assert (dead_letter.station, dead_letter.action) == (station, "Started")
    assert "BAD" in dead_letter.payload


def test_events_wait_while_the_database_is_unavailable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    station = builders.station()
    real, failures = recording.record, iter([True, True])

    def record(batch: Sequence[Any]) -> Any:
        if next(failures, False):
            raise OperationalError("the connection is lost")
        return real(batch)

    monkeypatch.setattr(module, "record", record)
    monkeypatch.setattr(module, "RETRY_AFTER_S", (0.0,))
    outcomes = asyncio.run(record_all(start(station, 1, "T")))

    assert outcomes[0].transaction_id == ChargingSession.objects.get().pk


def test_permanently_refused_event_blocks_no_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    station = builders.station()
    real = recording.record

    def record(batch: Sequence[Any]) -> Any:
        if len(batch) > 1 or getattr(batch[0], "id_tag", "") == "BAD":
            raise OperationalError("Expression tree is too large")
        return real(batch)

    monkeypatch.setattr(module, "record", record)
    monkeypatch.setattr(module, "RETRY_AFTER_S", (0.0,))

    outcomes = asyncio.run(
        record_all(seen(station.pk), *(start(station, n, tag) for n, tag in ((1, "GOOD"), (2, "BAD"))))
    )

    assert outcomes[1].transaction_id == ChargingSession.objects.get().pk
    assert "BAD" in DeadLetter.objects.get().payload


def test_read_only_database_counts_as_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    station = builders.station()
    real, attempts, refusals = recording.record, iter(range(8)), iter([False] * 5)

    def record(batch: Sequence[Any]) -> Any:
        if next(attempts) < 7:
            raise InternalError("cannot execute UPDATE in a read-only transaction")
        return real(batch)

    monkeypatch.setattr(module, "record", record)
    monkeypatch.setattr(module, "accepts_writes", lambda: next(refusals, True))
    monkeypatch.setattr(module, "RETRY_AFTER_S", (0.0,))

    outcomes = asyncio.run(record_all(start(station, 1, "T")))

    assert outcomes[0].transaction_id == ChargingSession.objects.get().pk
    assert not DeadLetter.objects.exists()


def test_recorder_checks_that_the_database_accepts_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert accepts_writes()

    def refuse(*args: Any) -> None:
        raise OperationalError("attempt to write a readonly database")

    with connection.execute_wrapper(refuse):
        assert not accepts_writes()


def test_deleted_station_records_nothing() -> None:
    outcomes = asyncio.run(record_all(events.Heartbeat(station_id=999_999, at=NOON)))

    assert outcomes[0].tag_status == "Invalid"
    connections.close_all()
