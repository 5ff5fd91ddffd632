"""An OCPP version that does not exist: one call begins, measures and ends; a command is called Halt."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sessions_app.domain import events
from sessions_app.domain.commands import StationRequest, StopCharging
from sessions_app.domain.events import Event, Outcome
from sessions_app.domain.meter import Reading
from sessions_app.domain.station_states import CommandOutcome
from sessions_app.domain.transactions import TransactionIssuer, TransactionRef
from sessions_app.ingest.protocol import Payload

SUBPROTOCOLS = ("toy9", "toy9.1")


def parse_call(station_id: int, action: str, payload: Any, at: datetime) -> tuple[Event, ...] | None:
    transaction = TransactionRef(TransactionIssuer.STATION, str(payload.get("id", "")))
    register_wh = Decimal(payload.get("wh", 0))
    if action == "Charge":
        reading = Reading(at=at - timedelta(minutes=1), register_wh=Decimal(0))
        readings = (reading, Reading(at=at, register_wh=register_wh))
        return (events.Measured(station_id=station_id, at=at, connector=1, transaction=transaction, readings=readings),)
    if action == "Finish":
        reading = Reading(at=at, register_wh=register_wh)
        return (
            events.Measured(station_id=station_id, at=at, connector=1, transaction=transaction, readings=(reading,)),
            events.Stopped(station_id=station_id, at=at, transaction=transaction, meter_stop_wh=register_wh),
            events.AuthorizeRequested(station_id=station_id, at=at, id_tag=payload["tag"]),
        )
    return None


def encode_reply(action: str, outcomes: Sequence[Outcome], now: datetime) -> Payload:
    return {"sessions": [outcome.transaction_id for outcome in outcomes], "tag": outcomes[-1].tag_status}


def encode_command(request: StationRequest) -> tuple[str, Payload]:
    match request:
        case StopCharging(transaction=transaction):
            return "Halt", {"id": transaction.id}


def read_outcome(action: str, answer: Any) -> CommandOutcome:
    return CommandOutcome.ACCEPTED if answer == {"halting": True} else CommandOutcome.REJECTED
