"""Replay the recorded traffic of four charge points: every call gets a result, every session its energy."""

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sessions_app.models import ChargingSession, DeadLetter
from sessions_app.store.credentials import password_digest
from tests.flows.norway import SHARED
from tests.support import builders
from tests.support.async_station_client import PASSWORD, async_station
from tests.support.serving import Server

TRACES = sorted((SHARED / "ocpp_traces").glob("*.jsonl"))

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not TRACES, reason="the folder ocpp_traces of recordings is not here"),
]


@dataclass
class Recording:
    """The calls of one station in order, and the transactionIds of the recorded answers."""

    calls: list[list[Any]] = field(default_factory=list)
    given: dict[str, int] = field(default_factory=dict)


def recordings(path: Path) -> dict[str, Recording]:
    result: dict[str, Recording] = defaultdict(Recording)
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        frame = json.loads(entry["frame"])
        recording = result[entry["station"]]
        if entry["direction"] == "from_station" and frame[0] == 2:
            recording.calls.append(frame)
        elif entry["direction"] == "to_station" and frame[0] == 3 and "transactionId" in frame[2]:
            recording.given[frame[1]] = frame[2]["transactionId"]
    return result


def wh(sampled: dict[str, Any]) -> Decimal | None:
    """Return the energy of a sampled value in Wh; None for other measurands."""
    if sampled.get("measurand", "Energy.Active.Import.Register") != "Energy.Active.Import.Register":
        return None
    if sampled.get("phase") or len(str(sampled["value"])) > 40:
        return None
    return Decimal(str(sampled["value"])) * (1000 if sampled.get("unit") == "kWh" else 1)


def expected_energy_wh(calls: list[list[Any]]) -> list[Decimal]:
    """Return the energy of each recorded session by its registers, in order of the starts."""
    sessions: dict[int, list[Decimal]] = {}
    order: list[int] = []
    pending: list[Decimal] = []
    for _, id_, action, payload in calls:
        if action == "StartTransaction":
            pending = [Decimal(str(payload["meterStart"]))]
            order.append(id_)
            sessions[id_] = pending
        elif action == "MeterValues":
            values = [wh(each) for item in payload["meterValue"] for each in item["sampledValue"]]
            pending += [value for value in values if value is not None]
        elif action == "StopTransaction":
            pending.append(Decimal(str(payload["meterStop"])))
    return [max(sessions[id_]) - sessions[id_][0] for id_ in order]


async def replay(ws: str, name: str, recording: Recording) -> list[Any]:
    """Send the calls with the transactionIds of this server, and return the answers."""
    now: dict[int, int] = {}
    answers = []
    async with async_station(ws, name) as socket:
        for _, id_, action, payload in recording.calls:
            known = payload.get("transactionId")
            mapped = payload | {"transactionId": now[known]} if known in now else payload
            answer = await socket.exchange(json.dumps([2, id_, action, mapped]))
            if action == "StartTransaction":
                now[recording.given[id_]] = answer[2]["transactionId"]
            answers.append(answer)
    return answers


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_recording_is_answered_and_its_sessions_are_stored(server: Server, path: Path) -> None:
    result = recordings(path)
    for name in result:
        builders.station(
            name,
            max_power_w=None,  # simulators report up to 150 kW: the rating bounds what is plausible
            password_digest=password_digest(PASSWORD),
            accepts_unknown_tags=True,
        )

    async def all_at_once() -> list[list[Any]]:
        return await asyncio.gather(*(replay(server.ws, name, each) for name, each in result.items()))

    answers = asyncio.run(all_at_once())

    assert all(answer[0] == 3 for station in answers for answer in station)
    assert not DeadLetter.objects.exists()
    starts = 0
    for name, recording in result.items():
        sessions = ChargingSession.objects.filter(station__identity=name).order_by("pk")
        expected = expected_energy_wh(recording.calls)
        assert [session.energy_wh for session in sessions] == expected
        assert all(session.ended_at and session.end_reason for session in sessions)
        starts += len(expected)
    assert starts > 0
