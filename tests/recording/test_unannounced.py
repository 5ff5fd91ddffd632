"""Sessions without a reported start are the same for any order of their messages."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import permutations
from typing import Any

import msgspec
import pytest

from sessions_app.domain import events
from sessions_app.domain.flags import Flag
from sessions_app.models import ChargingSession, Driver, PricingPolicy
from sessions_app.recording import record, repricing
from tests.support import builders
from tests.support.event_builders import facts, measured, minutes, number_of, start, status, stopped

pytestmark = pytest.mark.django_db(transaction=True)

OWN = "700001"
ITS_OWN = {"id", "station_id", "connector_id", "site_area_id", "site_id", "session_id"}


@pytest.fixture(autouse=True)
def policies() -> None:
    builders.policy(
        {"dimension": "ENERGY", "price": Decimal("0.30")},
        {"dimension": "PARKING_TIME", "price": Decimal(6)},
        description="Tenants",
        audience=Driver.Kind.TENANT,
    )
    builders.policy(description="Everyone")
    builders.id_tag("PRIYA", of=builders.driver())


def facts_after(batches: Sequence[Sequence[events.Event]]) -> dict[str, Any]:
    """Record the batches, and return the facts of the one session without ids and numbers."""
    for batch in batches:
        record(batch)
    session = ChargingSession.objects.latest("pk")
    assert session.connector is not None
    result = facts(session.pk)
    result["samples"] = [{k: v for k, v in each.items() if k not in ITS_OWN} for each in result["samples"]]
    return {k: v for k, v in result.items() if k not in ITS_OWN}


@pytest.mark.parametrize("connectors", [1, 2])
@pytest.mark.parametrize("reason", ["Local", "EVDisconnected"])
def test_order_and_batching_do_not_change_the_session(connectors: int, reason: str) -> None:
    result = []
    for order in permutations(range(4)):
        station = builders.station(connectors=connectors)
        said = [
            measured(station, OWN, (0, 1000), (10, 2000)),
            measured(station, OWN, (20, 2000)),
            stopped(station, OWN, minute=40, wh=3000, reason=reason, id_tag="priya"),
            status(station, 50),
        ]
        result.append(facts_after([[said[number]] for number in order]))
        assert ChargingSession.objects.filter(station=station).count() == 1
        station = builders.station(connectors=connectors)
        again = [msgspec.structs.replace(each, station_id=station.pk) for each in said]
        result.append(facts_after([[again[number] for number in order]]))

    assert all(each == result[0] for each in result)
    assert (result[0]["started_at"], result[0]["ended_at"]) == (
        minutes(0),
        minutes(50 if reason == "Local" else 40),
    )
    assert (result[0]["energy_wh"], result[0]["id_tag_value"]) == (2000, "priya")
    assert "Tenants" in result[0]["tariff"]
    assert result[0]["flags"] == Flag.START_UNKNOWN


def test_corrected_start_selects_the_policy_of_its_time() -> None:
    PricingPolicy.objects.update(valid_from=minutes(15))
    builders.policy(description="Before")
    station = builders.station()

    record([measured(station, OWN, (20, 2000))])
    record([measured(station, OWN, (10, 1000))])

    assert "Before" in ChargingSession.objects.get().tariff


def test_corrected_start_selects_the_policy_of_its_site() -> None:
    station = builders.station()
    builders.policy(description="There", site_area=station.site_area)
    record([measured(station, OWN, (20, 2000))])
    station.site_area = builders.area()
    station.save()

    record([measured(station, OWN, (10, 1000))])

    session = ChargingSession.objects.get()
    assert session.started_at == minutes(10)
    assert "There" in session.tariff


def test_corrected_start_keeps_the_site_of_a_moved_area() -> None:
    station = builders.station()
    builders.policy(description="There", site=station.site_area.site)
    record([measured(station, OWN, (20, 2000))])
    station.site_area.site = builders.site()
    station.site_area.save()

    record([measured(station, OWN, (10, 1000))])

    session = ChargingSession.objects.get()
    assert session.started_at == minutes(10)
    assert "There" in session.tariff


def test_corrected_start_keeps_the_copy_of_an_edited_policy() -> None:
    station = builders.station()
    record([measured(station, OWN, (20, 2000))])
    before = ChargingSession.objects.get().tariff
    PricingPolicy.objects.update(description="Edited")

    record([measured(station, OWN, (10, 1000))])

    session = ChargingSession.objects.get()
    assert (session.started_at, session.tariff) == (minutes(10), before)


def test_corrected_start_keeps_the_policy_set_by_an_operator() -> None:
    station = builders.station()
    record([measured(station, OWN, (20, 2000))])
    session = ChargingSession.objects.get()
    given = builders.policy(description="Given")
    repricing.reprice_session(session.pk, given, by=builders.operator(), at=minutes(60))

    record([measured(station, OWN, (10, 1000))])

    session.refresh_from_db()
    assert (session.started_at, session.policy) == (minutes(10), given)


def test_learned_connector_does_not_change_the_policy() -> None:
    station = builders.station()
    record([stopped(station, OWN, minute=40, wh=3000, reason="Local")])
    before = ChargingSession.objects.get().policy
    builders.policy(description="New")

    record([measured(station, OWN, (50, 3000))])

    session = ChargingSession.objects.get()
    assert (session.connector is not None, session.policy) == (True, before)


def test_reported_start_does_not_move() -> None:
    station = builders.station()
    session_id = start(station, at=minutes(10))

    record([measured(station, session_id, (5, 900))])

    assert ChargingSession.objects.get().started_at == minutes(10)


def test_stop_does_not_take_an_occupied_connector() -> None:
    station = builders.station()
    record([stopped(station, OWN, minute=40, wh=3000)])
    charging = start(station, at=minutes(50))

    record([measured(station, OWN, (30, 2000))])

    result = ChargingSession.objects.get(station_transaction_id=OWN)
    assert (number_of(result), result.is_in_progress) == (1, False)
    assert ChargingSession.objects.get(pk=charging).is_in_progress


def test_stop_at_the_first_reading_is_independent_of_batching() -> None:
    apart, together = builders.station(), builders.station()
    messages = [
        [measured(station, OWN, (20, 2000.4)), stopped(station, OWN, minute=20, wh=2000)]
        for station in (apart, together)
    ]

    for message in messages[0]:
        record([message])
    record(messages[1])

    figures = ChargingSession.objects.values_list("meter_start_wh", "energy_wh", "flags")
    assert figures.get(station=apart) == figures.get(station=together)
