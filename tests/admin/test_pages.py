"""Every page of the admin opens, finds and sorts, with the same few queries for any number of rows."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sessions_app import models
from sessions_app.domain.flags import Flag
from tests import factories

OURS = [model for model in admin.site._registry if model._meta.app_label == "sessions_app"]
pytestmark = pytest.mark.django_db


def address(model, page: str, *args) -> str:
    return reverse(f"admin:sessions_app_{model._meta.model_name}_{page}", args=args)


def one_of_everything() -> None:
    site = factories.site()
    dana = factories.manager(f"manager-{site.pk}", of=[site])
    driver = factories.driver(site=site)
    tag = factories.id_tag(of=driver)
    station = factories.station(at=site)
    charged = factories.session(on=station, driver=driver, id_tag=tag, flags=Flag.NO_PRICE)
    factories.session(on=station, connector=2, lasted=None)
    models.PendingStation.objects.create(identity=f"KNOCK-{site.pk}", first_at=factories.NOON, last_at=factories.NOON)
    models.DeadLetter.objects.create(
        station=station,
        action="MeterValues",
        payload="{}",
        error="ValueError: no",
        received_at=factories.NOON,
    )
    models.ActionAudit.objects.create(
        manager_name="Dana",
        action="stop",
        session=charged,
        station=station,
        at=factories.NOON,
        outcome="accepted",
    )
    models.StatusSpan.objects.create(
        station=station, connector_number=1, status="Charging", from_at=factories.NOON, received_at=factories.NOON
    )
    models.ConnectionSpan.objects.create(station=station, connection="c", connected_at=factories.NOON)
    models.PlannedDowntime.objects.create(station=station, from_at=factories.NOON)
    models.ElectricityCost.objects.create(site=site, valid_from=factories.NOON, price_per_kwh="0.22", currency="AUD")
    models.SavedView.objects.create(manager=dana, name="Idle", tab="in-progress")
    models.ExportJob.objects.create(
        manager=dana, kind="sessions", of="history", name="History", rows_total=1, created_at=factories.NOON
    )
    models.PricingPolicy.objects.create(
        description="Flat", currency="AUD", valid_from=factories.NOON - timedelta(days=1)
    )


def names(models) -> list[str]:
    return [model.__name__ for model in models]


def test_it_has_a_page_for_every_model_that_an_operator_works_with() -> None:
    without = {
        models.DownsampledSeries,
        models.ElectricityCost,
        models.Membership,
        models.MeterSample,
        models.PlannedDowntime,
        models.PriceComponent,
    }

    missing = set(names([vars(models)[name] for name in models.__all__])) - set(names(OURS)) - set(names(without))

    assert not missing


@pytest.mark.parametrize("model", OURS, ids=names(OURS))
def test_it_lists_with_the_same_queries_for_more_rows(operator: Client, model) -> None:
    one_of_everything()
    operator.get(address(model, "changelist"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert operator.get(address(model, "changelist")).status_code == 200
    for _ in range(3):
        one_of_everything()

    with CaptureQueriesContext(connection) as many:
        answer = operator.get(address(model, "changelist"))

    assert answer.status_code == 200
    assert len(many) <= len(few), "\n".join(query["sql"] for query in many)
    assert len(many) <= 14


@pytest.mark.parametrize("model", OURS, ids=names(OURS))
def test_it_opens_one_of_each(operator: Client, model) -> None:
    one_of_everything()

    answer = operator.get(address(model, "change", model.objects.first().pk))

    assert answer.status_code == 200


@pytest.mark.parametrize("model", OURS, ids=names(OURS))
def test_it_adds_only_what_people_make(operator: Client, model) -> None:
    made_elsewhere = {
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

    assert answer.status_code == (403 if model in made_elsewhere else 200)


@pytest.mark.parametrize("model", OURS, ids=names(OURS))
def test_it_searches_for_odd_words(operator: Client, model) -> None:
    one_of_everything()

    for words in ("99999999999999999999999", "' OR 1=1", "%", "ü Ω", "a\\", "12 x"):
        assert operator.get(address(model, "changelist"), {"q": words}).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=names(OURS))
def test_it_sorts_by_every_column_both_ways(operator: Client, model) -> None:
    one_of_everything()
    columns = operator.get(address(model, "changelist")).context["cl"].list_display

    for place in range(1, len(columns) + 1):
        for way in (place, -place):
            assert operator.get(address(model, "changelist"), {"o": way}).status_code == 200


def test_it_is_closed_to_a_manager_who_is_no_operator(client: Client) -> None:
    client.force_login(factories.manager())

    for model in OURS:
        assert client.get(address(model, "changelist")).status_code == 302
