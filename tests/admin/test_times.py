"""Every time is shown in site time, or marked as UTC."""

from datetime import UTC, datetime

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from sessions_app import models
from tests.support import builders

pytestmark = pytest.mark.django_db

AT = datetime(2024, 11, 25, 7, 10, tzinfo=UTC)  # 18:10 in Sydney
SITE_TIME = "25 Nov 2024 18:10"
IN_FULL = 'title="2024-11-25 18:10:00 AEDT (Australia/Sydney)"'


def page(operator: Client, model: type[Model], *args: int) -> str:
    name = "change" if args else "changelist"
    answer = operator.get(reverse(f"admin:sessions_app_{model._meta.model_name}_{name}", args=args))
    return answer.content.decode()


def one_of_each() -> tuple[Model, ...]:
    site = builders.site()
    station = builders.station(at=site, last_seen_at=AT, connectors=0)
    return (
        station,
        models.ActionAudit.objects.create(
            manager_name="Dana", action="stop", station=station, at=AT, outcome="accepted"
        ),
        models.DeadLetter.objects.create(
            station=station, action="MeterValues", payload="{}", error="no", received_at=AT
        ),
        builders.id_tag(of=builders.driver(site=site), expires_at=AT),
    )


def test_lists_show_site_time(operator: Client) -> None:
    for thing in one_of_each():
        listed = page(operator, type(thing))

        assert SITE_TIME in listed, type(thing)
        assert IN_FULL in listed, type(thing)


def test_forms_show_site_time(operator: Client) -> None:
    station, audit, message, _ = one_of_each()

    for thing in (station, audit, message):
        assert SITE_TIME in page(operator, type(thing), thing.pk), type(thing)


def test_connector_status_time_is_site_time(operator: Client) -> None:
    station = builders.station(connectors=1)
    station.connectors.update(status="Charging", status_at=AT)

    assert SITE_TIME in page(operator, models.ChargingStation, station.pk)


def test_times_without_a_site_are_marked_utc(operator: Client) -> None:
    models.PendingStation.objects.create(identity="CP-9", first_at=AT, last_at=AT)
    builders.id_tag(of=builders.driver(), expires_at=AT)
    models.Manager.objects.update(last_login=AT)

    for model in (models.PendingStation, models.IdTag, models.Manager):
        assert "25 Nov 2024 07:10 UTC" in page(operator, model), model


def test_tag_expiry_is_entered_in_utc(operator: Client) -> None:
    assert "In UTC." in page(operator, models.IdTag, builders.id_tag().pk)
