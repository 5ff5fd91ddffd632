"""TransactionEvents of OCPP 2.x become sessions: in any order, twice, with parts missing, with odd fields."""

import random
from decimal import Decimal
from typing import Any

import pytest

from sessions_app.domain.events import Outcome
from sessions_app.domain.flags import Flag
from sessions_app.ingest import v201
from sessions_app.models import ChargingSession, ChargingStation, Connector, DeadLetter, IdTag, MeterSample
from sessions_app.recording import record
from tests.support import builders
from tests.support.event_builders import facts, minutes, start
from tests.support.station_201 import meter_value, transaction_event

pytestmark = pytest.mark.django_db
LATE = minutes(600)  # when a queue arrives


def tell(station: ChargingStation, payload: Any, *, action: str = "TransactionEvent", at: Any = LATE) -> Outcome:
    outcomes, _ = record(v201.parse_call(station.pk, action, payload, at) or ())
    return outcomes[0]


def parts(transaction: str = "T-1", *, minute: int = 0, wh: int = 1000, **more: Any) -> list[dict[str, Any]]:
    """Return the parts of an hour at 6 kW: Started, a reading each ten minutes, Ended."""
    begin = meter_value(minutes(minute), wh, context="Transaction.Begin")
    end = meter_value(minutes(minute + 60), wh + 6000, context="Transaction.End")
    started = transaction_event("Started", minutes(minute), begin, transaction=transaction, token="TAG", **more)
    updated = [
        transaction_event(
            "Updated",
            minutes(minute + after),
            meter_value(minutes(minute + after), wh + 100 * after, power_w=6000),
            transaction=transaction,
            seq=after,
            info={"chargingState": "Charging"},
            **more,
        )
        for after in range(10, 60, 10)
    ]
    reason = {"stoppedReason": "EVDisconnected"}
    ended = transaction_event(
        "Ended", minutes(minute + 60), end, transaction=transaction, seq=60, trigger="EVDeparted", info=reason, **more
    )
    return [started, *updated, ended]


def status(station: ChargingStation, minute: float, name: str, *, evse: int = 1) -> None:
    payload = {"timestamp": minutes(minute).isoformat(), "connectorStatus": name, "evseId": evse, "connectorId": 1}
    tell(station, payload, action="StatusNotification", at=minutes(minute))


def only() -> ChargingSession:
    return ChargingSession.objects.get()


@pytest.mark.parametrize("seed", range(12))
def test_any_order_gives_the_same_session(seed: int) -> None:
    builders.policy()
    in_order, shuffled = builders.station("ONE"), builders.station("TWO")
    for each in parts(offline=True):
        tell(in_order, each)
    mixed = [*parts(offline=True), *parts(offline=True)]
    random.Random(seed).shuffle(mixed)
    for each in mixed:
        tell(shuffled, each)

    one, two = (facts(ChargingSession.objects.get(station=each).pk) for each in (in_order, shuffled))
    names = ("started_at", "ended_at", "energy_wh", "price", "id_tag_value", "end_reason", "flags", "idle_s")
    assert {name: two[name] for name in names} == {name: one[name] for name in names}
    assert (one["energy_wh"], one["price"]) == (6000, Decimal("2.10"))
    assert [each["energy_wh"] for each in two["samples"]] == [each["energy_wh"] for each in one["samples"]]


def test_lost_start_does_not_hide_the_session() -> None:
    tell(builders.station(), transaction_event("Updated", minutes(5), info={"chargingState": "Charging"}))

    session = only()
    assert (session.started_at, session.is_in_progress) == (minutes(5), True)
    assert session.flags & Flag.START_UNKNOWN


def test_evse_of_the_first_part_is_remembered() -> None:
    station = builders.station()
    started, *others = parts()
    for each in (started, *({**part, "evse": None} for part in others)):
        tell(station, each)

    assert only().connector == Connector.objects.get(station=station, number=1)
    assert only().energy_wh == 6000


def test_evse_may_come_in_a_later_part() -> None:
    station = builders.station()
    tell(station, transaction_event("Started", minutes(0), evse=None))
    assert only().connector is None

    tell(station, transaction_event("Updated", minutes(1), evse=2))

    assert only().connector == Connector.objects.get(station=station, number=2)


def test_replayed_queue_revives_no_ended_session() -> None:
    station = builders.station()
    for each in parts():
        tell(station, each)
    before = facts(only().pk)

    for each in parts()[:-1]:
        tell(station, each)

    assert facts(only().pk) == before


def test_numbering_that_starts_again_is_a_new_session() -> None:
    station = builders.station()
    for each in (*parts("1"), *parts("1", minute=120, wh=7000)):
        tell(station, each)

    sessions = ChargingSession.objects.order_by("started_at")
    assert [(each.started_at, each.energy_wh) for each in sessions] == [(minutes(0), 6000), (minutes(120), 6000)]


def test_transaction_1_never_means_our_session_1() -> None:
    station = builders.station()
    ours = start(station)

    tell(station, transaction_event("Started", minutes(30), transaction=str(ours), evse=2))

    assert ChargingSession.objects.count() == 2


def test_begin_of_0_bills_no_lifetime_register() -> None:
    station = builders.station()
    tell(station, transaction_event("Started", minutes(0), meter_value(minutes(0), 0, context="Transaction.Begin")))
    for minute, wh in ((1, 910_000), (2, 910_100), (3, 910_200)):
        tell(station, transaction_event("Updated", minutes(minute), meter_value(minutes(minute), wh)))

    assert only().energy_wh == 200


