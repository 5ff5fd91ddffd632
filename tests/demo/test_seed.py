from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from sessions_app.demo import fixtures
from sessions_app.demo.seed import ForeignDataError, seed
from sessions_app.models import ChargingSession, ChargingStation, Company, Connector, Driver, MeterSample
from sessions_app.store.credentials import matches
from tests.support import builders

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 31, 3, 0, tzinfo=UTC)


def figures() -> list[tuple[object, ...]]:
    return list(
        ChargingSession.objects.order_by("started_at", "station__identity").values_list(
            "station__identity", "started_at", "ended_at", "energy_wh", "idle_s", "price"
        )
    )


def test_new_database_gets_a_company_with_history() -> None:
    seed(stations=14, days=3, password="pw", at=AT)

    company = Company.objects.get()
    assert company.is_demo
    assert company.sites.count() == 3
    assert ChargingStation.objects.count() == 14
    assert Driver.objects.count() == len(fixtures.demo_people())
    sessions = ChargingSession.objects.all()
    assert sessions.filter(ended_at__isnull=True).count() == 0
    assert sessions.count() > 3 * 14
    assert sessions.filter(price=None).count() == 0
    assert MeterSample.objects.count() > 20 * sessions.count()


def test_last_sample_equals_the_totals_of_its_session() -> None:
    seed(stations=14, days=2, password="pw", at=AT)

    for session in ChargingSession.objects.all():
        last = session.samples.order_by("-at").first()
        assert last is not None
        assert last.energy_wh <= session.energy_wh
        assert session.energy_wh - last.energy_wh < 2_500
        assert session.reading_count == session.samples.count()


def test_the_same_seed_gives_the_same_figures() -> None:
    seed(stations=14, days=2, password="pw", at=AT)
    before = figures()
    for model in (MeterSample, ChargingSession):
        model.objects.all().delete()
    Connector.objects.update(available_at=None, status_at=None)

    seed(stations=14, days=2, password="another", at=AT)

    assert figures() == before


def test_second_run_adds_only_newer_sessions() -> None:
    seed(stations=14, days=2, password="pw", at=AT)
    before = figures()

    last_at = seed(stations=16, days=2, password="newer", at=AT + timedelta(days=2))

    after = figures()
    assert last_at is not None
    assert AT - timedelta(hours=15) < last_at < AT
    assert set(before) < set(after)
    overlapping = ChargingSession.objects.filter(
        connector__sessions__started_at__lt=F("started_at"),
        connector__sessions__ended_at__gt=F("started_at"),
    )
    assert not overlapping.exists()
    assert ChargingStation.objects.count() == 16
    assert matches(ChargingStation.objects.get(identity="HT-B1-01").password_digest, b"newer")


def test_foreign_database_is_left_unchanged() -> None:
    builders.company("Real Estate Ltd")

    with pytest.raises(ForeignDataError):
        seed(stations=14, days=2, password="pw", at=AT)

    assert not ChargingStation.objects.exists()
