"""What the desk takes of stations, connectors and sessions, and a session's draft out of it."""

from functools import lru_cache
from typing import Any

import msgspec

from sessions_app.domain.drafts import ConnectorDraft, SessionDraft, StationDraft
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
_LIFE = SessionState.__struct_fields__
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
    "policy_id",
    "currency",
    "site__time_zone",
    "statuses",
    "start_received_at",
    "start_stated_at",
    "clock_offset_s",
    *_LIFE,
)


_decode_statuses = msgspec.json.Decoder(tuple[StatusAt, ...]).decode


@lru_cache(maxsize=4_096)
def decode_tariff(text: str) -> Tariff:
    """Return the tariff of a session's stored text; sessions share few, so they are kept."""
    return msgspec.json.decode(text, type=Tariff)


def session_draft(station: StationDraft, values: tuple[Any, ...]) -> SessionDraft:
    """Return a session of the station out of what stands in `SESSION`."""
    session_id, _, connector_id, running, tariff, count, *rest = values
    (area_id, site_id, driver_id, tag_id, tag, own_id, policy_id, currency, zone, statuses), moments, life = (
        rest[:10],
        rest[10:13],
        rest[13:],
    )
    connector = next((each for each in station.connectors.values() if each.id == connector_id), None)
    return SessionDraft(
        id=session_id,
        station_id=station.id,
        connector=connector,
        state=SessionState(*life),
        billing=billing_context(connector, zone, decode_tariff(tariff) if tariff else None),
        totals=decode_totals(running),
        reading_count=count,
        site_area_id=area_id,
        site_id=site_id,
        driver_id=driver_id,
        id_tag_id=tag_id,
        id_tag_value=tag,
        station_transaction_id=own_id,
        policy_id=policy_id,
        tariff=tariff,
        currency=currency,
        statuses=_decode_statuses(statuses) if statuses else (),
        start_received_at=moments[0],
        start_stated_at=moments[1],
        clock_offset_s=moments[2],
    )


def billing_context(connector: ConnectorDraft | None, zone: str, tariff: Tariff | None) -> BillingContext:
    """Return what a session's figures depend on besides its readings."""
    if connector is None:
        return BillingContext(zone=zone, tariff=tariff)
    return BillingContext(
        zone=zone,
        rating_w=connector.max_power_w,
        phases=connector.phases,
        limit_a=connector.limit_a,
        tariff=tariff,
    )