def test_button_start_is_accepted() -> None:
    station = builders.station()

    outcome = tell(station, transaction_event("Started", minutes(0), token=""))

    assert v201.encode_reply("TransactionEvent", [outcome], minutes(0)) == {"idTokenInfo": {"status": "Accepted"}}


def test_token_in_an_update_is_the_driver() -> None:
    person = builders.driver()
    IdTag.objects.create(value="CARD", driver=person)
    station = builders.station()
    tell(station, transaction_event("Started", minutes(0)))

    outcome = tell(station, transaction_event("Updated", minutes(1), token="CARD", trigger="Authorized"))

    assert (only().driver, outcome.tag_status) == (person, "Accepted")


@pytest.mark.parametrize(("reason", "tag"), [("Remote", ""), ("EVDisconnected", ""), ("Local", "CARD")])
def test_token_of_the_end_counts_after_a_local_stop_only(reason: str, tag: str) -> None:
    station = builders.station()
    tell(station, transaction_event("Started", minutes(0)))

    tell(station, transaction_event("Ended", minutes(9), token="CARD", info={"stoppedReason": reason}))

    assert (only().id_tag_value, only().end_reason) == (tag, reason)


def test_plain_meter_values_belong_to_the_transaction() -> None:
    station = builders.station()
    tell(station, transaction_event("Started", minutes(0), meter_value(minutes(0), 0)))

    tell(station, {"evseId": 1, "meterValue": [meter_value(minutes(9), 500)]}, action="MeterValues", at=minutes(9))

    assert only().energy_wh == 500


def test_reading_without_energy_keeps_the_total() -> None:
    station = builders.station()
    for each in parts()[:4]:
        tell(station, each)
    soc = {"timestamp": minutes(31).isoformat(), "sampledValue": [{"value": 40, "measurand": "SoC"}]}

    tell(station, transaction_event("Updated", minutes(31), soc))

    assert (only().energy_wh, only().battery) == (3100, 40)  # 6 kW for a minute more


def test_occupied_does_not_hide_that_the_evse_holds_back() -> None:
    station = builders.station()
    tell(station, parts()[0])
    held = {"chargingState": "SuspendedEVSE"}
    tell(station, transaction_event("Updated", minutes(10), meter_value(minutes(10), 1000, power_w=0), info=held))
    status(station, 11, "Occupied")
    tell(station, transaction_event("Updated", minutes(20), meter_value(minutes(20), 1000, power_w=0), info=held))

    assert (only().held_back_s, only().idle_s) == (600, 600)  # idle until the station has told its state


def test_idle_state_ends_no_session() -> None:
    station = builders.station()
    for each in parts()[:2]:
        tell(station, each)

    tell(station, transaction_event("Updated", minutes(11), info={"chargingState": "Idle"}))

    assert only().is_in_progress


def test_available_before_the_end_is_no_unplugging() -> None:
    station = builders.station()
    *before, ended = parts()
    local = ended | {"triggerReason": "StopAuthorized", "transactionInfo": {"transactionId": "T-1"}}
    for each in before:
        tell(station, each)
    status(station, 59, "Available")
    tell(station, local)
    assert only().unplugged_at is None

    status(station, 75, "Available")

    assert (only().unplugged_at, only().end_reason) == (minutes(75), "Local")


def test_status_of_evse_0_is_of_the_station() -> None:
    station = builders.station()

    status(station, 1, "Faulted", evse=0)

    assert set(Connector.objects.filter(station=station).values_list("status", flat=True)) == {""}


def test_resumed_transaction_is_in_progress_again() -> None:
    station = builders.station()
    for each in parts()[:3]:
        tell(station, each)
    tell(station, {"reason": "PowerUp", "chargingStation": {}}, action="BootNotification", at=minutes(605))
    status(station, 606, "Available")
    assert only().end_reason == "Forgotten"

    tell(station, transaction_event("Updated", minutes(610), meter_value(minutes(610), 4000)), at=minutes(610))

    assert (only().is_in_progress, only().energy_wh) == (True, 3000)


def test_multiplier_scales_a_value() -> None:
    station = builders.station()
    tell(station, parts()[0])
    scaled = {"value": 1.5, "measurand": "Energy.Active.Import.Register", "unitOfMeasure": {"multiplier": 3}}
    value = {"timestamp": minutes(10).isoformat(), "sampledValue": [scaled]}

    tell(station, transaction_event("Updated", minutes(10), value))

    assert MeterSample.objects.get(at=minutes(10)).register_wh == 1500


@pytest.mark.parametrize(
    "payload",
    [[], "text", None, {}, {"eventType": "Started"}, {"transactionInfo": [], "eventType": "Started"}, {"eventType": 7}],
)
def test_unreadable_part_is_kept_and_accepted(payload: Any) -> None:
    outcome = tell(builders.station(), payload)

    assert v201.encode_reply("TransactionEvent", [outcome], LATE) == {"idTokenInfo": {"status": "Accepted"}}
    assert DeadLetter.objects.get().action == "TransactionEvent"


def test_running_cost_is_our_price() -> None:
    builders.policy()
    station = builders.station()

    replies = [v201.encode_reply("TransactionEvent", [tell(station, each)], LATE) for each in parts()]

    assert "totalCost" not in replies[0]
    assert [reply["totalCost"] for reply in replies[1:]] == [0.35, 0.7, 1.05, 1.4, 1.75, 2.1]
    assert only().price == Decimal("2.10")


def test_cost_without_a_policy_is_left_out() -> None:
    assert tell(builders.station(), transaction_event("Updated", minutes(1))).price is None
