"""Load the charging reports of twelve Norwegian apartment garages (CC BY 4.0, Sørensen et al. 2024)."""

import csv
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from sessions_app.domain.flags import Flag
from sessions_app.models import ChargingSession, ChargingStation, Driver
from tests.support import builders

SHARED = Path(os.environ.get("TERRAFUSE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
REPORTS = SHARED / "data" / "norway_apartments" / "norway12_charging_reports.csv"
OSLO = ZoneInfo("Europe/Oslo")


def reports() -> Iterator[dict[str, str]]:
    """Yield the reports unchanged."""
    with REPORTS.open(newline="", encoding="utf-8-sig") as file:
        yield from csv.DictReader(file, delimiter=";")


def moment(text: str) -> datetime | None:
    """Return a local time of Oslo in UTC, or None for NA. In a repeated hour, take the first."""
    return None if text == "NA" else datetime.fromisoformat(text).replace(tzinfo=OSLO).astimezone(UTC)


def energy_wh(text: str) -> Decimal:
    kwh = Decimal(0) if text == "NA" else Decimal(text.replace(",", "."))
    return (kwh * 1000).quantize(Decimal("0.001"), ROUND_HALF_UP)


def load() -> list[ChargingSession]:
    """Store all reports: a garage becomes a site, a parking place becomes a station and a driver."""
    company = builders.company("Norwegian garages", currency="NOK")
    stations: dict[str, ChargingStation] = {}
    drivers: dict[str, Driver] = {}
    sites = {}
    result = []
    for report in reports():
        garage, place = report["location"], report["user_id"]
        if garage not in sites:
            sites[garage] = builders.site(garage, of=company, time_zone="Europe/Oslo")
        if place not in stations:
            stations[place] = builders.station(place, at=sites[garage], connectors=1, max_power_w=7_400)
            drivers[place] = builders.driver(place)
        result.append(_session(report, stations[place], drivers[place]))
    return ChargingSession.objects.bulk_create(result, batch_size=2_000)


def _session(report: dict[str, str], station: ChargingStation, driver: Driver) -> ChargingSession:
    """Return a session; a report without an end becomes a session without a stop, which ends at its start."""
    started_at, ended_at = moment(report["plugin_time"]), moment(report["plugout_time"])
    assert started_at is not None
    is_complete = ended_at is not None and ended_at >= started_at
    return ChargingSession(
        station=station,
        connector=station.connectors.all()[0],
        site_area=station.site_area,
        site=station.site_area.site,
        driver=driver,
        id_tag_value=report["session_id"],
        started_at=started_at,
        ended_at=ended_at if is_complete else started_at,
        end_reason="EVDisconnected" if is_complete else "NextSession",
        is_provisional=not is_complete,
        flags=0 if is_complete else int(Flag.CLOSED_BY_US),
        energy_wh=energy_wh(report["energy_session"]),
    )
