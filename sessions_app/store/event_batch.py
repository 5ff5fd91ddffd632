"""Saves what a batch has changed: a handful of statements, whatever its size."""

from typing import Any

from django.db.models import F

from sessions_app.domain.drafts import ConnectorDraft, EventBatch, Sample, SessionDraft, StationDraft
from sessions_app.models import (
    ChargingSession,
    ChargingStation,
    Connector,
    DeadLetter,
    MeterSample,
    PendingStation,
)
from sessions_app.store.audits import audit_settle
from sessions_app.store.bulk import insert_rows, update_rows
from sessions_app.store.credentials import password_digest
from sessions_app.store.session_columns import session_columns

MAX_PENDING_STATIONS = 1_000  # so that whoever tries names cannot fill the disk

_STATION = (
    "vendor",
    "model",
    "serial_number",
    "firmware_version",
    "booted_at",
    "connection_id",
    "connected_at",
    "disconnected_at",
    "last_seen_at",
    "clock",
    "away_from",
    "away_until",
)
_CONNECTOR = ("status", "error_code", "status_at", "available_at")
_SAMPLE_KEY = ("session", "at")
_MEASURED = (
    "register_wh",
    "power_w",
    "offered_a",
    "offered_w",
    "soc_percent",
    "voltage_v",
    "current_l1_a",
    "current_l2_a",
    "current_l3_a",
    "interval_wh",
    "export_w",
    "export_wh",
    "inlet",
    "is_named",
    "received_at",
    "stated_at",
)
_WORKED_OUT = ("energy_wh", "grid_power_w", "limit_a", "idle_s", "held_back_s", "is_estimated", "price")


def save_batch(desk: EventBatch) -> None:
    """Write every draft that has changed; new sessions and connectors get their ids."""
    stations = desk.stations.values()
    update_rows(ChargingStation, _STATION, [_station(each) for each in stations if each.is_changed])
    connectors = [each for station in stations for each in station.connectors.values()]
    _create_connectors([each for each in connectors if not each.id])
    update_rows(Connector, _CONNECTOR, [_connector(each) for each in connectors if each.is_changed])
    _save_sessions(desk.sessions)
    for knock in desk.attempts:
        save_attempt(identity=knock.identity, password=knock.password, address=knock.address, at=knock.at)
    for answer in desk.command_answers:
        audit_settle(answer.audit_id, outcome=answer.outcome, detail=answer.detail)
    DeadLetter.objects.bulk_create(
        DeadLetter(
            station_id=each.station_id,
            action=each.action,
            payload=each.payload,
            error=each.error,
            received_at=each.received_at,
        )
        for each in desk.dead_letters
    )


def _save_sessions(sessions: list[SessionDraft]) -> None:
    """Close what has ended before opening anew: a connector has one session in progress.

    An id that changes hands is let go first: one session has it.
    """
    known = [each for each in sessions if each.id and each.is_changed]
    let_go = [
        each.id
        for each in known
        if each.stored_transaction_id and each.stored_transaction_id != each.station_transaction_id
    ]
    if let_go:
        ChargingSession.objects.filter(pk__in=let_go).update(station_transaction_id="")
    facts = [(each, session_columns(each)) for each in known]
    if facts:
        update_rows(ChargingSession, tuple(facts[0][1]), [(each.id, *f.values()) for each, f in facts])
    for draft in known:
        if draft.is_reassigned:
            ChargingSession.objects.filter(pk=draft.id).update(**_assigned(draft))
    new = [each for each in sessions if not each.id]
    created = ChargingSession.objects.bulk_create(_session(each) for each in new)
    for draft, row in zip(new, created, strict=True):
        draft.id = row.pk
    moved = [each.id for each in known if each.moved_since is not None]
    if moved:
        MeterSample.objects.filter(session_id__in=moved).delete()
    insert_rows(
        MeterSample,
        (*_SAMPLE_KEY, "number", *_MEASURED, *_WORKED_OUT),
        [_sample(each.id, sample) for each in sessions for sample in each.new_samples],
    )
    update_rows(
        MeterSample,
        (*_MEASURED, *_WORKED_OUT),
        [
            (each.id, sample.reading.at, *_measured(sample), *_worked_out(sample))
            for each in sessions
            for sample in each.changed_samples
        ],
        key=_SAMPLE_KEY,
    )


def save_attempt(*, identity: str, password: bytes, address: str, at: Any) -> None:
    """Keep that an unknown station has tried to connect, and with which password.

    A full table lets go of a name that was tried once and long ago: a station tries again and again.
    """
    digest = password_digest(password.decode("utf-8", "replace")) if password else ""
    changed = PendingStation.objects.filter(identity=identity).update(
        last_at=at, attempts=F("attempts") + 1, password_digest=digest, address=address
    )
    if changed:
        return
    if PendingStation.objects.count() >= MAX_PENDING_STATIONS:
        least = PendingStation.objects.order_by("attempts", "last_at").values("pk")[:1]
        PendingStation.objects.filter(pk__in=least).delete()
    PendingStation.objects.create(identity=identity, password_digest=digest, address=address, first_at=at, last_at=at)


def _session(draft: SessionDraft) -> ChargingSession:
    return ChargingSession(
        station_id=draft.station_id,
        site_area_id=draft.site_area_id,
        site_id=draft.site_id,
        **_assigned(draft),
        **session_columns(draft),
    )


def _assigned(draft: SessionDraft) -> dict[str, Any]:
    """Return the columns that say whose a session is, where, and by which policy: they seldom change."""
    return {
        "connector_id": draft.connector.id if draft.connector else None,
        "driver_id": draft.driver_id,
        "id_tag_id": draft.id_tag_id,
        "id_tag_value": draft.id_tag_value,
        "policy_id": draft.policy_id,
        "tariff": draft.tariff,
        "currency": draft.currency,
    }


def _station(draft: StationDraft) -> tuple[Any, ...]:
    return (draft.id, *(getattr(draft, name) for name in _STATION))


def _connector(draft: ConnectorDraft) -> tuple[Any, ...]:
    return (draft.id, *(getattr(draft, name) for name in _CONNECTOR))


def _create_connectors(drafts: list[ConnectorDraft]) -> None:
    created = Connector.objects.bulk_create(
        Connector(station_id=each.station_id, number=each.number) for each in drafts
    )
    for draft, row in zip(drafts, created, strict=True):
        draft.id = row.pk


def _sample(session_id: int, sample: Sample) -> tuple[Any, ...]:
    return (session_id, sample.reading.at, sample.number, *_measured(sample), *_worked_out(sample))


def _measured(sample: Sample) -> tuple[Any, ...]:
    one = sample.reading
    return (
        one.register_wh,
        one.power_w,
        one.offered_a,
        one.offered_w,
        one.soc_percent,
        one.voltage_v,
        *one.currents_a,
        one.interval_wh,
        one.export_w,
        one.export_wh,
        one.inlet,
        one.is_named,
        one.received_at,
        one.stated_at,
    )


def _worked_out(sample: Sample) -> tuple[Any, ...]:
    one = sample.point
    return (
        one.energy_wh,
        one.grid_power_w,
        one.limit_a,
        one.idle_s,
        one.held_back_s,
        one.is_estimated,
        one.price,
    )
