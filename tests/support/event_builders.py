"""The events of a station, and what they recorded; times are minutes after noon."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sessions_app.domain import events
from sessions_app.domain.meter import Reading
from sessions_app.domain.transactions import issued_id
from sessions_app.models import ChargingSession, ChargingStation, MeterSample
from sessions_app.recording import record
from tests.support.builders import NOON


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def started(
    station: ChargingStation,
    *,
    at: datetime = NOON,
    tag: str = "TAG",
    connector: int = 1,
    wh: float = 1000,
) -> events.Started:
    return events.Started(station_id=station.pk, at=at, connector=connector, id_tag=tag, meter_start_wh=_register(wh))


def _register(wh: float) -> Decimal:
    return Decimal(str(wh)).quantize(Decimal("0.001"))


def start(station: ChargingStation, **facts: Any) -> int:
    outcomes, _ = record([started(station, **facts)])
    return outcomes[0].transaction_id


def measured(
    station: ChargingStation,
    session_id: int | str,
    *readings: tuple[float, float],
    connector: int = 1,
    received: float | None = None,
) -> events.Measured:
    """Return readings from pairs of minute and register in Wh, received at that minute or with the last one."""
    return events.Measured(
        station_id=station.pk,
        at=minutes(max((minute for minute, _ in readings), default=0) if received is None else received),
        connector=connector,
        transaction=issued_id(str(session_id)),
        readings=tuple(Reading(at=minutes(minute), register_wh=_register(wh)) for minute, wh in readings),
    )


def stopped(
    station: ChargingStation,
    session_id: int | str,
    *,
    minute: float = 60,
    wh: float | None = 8000,
    reason: str = "EVDisconnected",
    **facts: Any,
) -> events.Stopped:
    return events.Stopped(
        station_id=station.pk,
        at=minutes(minute),
        transaction=issued_id(str(session_id)),
        meter_stop_wh=None if wh is None else _register(wh),
        reason=reason,
        **facts,
    )


def status(
    station: ChargingStation, minute: float, name: str = "Available", *, received: float | None = None
) -> events.StatusChanged:
    return events.StatusChanged(
        station_id=station.pk,
        at=minutes(minute),
        received_at=minutes(minute if received is None else received),
        connector=1,
        status=name,
    )


def facts(session_id: int) -> dict[str, Any]:
    """Return all columns of a session and its samples, without the numbers: those follow the order of arrival."""
    session = ChargingSession.objects.values().get(pk=session_id)
    samples = MeterSample.objects.filter(session_id=session_id).order_by("at").values()
    return session | {"samples": [{k: v for k, v in each.items() if k != "number"} for each in samples]}


def number_of(session: ChargingSession) -> int | None:
    """Return the number of the session's connector; None if it is unknown."""
    return session.connector.number if session.connector else None


def session(pk: int) -> ChargingSession:
    return ChargingSession.objects.get(pk=pk)
