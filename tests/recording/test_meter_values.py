"""MeterValues of real stations give the same figures in any order and batching."""

from datetime import datetime
from typing import Any

import pytest

from sessions_app.ingest import v16
from sessions_app.models import ChargingSession, ChargingStation
from sessions_app.recording import record
from tests.support import builders
from tests.support.event_builders import facts, minutes

pytestmark = pytest.mark.django_db(transaction=True)

RECEIVED_AT = minutes(60)

Item = dict[str, Any]


def measured_at(minute: float, **measurands: Any) -> Item:
    """Return a meterValue; `register=1000` and `L1_Current_Import="16"` name measurand and phase."""
    return {
        "timestamp": stamp(minute),
        "sampledValue": [_sampled(name, str(value)) for name, value in measurands.items()],
    }


def _sampled(name: str, value: str) -> dict[str, str]:
    if name == "register":
        return {"value": value}
    phase, _, measurand = name.partition("_") if name.startswith("L") else ("", "", name)
    return {"value": value, "measurand": measurand.replace("_", "."), "phase": phase}


def stamp(minute: float) -> str:
    return minutes(minute).isoformat()


def tell(station: ChargingStation, action: str, payload: Any, *, received_at: datetime = RECEIVED_AT) -> int:
    outcomes, _ = record(v16.parse_call(station.pk, action, {"connectorId": 1} | payload, received_at) or ())
    return outcomes[0].transaction_id


def begun(station: ChargingStation) -> int:
    return tell(station, "StartTransaction", {"idTag": "T", "meterStart": 1000, "timestamp": stamp(0)})


def charged(*batches: list[Item], max_power_w: int = 22_000, phases: int = 3) -> dict[str, Any]:
    """Record a session with one MeterValues for each batch, and return its columns and samples."""
    station = builders.station(max_power_w=max_power_w)
    station.connectors.update(phases=phases)
    session_id = begun(station)
    for batch in batches:
        tell(station, "MeterValues", {"transactionId": session_id, "meterValue": batch})
    return facts(session_id)


def same_in_any_order(items: list[Item], **fields: int) -> dict[str, Any]:
    """Return the figures of these readings; assert that order and batching do not change them."""
    one_by_one = charged(*([each] for each in items), **fields)
    at_once = charged(items, **fields)
    backwards = charged(*([each] for each in reversed(items)), **fields)
    assert _figures(one_by_one) == _figures(at_once) == _figures(backwards)
    return one_by_one


def _figures(stored: dict[str, Any]) -> dict[str, Any]:
    own = {"id", "station_id", "connector_id", "site_area_id", "site_id", "session_id"}
    samples = [{k: v for k, v in each.items() if k not in own} for each in stored["samples"]]
    return {k: v for k, v in stored.items() if k not in own} | {"samples": samples}


def test_calculated_power_stays_distinct_from_reported_power() -> None:
    standby = [measured_at(5 * n, register=2000, L1_Voltage=230, L1_Current_Import=0.6) for n in range(1, 8)]

    stored = same_in_any_order(standby)

    assert (stored["idle_s"], stored["power_w"]) == (0, 138)
    assert {each["power_w"] for each in stored["samples"]} == {None}


def test_current_without_phase_is_that_of_each_phase() -> None:
    items = [measured_at(n, register=1000 + 180 * n, Voltage=230, Current_Import=16) for n in range(1, 5)]

    stored = same_in_any_order(items)

    assert stored["peak_power_w"] == pytest.approx(3 * 16 * 230)


@pytest.mark.parametrize(("phases", "power_w"), [(0, 40_000), (3, 40_000)])
def test_current_without_phase_is_a_sum_beyond_the_rating(phases: int, power_w: float) -> None:
    items = [measured_at(n, Voltage=400, Current_Import=100) for n in range(1, 5)]

    stored = same_in_any_order(items, max_power_w=50_000, phases=phases)

    assert stored["power_w"] == power_w


def test_repeated_current_without_phase_changes_nothing() -> None:
    station = builders.station()
    session_id = begun(station)
    payload = {"transactionId": session_id, "meterValue": [measured_at(1, Voltage=230, Current_Import=16)]}
    tell(station, "MeterValues", payload)
    before = facts(session_id)

    _, changes = record(v16.parse_call(station.pk, "MeterValues", {"connectorId": 1} | payload, RECEIVED_AT) or ())

    assert (facts(session_id), changes) == (before, [])


def test_state_of_charge_readings_do_not_cut_inactivity() -> None:
    items = [measured_at(n, register=2000) if n % 2 == 0 else measured_at(n, SoC=80) for n in range(2, 43)]

    stored = same_in_any_order(items)

    assert (stored["idle_s"], stored["battery"]) == (2400, 80)


def test_register_drop_makes_no_inactivity_and_no_peak() -> None:
    items = [measured_at(5 * n, register=0 if n in {3, 6} else 1000 + 500 * n) for n in range(1, 9)]

    stored = same_in_any_order(items)

    assert (stored["energy_wh"], stored["idle_s"]) == (4000, 0)
    assert stored["peak_power_w"] == pytest.approx(6_000)


def test_totals_of_an_old_format_are_recomputed() -> None:
    station = builders.station()
    session_id = begun(station)
    tell(station, "MeterValues", {"transactionId": session_id, "meterValue": [measured_at(5, register=1500)]})
    ChargingSession.objects.update(totals='{"at": "2026-03-03T12:05:00Z", "register_wh": "1500"}')

    tell(station, "MeterValues", {"transactionId": session_id, "meterValue": [measured_at(9, register=1900)]})

    stored = facts(session_id)
    assert (stored["energy_wh"], stored["reading_count"]) == (900, 2)


def test_stop_keeps_readings_of_a_clock_two_hours_ahead() -> None:
    station = builders.station()
    start = {"idTag": "T", "meterStart": 1000, "timestamp": stamp(120)}
    session_id = tell(station, "StartTransaction", start, received_at=minutes(0))
    readings = [measured_at(120 + n, register=1000 + 100 * n) for n in range(1, 30)]
    stop = {"transactionId": session_id, "meterStop": -1, "timestamp": stamp(150)}

    tell(station, "StopTransaction", stop | {"transactionData": readings}, received_at=minutes(30))

    stored = facts(session_id)
    assert (stored["energy_wh"], stored["reading_count"], stored["peak_power_w"]) == (2900, 29, 6000)
