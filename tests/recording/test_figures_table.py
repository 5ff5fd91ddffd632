"""What meters and clocks that lie give through the recorder: the same as the reference, case by case.

The cases are those of the reference's own tests: the reported ones by their numbers, and their
relatives. Each session that they make up is told to the recorder as OCPP 1.6 messages in order of arrival.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby, product
from types import ModuleType
from typing import Any

import pytest

from sessions_app import recording
from sessions_app.domain.flags import Flag
from sessions_app.ingest import v16
from sessions_app.models import ChargingSession, ChargingStation, MeterSample
from tests.domain import test_reference, test_reference_relatives
from tests.domain.reference import Result, Session, building, work_out
from tests.support import builders

pytestmark = pytest.mark.django_db

FLAGS = {
    "register fell": Flag.REGISTER_FELL,
    "register jumped": Flag.REGISTER_JUMPED,
    "stop and readings differ": Flag.STOP_DIFFERS,
    "power beyond 1.5 × the rating": Flag.BEYOND_RATING,
    "station clock off": Flag.STATION_CLOCK,
    "unplugged while offline": Flag.UNPLUGGED_OFFLINE,
    "negative time": Flag.NEGATIVE_TIME,
    "no energy": Flag.NO_ENERGY,
}
LEFT_OUT = {
    "test_14_stop_that_arrives_before_its_start",  # which session a message means: test_session_matching
    "test_bounds_of_a_clock_offset",  # a lead is told to the second only by the reference
}
Case = tuple[Callable[..., None], dict[str, Any]]
Event = tuple[datetime, str, dict[str, Any]]


def cases(module: ModuleType) -> Iterator[Any]:
    """Yield the tests of a module with their parameters."""
    for name, test in vars(module).items():
        if not name.startswith("test_") or name in LEFT_OUT:
            continue
        choices = [_choices(mark) for mark in getattr(test, "pytestmark", [])]
        for number, chosen in enumerate(product(*choices)):
            fields = {key: value for each in chosen for key, value in each.items()}
            yield pytest.param((test, fields), id=f"{name.removeprefix('test_')}-{number}")


def _choices(mark: Any) -> list[dict[str, Any]]:
    names, values = mark.args
    if isinstance(names, str):
        return [{names: value} for value in values]
    return [dict(zip(names, value, strict=True)) for value in values]


@pytest.mark.parametrize("case", [*cases(test_reference), *cases(test_reference_relatives)])
def test_recorder_agrees_with_the_reference(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Session, Result]] = []

    def noted(session: Session) -> Result:
        told.append((session, work_out(session)))
        return told[-1][1]

    for module in (building, test_reference, test_reference_relatives):
        monkeypatch.setattr(module, "work_out", noted)
    case[0](**case[1])
    assert told
    for session, expected in told:
        assert_same(tell(session, monkeypatch), session, expected)


def assert_same(found: ChargingSession, session: Session, expected: Result) -> None:
    flags = {name for name, flag in FLAGS.items() if found.flags & flag}
    assert flags == {flag.name for flag in expected.flags if flag.name in FLAGS}
    assert abs(found.energy_wh - expected.energy_wh) <= Decimal("0.001")
    assert abs(found.estimated_wh - expected.estimated_wh) <= Decimal("0.001")
    peak_w = None if expected.peak_w is None else pytest.approx(float(expected.peak_w))
    assert found.peak_power_w == peak_w
    assert found.started_at == expected.start
    powers = dict(MeterSample.objects.filter(session=found).values_list("at", "grid_power_w"))
    for at, power_w in expected.power_by_reading.items():
        assert powers[at] == (None if power_w is None else pytest.approx(float(power_w)))
    if session.stop is not None:
        assert found.ended_at == expected.end
        assert abs(found.idle_s - expected.count("idle")) <= 1
        assert abs(found.held_back_s - expected.count("held back")) <= 1


def tell(session: Session, monkeypatch: pytest.MonkeyPatch) -> ChargingSession:
    """Record a session of the reference message by message, and return what is stored of it."""
    connector = session.connector
    station = builders.station(connectors=1, max_power_w=connector.rating_w)
    station.connectors.update(phases=connector.phases or 1, limit_a=connector.limit_a)
    session_id = 0
    silent = {absence.back for absence in session.absences}
    for arrived, action, payload in sorted(events(session), key=lambda each: each[0]):
        if arrived not in silent:  # a heartbeat each minute
            seen_at = arrived - timedelta(seconds=30)
            ChargingStation.objects.filter(pk=station.pk, last_seen_at__lt=seen_at).update(last_seen_at=seen_at)
        own = {"transactionId": session_id} if payload.pop("is_named", False) else {}
        monkeypatch.setattr("sessions_app.recording.timezone.now", lambda at=arrived: at)
        parsed = v16.parse_call(station.pk, action, {"connectorId": 1} | payload | own, arrived)
        assert parsed is not None
        outcomes, _ = recording.record(parsed)
        if action == "StartTransaction":
            session_id = outcomes[0].transaction_id
    return ChargingSession.objects.get(pk=session_id)


def events(session: Session) -> Iterator[Event]:
    """Yield arrival, action and payload of all that a session consists of."""
    start, stop = session.start, session.stop
    yield start.arrived, "StartTransaction", {"idTag": "T", "meterStart": start.meter, **_stamp(start.stated)}
    for (arrived, is_named), messages in groupby(session.messages, key=lambda m: (m.arrived, m.has_transaction_id)):
        values = [{"sampledValue": list(each.values), **_stamp(each.stated)} for each in messages]
        yield arrived, "MeterValues", {"meterValue": values, "is_named": is_named}
    for status in session.statuses:
        yield status.arrived, "StatusNotification", {"status": status.status, **_stamp(status.stated)}
    for absence in session.absences:
        yield absence.last_heard, "Heartbeat", {}
        yield absence.back, "BootNotification", {}
    if stop is not None:
        yield stop.arrived, "StopTransaction", {"meterStop": stop.meter, "is_named": True, **_stamp(stop.stated)}


def _stamp(stated: datetime | None) -> dict[str, str]:
    return {} if stated is None else {"timestamp": stated.isoformat()}
