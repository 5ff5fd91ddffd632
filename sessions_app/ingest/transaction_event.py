"""TransactionEvent of OCPP 2.0.1 and 2.1: the part of a transaction that it reports."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sessions_app.domain.events import Event, TransactionReported
from sessions_app.domain.flags import Flag
from sessions_app.domain.station_states import ChargingState, StopReason, TransactionPhase
from sessions_app.domain.transactions import TransactionIssuer, TransactionRef
from sessions_app.domain.value_selection import ENERGY_REGISTER, OUTLET, PERIODIC, SampledValue
from sessions_app.ingest import messages, values
from sessions_app.ingest.protocol import Payload

_PHASES = {each.value: each for each in TransactionPhase}
_STATES = {each.value: each for each in ChargingState}
_NOT_OF_DRIVER = frozenset({"StopAuthorized", "Deauthorized"})  # the token of who stops
_MAX_EXPONENT = 12


def fields(value: Any) -> Payload:
    """Return a nested object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def read_token(value: Any) -> str:
    """Return the token's text; empty for one of type NoAuthorization, such as of a button."""
    token = fields(value)
    return "" if token.get("type") == "NoAuthorization" else values.to_text(token.get("idToken"))


def parse_transaction_event(station_id: int, payload: Payload, at: datetime) -> Event:
    """Return the part of the transaction; a dead letter if it names no transaction or phase."""
    info = fields(payload.get("transactionInfo"))
    transaction = TransactionRef(TransactionIssuer.STATION, values.to_transaction_id(info.get("transactionId")))
    phase = _PHASES.get(values.to_text(payload.get("eventType")))
    if transaction.is_missing or phase is None:
        return messages.unparsed(station_id, "TransactionEvent", payload, at, "It has no transactionId or eventType.")
    stated_at, is_trusted = values.parse_timestamp(payload.get("timestamp"), at)
    is_stated = stated_at != at and not payload.get("offline")
    trigger = values.to_text(payload.get("triggerReason"), 64)
    reason = _stop_reason(info, trigger) if phase is TransactionPhase.ENDED else ""
    is_of_driver = trigger not in _NOT_OF_DRIVER if phase is not TransactionPhase.ENDED else reason == StopReason.LOCAL
    return TransactionReported(
        station_id=station_id,
        at=stated_at,
        connector=values.to_connector(fields(payload.get("evse")).get("id")),
        transaction=transaction,
        phase=phase,
        id_tag=read_token(payload.get("idToken")),
        has_token=isinstance(payload.get("idToken"), dict),
        is_of_driver=is_of_driver,
        readings=values.parse_readings(payload.get("meterValue"), at, read_sampled_value),
        charging_state=_STATES.get(values.to_text(info.get("chargingState"))),
        reason=reason,
        is_unplugged=trigger == "EVDeparted",
        flags=0 if is_trusted else int(Flag.CLOCK_UNSET),
        received_at=at if is_stated else None,
    )


def _stop_reason(info: Payload, trigger: str) -> str:
    """Return why it ended; a missing reason is Local (OCPP 2.0.1 §1.48), unless the trigger tells another."""
    stated = values.to_text(info.get("stoppedReason"), 64)
    if stated:
        return stated
    by_trigger = {"EVDeparted": StopReason.EV_DISCONNECTED, "RemoteStop": StopReason.REMOTE}
    return by_trigger.get(trigger, StopReason.LOCAL)


def read_sampled_value(item: Payload) -> SampledValue | None:
    """Return a sampled value: value × 10^multiplier, with OCPP's defaults."""
    value, unit = item.get("value"), fields(item.get("unitOfMeasure"))
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    exponent = unit.get("multiplier")
    if isinstance(exponent, int) and exponent and abs(exponent) <= _MAX_EXPONENT:
        try:
            value = str(Decimal(str(value).strip()).scaleb(exponent))
        except ArithmeticError:
            return None
    return SampledValue(
        value=value,
        measurand=values.to_text(item.get("measurand"), 60) or ENERGY_REGISTER,
        unit=values.to_text(unit.get("unit") or item.get("unit"), 20),
        phase=values.to_text(item.get("phase"), 20),
        context=values.to_text(item.get("context"), 40) or PERIODIC,
        location=values.to_text(item.get("location"), 20) or OUTLET,
    )
