"""What stations send of the reported cases through real sockets: energy, idle time, price, flags, one session."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from sessions_app.domain.flags import Flag
from sessions_app.models import ChargingSession, ChargingStation, DeadLetter
from tests.domain import test_reference
from tests.domain.reference import Result, Session, building, work_out
from tests.flows.figure_scenarios import CASES, RELATIVES, Expected
from tests.recording.test_figures_table import FLAGS, assert_same, events
from tests.support import builders
from tests.support.browser_client import sign_in
from tests.support.clocked_server import ClockedServer, clocked_server
from tests.support.export_files import read_csv
from tests.support.station_client import Station, connect_station

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ClockedServer]:
    with clocked_server(monkeypatch, building.BEGAN - timedelta(minutes=1)) as running:
        yield running


def reported_session(number: int, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Return the session that the reference's test of that number is about."""
    told: list[Session] = []

    def noted(session: Session) -> Result:
        told.append(session)
        return work_out(session)

    [test] = [test for name, test in vars(test_reference).items() if name.startswith(f"test_{number:02}_")]
    with monkeypatch.context() as patch:
        for module in (building, test_reference):
            patch.setattr(module, "work_out", noted)
        marks = getattr(test, "pytestmark", [])
        test(**{mark.args[0]: mark.args[1][0] for mark in marks})
    return told[0]


def send(server: ClockedServer, session: Session, tariff: tuple[Any, ...], sessions: int = 1) -> ChargingSession:
    """Let a station send the session, each message at its time; return what is stored of it."""
    connector = session.connector
    builders.policy(*tariff, currency="AUD", valid_from=building.BEGAN - timedelta(days=1))
    row = builders.station(at=builders.site(time_zone="UTC"), connectors=1, max_power_w=connector.rating_w)
    row.connectors.update(phases=connector.phases or 1, limit_a=connector.limit_a)
    silent = {absence.back for absence in session.absences}
    with connect_station(server.ws, row) as station:
        for arrived, action, payload in sorted(events(session), key=lambda each: each[0]):
            if arrived not in silent:  # a heartbeat each minute
                seen_at = arrived - timedelta(seconds=30)
                ChargingStation.objects.filter(pk=row.pk, last_seen_at__lt=seen_at).update(last_seen_at=seen_at)
            server.now = arrived
            _call(station, action, payload)
    stored, *others = ChargingSession.objects.order_by("pk")
    assert [(each.energy_wh, each.flags & Flag.START_UNKNOWN > 0) for each in others] == [(0, True)] * (sessions - 1)
    return stored


def _call(station: Station, action: str, payload: dict[str, Any]) -> None:
    own = {"transactionId": station.transaction} if payload.pop("is_named", False) else {}
    required: dict[str, Any] = {"BootNotification": {"chargePointVendor": "Acme", "chargePointModel": "One"}}
    connector = {} if action in {"StopTransaction", "Heartbeat", "BootNotification"} else {"connectorId": 1}
    answer = station.request(action, **(required.get(action, {}) | connector | payload | own))
    if action == "StartTransaction":
        station.transaction = answer["transactionId"]


def assert_expected(found: ChargingSession, expected: Expected) -> None:
    assert found.energy_wh == Decimal(expected.wh)
    assert abs(found.idle_s - expected.idle_s) <= 1
    assert abs(found.held_back_s - expected.held_back_s) <= 1
    assert {name for name, flag in FLAGS.items() if found.flags & flag} == expected.flags
    assert found.price == Decimal(expected.price)


@pytest.mark.parametrize(
    ("number", "relative"),
    [(number, name) for number, case in CASES.items() for name in ("as reported", *case.relatives)],
)
def test_station_gets_the_right_figures(
    server: ClockedServer, monkeypatch: pytest.MonkeyPatch, number: int, relative: str
) -> None:
    session = RELATIVES[relative](reported_session(number, monkeypatch))

    found = send(server, session, CASES[number].tariff, CASES[number].sessions)

    assert_expected(found, CASES[number])
    assert_same(found, session, work_out(session))
    assert not DeadLetter.objects.exists()


@pytest.mark.parametrize(
    ("connectors", "id_tag", "times"), [(1, "", 1), (1, "TAG", 1), (1, "tag", 2), (2, "TAG", 1), (2, "tag", 2)]
)
def test_stop_before_its_start_is_one_session(server: ClockedServer, connectors: int, id_tag: str, times: int) -> None:
    server.now = building.clock(building.HOUR)
    stop = {"transactionId": 4711, "meterStop": 8000, "timestamp": server.now.isoformat()}
    with connect_station(server.ws, builders.station(connectors=connectors, max_power_w=11_000)) as station:
        for _ in range(times):
            station.request("StopTransaction", **stop, **({"idTag": id_tag} if id_tag else {}))
        server.now += timedelta(seconds=5)
        for _ in range(times):
            station.start(building.BEGAN, meter_wh=1000)

    [session] = ChargingSession.objects.all()
    assert (session.energy_wh, session.started_at, session.flags & Flag.START_UNKNOWN) == (7000, building.BEGAN, 0)
    assert session.ended_at == building.clock(building.HOUR)
    assert session.connector is not None


@pytest.mark.parametrize("fields", [{"idTag": "OTHER"}, {"meterStop": 900}])
def test_stop_of_another_car_stays_alone(server: ClockedServer, fields: dict[str, Any]) -> None:
    server.now = building.clock(building.HOUR)
    stop = {"transactionId": 4711, "meterStop": 8000, "timestamp": server.now.isoformat(), "idTag": "TAG"}
    with connect_station(server.ws, builders.station(connectors=1)) as station:
        station.request("StopTransaction", **(stop | fields))
        station.start(building.BEGAN, meter_wh=1000)

    assert ChargingSession.objects.count() == 2


@pytest.mark.parametrize("relative", ["as reported", "per phase", "doubled"])
def test_exported_peak_is_not_above_what_was_told(
    server: ClockedServer, monkeypatch: pytest.MonkeyPatch, relative: str
) -> None:
    session = RELATIVES[relative](reported_session(19, monkeypatch))

    send(server, session, CASES[15].tariff)

    file: Any = sign_in(builders.operator()).get(reverse("export-intervals", args=["history", "csv"]))
    intervals = read_csv(b"".join(file.streaming_content) if file.streaming else file.content)
    assert [row["Peak Power (kW)"] for row in intervals] == ["22.00"] * 4
    assert sum(Decimal(row["Energy (kWh)"]) for row in intervals) == 22
