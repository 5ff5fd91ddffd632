"""A killed server has lost no acknowledged reading."""

import asyncio
import signal
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from websockets.exceptions import ConnectionClosed

from sessions_app.models import ChargingSession, MeterSample
from sessions_app.store.credentials import password_digest
from tests.support import builders, serving
from tests.support.async_station_client import PASSWORD, AsyncStation, async_station, meter_values, start_payload

pytestmark = pytest.mark.django_db(transaction=True)

STATIONS = 20
ACKNOWLEDGED_BEFORE_THE_KILL = 600
BEGAN_AT = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


@dataclass
class Load:
    """The transactions of the stations, and the number of answered readings of each."""

    transactions: dict[str, int] = field(default_factory=dict)
    answered: dict[str, int] = field(default_factory=dict)
    enough: asyncio.Event = field(default_factory=asyncio.Event)


def reading(transaction: int, number: int) -> dict[str, Any]:
    return meter_values(transaction, BEGAN_AT + timedelta(seconds=number), {"value": str(1000 + number)})


async def measure(socket: AsyncStation, name: str, load: Load, until: int) -> None:
    for number in range(load.answered[name] + 1, until):
        answer = await socket.call("MeterValues", reading(load.transactions[name], number))
        assert answer[0] == 3
        load.answered[name] = number
        if sum(load.answered.values()) >= ACKNOWLEDGED_BEFORE_THE_KILL:
            load.enough.set()


async def charge_until_killed(ws: str, name: str, load: Load) -> None:
    try:
        async with async_station(ws, name) as socket:
            load.transactions[name] = await socket.start(start_payload(BEGAN_AT, meter_wh=1000))
            load.answered[name] = 0
            await measure(socket, name, load, until=100_000)
    except ConnectionClosed:
        return


async def go_on(ws: str, name: str, load: Load) -> None:
    """Repeat the unanswered reading, as a station does, and send ten more."""
    async with async_station(ws, name) as socket:
        await measure(socket, name, load, until=load.answered[name] + 11)


def test_acknowledged_readings_survive_kill_9_exactly_once(tmp_path: Path) -> None:
    names = [f"ST-{n}" for n in range(STATIONS)]
    for name in names:
        builders.station(name, password_digest=password_digest(PASSWORD), accepts_unknown_tags=True)
    server = serving.start(connection.settings_dict, tmp_path / "first.txt")

    async def until_killed() -> Load:
        load = Load()
        charging = [asyncio.create_task(charge_until_killed(server.ws, name, load)) for name in names]
        await asyncio.wait_for(load.enough.wait(), 120)
        server.process.send_signal(signal.SIGKILL)
        await asyncio.gather(*charging)
        return load

    load = asyncio.run(until_killed())
    server.process.wait()
    at_kill = dict(load.answered)
    again = serving.start(connection.settings_dict, tmp_path / "second.txt")

    async def afterwards() -> None:
        await asyncio.gather(*(go_on(again.ws, name, load) for name in names))

    try:
        asyncio.run(afterwards())
    finally:
        again.stop()

    assert ChargingSession.objects.count() == STATIONS
    for name in names:
        result = list(
            MeterSample.objects.filter(session_id=load.transactions[name]).order_by("at").values_list("at", flat=True)
        )
        assert result == [BEGAN_AT + timedelta(seconds=n) for n in range(1, load.answered[name] + 1)]
        session = ChargingSession.objects.get(pk=load.transactions[name])
        assert (session.reading_count, session.energy_wh) == (len(result), len(result))
    assert sum(at_kill.values()) >= ACKNOWLEDGED_BEFORE_THE_KILL
