"""The columns that an event batch loads, and the session draft that is built from them."""

from functools import lru_cache
from typing import Any

import msgspec

from sessions_app.domain.drafts import ConnectorDraft, SessionDraft, StationDraft
from sessions_app.domain.energy_correction import EnergyCorrection, decode_correction
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.pricing import Tariff
from sessions_app.domain.session_totals import BillingContext, StatusAt, decode_totals

STATION_FIELDS = (
    "id",
    "site_area_id",
    "site_area__site_id",
    "site_area__site__time_zone",
    "accepts_unknown_tags",
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
CONNECTOR_FIELDS = (
    "id",
    "station_id",
    "number",
    "max_power_w",
    "phases",
    "limit_a",
    "status",
    "error_code",
    "status_at",
    "available_at",
)
_STATE_FIELDS = SessionState.__struct_fields__
SESSION_FIELDS = (
    "id",
    "station_id",
    "connector_id",
    "totals",
    "tariff",
    "reading_count",
    "site_area_id",
    "site_id",
    "driver_id",
    "id_tag_id",
    "id_tag_value",
    "station_transaction_id",
    "station_transaction_uses",
    "policy_id",
    "currency",
    "site__time_zone",
    "statuses",
    "start_received_at",
    "start_stated_at",
    "clock_offset_s",
    "energy_correction",
    *_STATE_FIELDS,
)


_decode_statuses = msgspec.json.Decoder(tuple[StatusAt, ...]).decode


@lru_cache(maxsize=4_096)
def decode_tariff(text: str) -> Tariff:
    """Decode a session's stored tariff; cached, because many sessions share few tariffs."""
    return msgspec.json.decode(text, type=Tariff)


def session_draft(station: StationDraft, values: tuple[Any, ...]) -> SessionDraft:
    """Build the draft of a session at the station from the values of `SESSION_FIELDS`."""
    session_id, _, connector_id, totals, tariff, reading_count, *rest = values
    area_id, site_id, driver_id, tag_id, tag, transaction_id, transaction_uses, policy_id, currency, zone = rest[:10]
    statuses, start_received_at, start_stated_at, clock_offset_s, correction, *state = rest[10:]
    connector = next((item for item in station.connectors.values() if item.id == connector_id), None)
    return SessionDraft(
        id=session_id,
        station_id=station.id,
        connector=connector,
        state=SessionState(*state),
        billing=billing_context(
            connector, zone, decode_tariff(tariff) if tariff else None, decode_correction(correction)
        ),
        totals=decode_totals(totals),
        reading_count=reading_count,
        site_area_id=area_id,
        site_id=site_id,
        driver_id=driver_id,
        id_tag_id=tag_id,
        id_tag_value=tag,
        station_transaction_id=transaction_id,
        station_transaction_uses=transaction_uses,
        policy_id=policy_id,
        tariff=tariff,
        currency=currency,
        statuses=_decode_statuses(statuses) if statuses else (),
        start_received_at=start_received_at,
        start_stated_at=start_stated_at,
        clock_offset_s=clock_offset_s,
    )


def billing_context(
    connector: ConnectorDraft | None, zone: str, tariff: Tariff | None, correction: EnergyCorrection | None = None
) -> BillingContext:
    """Return what a session's figures depend on, apart from its readings."""
    if connector is None:
        return BillingContext(zone=zone, tariff=tariff, correction=correction)
    return BillingContext(
        zone=zone,
        rating_w=connector.max_power_w,
        phases=connector.phases,
        limit_a=connector.limit_a,
        tariff=tariff,
        correction=correction,
    )
