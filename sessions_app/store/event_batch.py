"""Save what an event batch has changed, in a few statements regardless of its size."""

from typing import Any

from django.db.models import F

from sessions_app.domain.drafts import ConnectorDraft, EventBatch, Sample, SessionDraft, StationDraft
from sessions_app.domain.energy_correction import encode_correction
from sessions_app.domain.events import ConnectionAttempt
from sessions_app.domain.quantities import FIGURE_FIELDS, MEASURED_FIELDS, figure_values, measured_values
from sessions_app.models import (
    ChargingSession,
    ChargingStation,
    Connector,
    DeadLetter,
    MeterSample,
    PendingStation,
)
from sessions_app.store.audits import settle_audit
from sessions_app.store.bulk import insert_rows, update_rows
from sessions_app.store.credentials import password_digest
from sessions_app.store.session_columns import session_columns
from sessions_app.store.spans import save_spans

MAX_PENDING_STATIONS = 1_000  # a client that tries many names must not fill the disk

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
    "refused_versions",
    "refused_at",
    "clock",
    "away_from",
    "away_until",
)
_CONNECTOR = ("status", "error_code", "status_at", "available_at")
_SAMPLE_KEY = ("session", "at")


def save_batch(batch: EventBatch) -> None:
    """Save every changed draft, and give new sessions and connectors their ids."""
    stations = batch.stations.values()
    update_rows(ChargingStation, _STATION, [_station_row(s) for s in stations if s.is_changed])
    connectors = [connector for station in stations for connector in station.connectors.values()]
    _create_connectors([c for c in connectors if not c.id])
    update_rows(Connector, _CONNECTOR, [_connector_row(c) for c in connectors if c.is_changed])
    _save_sessions(batch.sessions)
    save_spans([*stations])
    for attempt in batch.attempts:
        save_attempt(attempt)
    for answer in batch.command_answers:
        settle_audit(answer.audit_id, outcome=answer.outcome, detail=answer.detail)
    DeadLetter.objects.bulk_create(
        DeadLetter(
            station_id=draft.station_id,
            action=draft.action,
            payload=draft.payload,
            error=draft.error,
            reason=draft.reason,
            received_at=draft.received_at,
        )
        for draft in batch.dead_letters
    )


def _save_sessions(drafts: list[SessionDraft]) -> None:
    """Save the sessions and their samples.

    End sessions before adding new ones: a connector has one in progress. Before that, clear changed
    transaction ids: they are unique.
    """
    changed = [draft for draft in drafts if draft.id and draft.is_changed]
    ids_to_clear = [
        draft.id
        for draft in changed
        if draft.stored_transaction_id and draft.stored_transaction_id != draft.station_transaction_id
    ]
    if ids_to_clear:
        ChargingSession.objects.filter(pk__in=ids_to_clear).update(station_transaction_id="")
    rows = [(draft.id, session_columns(draft)) for draft in changed]
    if rows:
        update_rows(ChargingSession, tuple(rows[0][1]), [(pk, *columns.values()) for pk, columns in rows])
    for draft in changed:
        if draft.is_reassigned:
            ChargingSession.objects.filter(pk=draft.id).update(**_assignment_columns(draft))
    new = [draft for draft in drafts if not draft.id]
    created = ChargingSession.objects.bulk_create(_new_session(draft) for draft in new)
    for draft, session in zip(new, created, strict=True):
        draft.id = session.pk
    moved = [draft.id for draft in changed if draft.moved_since is not None]
    if moved:
        MeterSample.objects.filter(session_id__in=moved).delete()
    insert_rows(
        MeterSample,
        (*_SAMPLE_KEY, "number", *MEASURED_FIELDS, *FIGURE_FIELDS),
        [_sample_row(draft.id, sample) for draft in drafts for sample in draft.new_samples],
    )
    update_rows(
        MeterSample,
        (*MEASURED_FIELDS, *FIGURE_FIELDS),
        [
            (draft.id, sample.reading.at, *measured_values(sample.reading), *figure_values(sample.point))
            for draft in drafts
            for sample in draft.changed_samples
        ],
        key=_SAMPLE_KEY,
    )


def save_attempt(attempt: ConnectionAttempt) -> None:
    """Record that an unknown station tried to connect, and its password.

    If the table is full, delete the name with the fewest, oldest attempts: a station keeps trying.
    """
    columns = {
        "last_at": attempt.at,
        "address": attempt.address,
        "offered_versions": attempt.offered_versions,
        "password_digest": password_digest(attempt.password.decode("utf-8", "replace")) if attempt.password else "",
    }
    if PendingStation.objects.filter(identity=attempt.identity).update(attempts=F("attempts") + 1, **columns):
        return
    if PendingStation.objects.count() >= MAX_PENDING_STATIONS:
        least_tried = PendingStation.objects.order_by("attempts", "last_at").values("pk")[:1]
        PendingStation.objects.filter(pk__in=least_tried).delete()
    PendingStation.objects.create(identity=attempt.identity, first_at=attempt.at, **columns)


def _new_session(draft: SessionDraft) -> ChargingSession:
    return ChargingSession(
        station_id=draft.station_id,
        site_area_id=draft.site_area_id,
        site_id=draft.site_id,
        **_assignment_columns(draft),
        **session_columns(draft),
    )


def _assignment_columns(draft: SessionDraft) -> dict[str, Any]:
    return {
        "connector_id": draft.connector.id if draft.connector else None,
        "driver_id": draft.driver_id,
        "id_tag_id": draft.id_tag_id,
        "id_tag_value": draft.id_tag_value,
        "policy_id": draft.policy_id,
        "tariff": draft.tariff,
        "currency": draft.currency,
        "energy_correction": encode_correction(draft.billing.correction),
    }


def _station_row(draft: StationDraft) -> tuple[Any, ...]:
    return (draft.id, *(getattr(draft, name) for name in _STATION))


def _connector_row(draft: ConnectorDraft) -> tuple[Any, ...]:
    return (draft.id, *(getattr(draft, name) for name in _CONNECTOR))


def _create_connectors(drafts: list[ConnectorDraft]) -> None:
    created = Connector.objects.bulk_create(
        Connector(station_id=draft.station_id, number=draft.number) for draft in drafts
    )
    for draft, connector in zip(drafts, created, strict=True):
        draft.id = connector.pk


def _sample_row(session_id: int, sample: Sample) -> tuple[Any, ...]:
    return (
        session_id,
        sample.reading.at,
        sample.number,
        *measured_values(sample.reading),
        *figure_values(sample.point),
    )
