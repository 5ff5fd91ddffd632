"""A database of an earlier version keeps its data when it is upgraded."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
APP = "sessions_app"
VERSION_0_1_0 = "0007_clock_lag"


def _migrate(*targets: tuple[str, str]) -> Any:
    """Migrate to the targets and return the models as they are there."""
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets))
    return executor.loader.project_state(list(targets)).apps


def _latest() -> list[tuple[str, str]]:
    return [key for key in MigrationExecutor(connection).loader.graph.leaf_nodes() if key[0] == APP]


@pytest.fixture
def version_0_1_0(transactional_db: None) -> Iterator[Any]:
    """Give the models of a database of version 0.1.0; afterwards it is the latest again."""
    latest = _latest()
    yield _migrate((APP, VERSION_0_1_0))
    _migrate(*latest)


def test_upgrade_keeps_data(version_0_1_0: Any) -> None:
    models = version_0_1_0
    company = models.get_model(APP, "Company").objects.create(name="Harbour Living", currency="AUD")
    site = models.get_model(APP, "Site").objects.create(company=company, name="Harbour Towers", time_zone="UTC")
    area = models.get_model(APP, "SiteArea").objects.create(site=site, name="Basement 1")
    station = models.get_model(APP, "ChargingStation").objects.create(site_area=area, identity="HT-B1-03")
    session = models.get_model(APP, "ChargingSession").objects.create(
        station=station, site=site, site_area=area, started_at=NOON, energy_wh=Decimal(7410), running='{"at":1}'
    )
    models.get_model(APP, "KnockingStation").objects.create(identity="X", knocks=3, first_at=NOON, last_at=NOON)
    models.get_model(APP, "SetAsideMessage").objects.create(
        station=station, action="StopTransaction", payload="{}", error="No session", received_at=NOON
    )
    models.get_model(APP, "CurveDigest").objects.create(session=session, upto=4_000, curve="{}")

    upgraded = _migrate(*_latest())

    pending = upgraded.get_model(APP, "PendingStation").objects.get()
    dead_letter = upgraded.get_model(APP, "DeadLetter").objects.get()
    series = upgraded.get_model(APP, "DownsampledSeries").objects.get()
    charged = upgraded.get_model(APP, "ChargingSession").objects.get()
    assert (pending.identity, pending.attempts) == ("X", 3)
    assert (dead_letter.action, dead_letter.station_id) == ("StopTransaction", station.pk)
    assert (series.session_id, series.last_number) == (session.pk, 4_000)
    assert (charged.pk, charged.energy_wh, charged.totals) == (session.pk, 7410, '{"at":1}')


def test_upgrade_begins_spans_with_what_is_known(version_0_1_0: Any) -> None:
    models = version_0_1_0
    company = models.get_model(APP, "Company").objects.create(name="Harbour Living", currency="AUD")
    site = models.get_model(APP, "Site").objects.create(company=company, name="Harbour Towers", time_zone="UTC")
    area = models.get_model(APP, "SiteArea").objects.create(site=site, name="Basement 1")
    stations = models.get_model(APP, "ChargingStation").objects
    connected = stations.create(site_area=area, identity="A", connection_id="c", connected_at=NOON)
    stations.create(site_area=area, identity="NEVER")
    away = stations.create(site_area=area, identity="B", connected_at=NOON, disconnected_at=NOON + timedelta(hours=1))
    connectors = models.get_model(APP, "Connector").objects
    connectors.create(station=connected, number=1)
    connectors.create(station=connected, number=2, status="Charging", status_at=NOON)

    upgraded = _migrate(*_latest())

    connections = upgraded.get_model(APP, "ConnectionSpan").objects.order_by("station_id")
    assert [*connections.values_list("station_id", "disconnected_at", "is_end_recorded")] == [
        (connected.pk, None, False),
        (away.pk, NOON + timedelta(hours=1), True),
    ]
    statuses = upgraded.get_model(APP, "StatusSpan").objects
    assert [*statuses.values_list("connector_number", "status", "from_at", "to_at")] == [(2, "Charging", NOON, None)]


def test_upgrade_leaves_figures(version_0_1_0: Any) -> None:
    """Recomputing is for an operator to start: `manage.py recompute_sessions`."""
    models = version_0_1_0
    company = models.get_model(APP, "Company").objects.create(name="Harbour Living", currency="AUD")
    site = models.get_model(APP, "Site").objects.create(company=company, name="Harbour Towers", time_zone="UTC")
    area = models.get_model(APP, "SiteArea").objects.create(site=site, name="Basement 1")
    station = models.get_model(APP, "ChargingStation").objects.create(site_area=area, identity="HT-B1-03")
    figures = {"energy_wh": Decimal(7_784_480), "idle_s": 60, "price": Decimal("2724.57"), "flags": 0}
    session = models.get_model(APP, "ChargingSession").objects.create(
        station=station, site=site, site_area=area, started_at=NOON, reading_count=1, currency="AUD", **figures
    )
    sample = {"register_wh": Decimal(7_784_480), "energy_wh": Decimal(7_784_480), "price": Decimal("2724.57")}
    models.get_model(APP, "MeterSample").objects.create(session=session, at=NOON, number=1, **sample)

    upgraded = _migrate(*_latest())

    assert upgraded.get_model(APP, "ChargingSession").objects.values(*figures).get() == figures
    assert upgraded.get_model(APP, "MeterSample").objects.values(*sample).get() == sample
