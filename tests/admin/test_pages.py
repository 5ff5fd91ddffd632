"""Every admin page opens, searches and sorts, with the same few queries for any number of rows."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sessions_app import models
from sessions_app.domain.flags import Flag
from tests.support import builders

MODELS = [model for model in admin.site._registry if model._meta.app_label == "sessions_app"]
pytestmark = pytest.mark.django_db


def address(model: type[Model], page: str, *args: int) -> str:
    return reverse(f"admin:sessions_app_{model._meta.model_name}_{page}", args=args)


def create_one_of_each() -> None:
    site = builders.site()
    [dana] = builders.many_managers(1, of=[site])
    driver = builders.driver(site=site)
    tag = builders.id_tag(of=driver)
    station = builders.station(at=site)
    charged = builders.session(on=station, driver=driver, id_tag=tag, flags=Flag.NO_PRICE)
    builders.session(on=station, connector=2, lasted=None)
    models.PendingStation.objects.create(identity=f"PENDING-{site.pk}", first_at=builders.NOON, last_at=builders.NOON)
    models.DeadLetter.objects.create(
        station=station,
        action="MeterValues",
        payload="{}",
        error="ValueError: no",
        received_at=builders.NOON,
    )
    models.ActionAudit.objects.create(
        manager_name="Dana",
        action="stop",
        session=charged,
        station=station,
        at=builders.NOON,
        outcome="accepted",
    )
    models.StatusSpan.objects.create(
        station=station, connector_number=1, status="Charging", from_at=builders.NOON, received_at=builders.NOON
    )
    models.ConnectionSpan.objects.create(station=station, connection="c", connected_at=builders.NOON)
    models.PlannedDowntime.objects.create(station=station, from_at=builders.NOON)
    models.ElectricityCost.objects.create(site=site, valid_from=builders.NOON, price_per_kwh="0.22", currency="AUD")
    models.SavedView.objects.create(manager=dana, name="Idle", tab="in-progress")
    models.ExportJob.objects.create(
        manager=dana, kind="sessions", of="history", name="History", rows_total=1, created_at=builders.NOON
    )
    models.PricingPolicy.objects.create(
        description="Flat", currency="AUD", valid_from=builders.NOON - timedelta(days=1)
    )


def names(models: Iterable[type[Model]]) -> list[str]:
    return [model.__name__ for model in models]


def test_every_model_for_operators_has_an_admin_page() -> None:
    without = {
        models.DownsampledSeries,
        models.ElectricityCost,
        models.Membership,
        models.MeterSample,
        models.PlannedDowntime,
        models.PriceComponent,
        models.ScheduleState,
        models.WorkerHeartbeat,
    }

    missing = set(names([vars(models)[name] for name in models.__all__])) - set(names(MODELS)) - set(names(without))

    assert not missing


@pytest.mark.parametrize("model", MODELS, ids=names(MODELS))
def test_list_takes_same_queries_for_more_rows(operator: Client, model: type[Model]) -> None:
    create_one_of_each()
    operator.get(address(model, "changelist"))
    with CaptureQueriesContext(connection) as few:
        assert operator.get(address(model, "changelist")).status_code == 200
    for _ in range(3):
        create_one_of_each()

    with CaptureQueriesContext(connection) as many:
        answer = operator.get(address(model, "changelist"))

    assert answer.status_code == 200
    assert len(many) <= len(few), "\n".join(query["sql"] for query in many)
    assert len(many) <= 14


@pytest.mark.parametrize("model", MODELS, ids=names(MODELS))
def test_every_model_opens(operator: Client, model: type[Model]) -> None:
    create_one_of_each()

    answer = operator.get(address(model, "change", model._default_manager.values_list("pk", flat=True)[0]))

    assert answer.status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=names(MODELS))
def test_only_manually_created_models_can_be_added(operator: Client, model: type[Model]) -> None:
    created_elsewhere = {
        models.ActionAudit,
        models.ChargingSession,
        models.ConnectionSpan,
        models.Connector,
        models.ExportJob,
        models.PendingStation,
        models.SavedView,
        models.DeadLetter,
        models.StatusSpan,
    }

    answer = operator.get(address(model, "add"))

    assert answer.status_code == (403 if model in created_elsewhere else 200)


@pytest.mark.parametrize("model", MODELS, ids=names(MODELS))
def test_search_accepts_odd_words(operator: Client, model: type[Model]) -> None:
    create_one_of_each()

    for words in ("99999999999999999999999", "' OR 1=1", "%", "ü Ω", "a\\", "12 x"):
        assert operator.get(address(model, "changelist"), {"q": words}).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=names(MODELS))
def test_list_sorts_by_every_column_both_ways(operator: Client, model: type[Model]) -> None:
    create_one_of_each()
    columns = operator.get(address(model, "changelist")).context["cl"].list_display

    for number in range(1, len(columns) + 1):
        for order in (number, -number):
            assert operator.get(address(model, "changelist"), {"o": order}).status_code == 200


def test_admin_is_closed_to_managers(client: Client) -> None:
    client.force_login(builders.manager())

    for model in MODELS:
        assert client.get(address(model, "changelist")).status_code == 302
