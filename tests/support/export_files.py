"""Rows to export, and exported files read back as other programs read them."""

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

from sessions_app.domain.row import SessionRow
from sessions_app.exports.columns import columns_for_tab
from sessions_app.exports.csv import csv_chunks

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
_DEFAULTS: dict[str, Any] = {
    "id": 8412,
    "started_at": NOW - timedelta(hours=1),
    "ended_at": NOW,
    "zone": "Australia/Sydney",
    "station": "HT-B1-03",
    "connector": 1,
    "max_power_w": 22_000,
    "energy_wh": Decimal("7410.000"),
    "estimated_wh": Decimal(0),
    "idle_s": 0,
    "held_back_s": 0,
    "price": Decimal("2.590"),
    "currency": "AUD",
    "company": "Harbour Living",
    "site": "Harbour Towers",
    "site_area": "Basement 1",
    "user": "Priya Raman",
    "unit": "1204",
    "id_tag": "04A1B2C3",
    "tariff": '{"description": "Tenants"}',
    "end_reason": "Local",
    "ended_by": "",
    "flags": 0,
    "flag_details": "",
}


def row(**fields: Any) -> SessionRow:
    empty: dict[str, Any] = dict.fromkeys(SessionRow.__struct_fields__)
    return SessionRow(**(empty | _DEFAULTS | fields))


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


async def read_streamed(response: Any) -> bytes:
    """Return the content of a response of the asynchronous test client, streamed or not."""
    if not response.streaming:
        return bytes(response.content)
    return b"".join([chunk async for chunk in response])


def as_dict(one: SessionRow, tab: str, *, now: datetime = NOW) -> dict[str, str]:
    """Export one row as CSV, and return its cells by header."""
    return read_csv(b"".join(csv_chunks(columns_for_tab(tab), [one], now=now, bom=False)))[0]
