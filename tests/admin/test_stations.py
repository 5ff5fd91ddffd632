"""Stations and connectors in the admin."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db.models import Model
from django.db.models.signals import pre_save
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions_app.domain.lifecycle import OFFLINE_AFTER
from sessions_app.models import ChargingStation, PendingStation
from sessions_app.store.credentials import matches
from tests import factories
from tests.admin.forms import rows, station_form

pytestmark = pytest.mark.django_db

STATIONS = reverse("admin:sessions_app_chargingstation_changelist")


def listed(operator: Client, **asked: str) -> set[ChargingStation]:
    return set(operator.get(STATIONS, asked).context["cl"].queryset)


def test_it_filters_stations_by_what_their_icon_says(operator: Client) -> None:
    now = timezone.now()
    for connection_id in ("", "a socket"):
        for last_seen_at in (None, now, now - OFFLINE_AFTER - timedelta(minutes=1)):
            factories.station(connection_id=connection_id, last_seen_at=last_seen_at)

    online, offline = listed(operator, online="yes"), listed(operator, online="no")

    assert online == {each for each in ChargingStation.objects.all() if each.is_online}
    assert offline == {each for each in ChargingStation.objects.all() if not each.is_online}
    assert len(online) == 2


@pytest.fixture
def meanwhile() -> Iterator[Callable[..., None]]:
    """Give a function that writes columns of a row when a form is about to save it."""
    receivers = []

    def meanwhile(row: Model, **columns: object) -> None:
        def write(**kwargs: object) -> None:
            type(row)._default_manager.filter(pk=row.pk).update(**columns)

        receivers.append((write, type(row)))
        pre_save.connect(write, sender=type(row))

    yield meanwhile
    for write, sender in receivers:
        pre_save.disconnect(write, sender=sender)


def change(operator: Client, thing: Model, form: dict[str, object]) -> None:
    answer = operator.post(reverse(f"admin:sessions_app_{thing._meta.model_name}_change", args=[thing.pk]), form)
    assert answer.status_code == 302
    thing.refresh_from_db()


def test_it_undoes_nothing_that_a_socket_wrote_while_the_form_was_open(operator: Client, meanwhile) -> None:
    station = factories.station("HT-B1-03", connectors=0)
    meanwhile(station, connection_id="opened", last_seen_at=factories.NOON)

    change(operator, station, station_form(station.site_area, identity="HT-B1-04", password="new"))

    assert (station.connection_id, station.last_seen_at) == ("opened", factories.NOON)
    assert station.identity == "HT-B1-04"
    assert matches(station.password_digest, b"new")


def test_it_undoes_no_status_that_a_connector_told_while_the_form_was_open(operator: Client, meanwhile) -> None:
    station = factories.station("HT-B1-03", connectors=1)
    connector = station.connectors.get()
    meanwhile(connector, status="Charging")
    row = {"id": connector.pk, "station": station.pk, "number": 1, "max_power_w": 7400, "phases": 1}

    change(operator, station, station_form(station.site_area, **rows("connectors", row, initial=1)))

    connector.refresh_from_db()
    assert (connector.status, connector.max_power_w, connector.phases) == ("Charging", 7_400, 1)


def test_it_undoes_no_choice_that_a_manager_made_while_the_form_was_open(operator: Client, meanwhile) -> None:
    dana = factories.manager()
    meanwhile(dana, columns={"history": "id"})

    change(operator, dana, {"username": "dana", "last_name": "Ng", "is_active": "on", **rows("memberships")})

    assert (dana.columns, dana.last_name) == ({"history": "id"}, "Ng")


def test_it_finds_connectors_by_what_they_said(operator: Client) -> None:
    broken, _ = factories.station("GARAGE-7").connectors.order_by("number")
    type(broken).objects.filter(pk=broken.pk).update(status="Faulted", error_code="GroundFailure")
    connectors = reverse("admin:sessions_app_connector_changelist")

    for asked in ({"q": "garage fault"}, {"status": "Faulted"}, {"error_code": "GroundFailure"}):
        assert list(operator.get(connectors, asked).context["cl"].queryset) == [broken]


def test_it_has_a_word_for_connectors_that_have_said_nothing(operator: Client) -> None:
    factories.station()

    page = operator.get(reverse("admin:sessions_app_connector_changelist")).content.decode()

    assert re.search(r'href="\?status=">\s*–\s*</a>', page)


def test_it_rates_a_connector_and_leaves_its_station_alone(operator: Client) -> None:
    connector = factories.station(connectors=1).connectors.get()
    other = factories.station()

    change(
        operator,
        connector,
        {"station": other.pk, "number": 9, "max_power_w": 7400, "phases": 1} | rows("planned_downtimes"),
    )

    assert (connector.max_power_w, connector.phases) == (7_400, 1)
    assert (connector.station == other, connector.number) == (False, 1)


def test_it_shows_the_stations_of_an_area(operator: Client) -> None:
    here, elsewhere = factories.station("HT-B1-03"), factories.station("GARAGE-7")

    page = operator.get(reverse("admin:sessions_app_sitearea_change", args=[here.site_area.pk]))

    assert reverse("admin:sessions_app_chargingstation_change", args=[here.pk]) in page.content.decode()
    assert elsewhere.identity not in page.content.decode()


def test_it_finds_knocks_by_when_they_last_came(operator: Client) -> None:
    now = timezone.now()
    for identity, last_at in (("OLD", now - timedelta(days=40)), ("NEW", now)):
        PendingStation.objects.create(identity=identity, first_at=last_at, last_at=last_at)

    answer = operator.get(
        reverse("admin:sessions_app_pendingstation_changelist"),
        {"last_at__gte": (now - timedelta(days=7)).isoformat()},
    )

    assert [knock.identity for knock in answer.context["cl"].queryset] == ["NEW"]
