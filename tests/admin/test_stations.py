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
from tests.admin.forms import rows, station_form
from tests.support import builders

pytestmark = pytest.mark.django_db

WriteMeanwhile = Callable[..., None]
STATIONS = reverse("admin:sessions_app_chargingstation_changelist")


def listed(operator: Client, **query: str) -> set[ChargingStation]:
    return set(operator.get(STATIONS, query).context["cl"].queryset)


def test_online_filter_matches_the_icon(operator: Client) -> None:
    now = timezone.now()
    for connection_id in ("", "a socket"):
        for last_seen_at in (None, now, now - OFFLINE_AFTER - timedelta(minutes=1)):
            builders.station(connection_id=connection_id, last_seen_at=last_seen_at)

    online, offline = listed(operator, online="yes"), listed(operator, online="no")

    assert online == {each for each in ChargingStation.objects.all() if each.is_online}
    assert offline == {each for each in ChargingStation.objects.all() if not each.is_online}
    assert len(online) == 2


@pytest.fixture
def meanwhile() -> Iterator[WriteMeanwhile]:
    """Give a function that writes columns of a row just before a form saves it."""
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


def test_saving_station_keeps_concurrent_socket_writes(operator: Client, meanwhile: WriteMeanwhile) -> None:
    station = builders.station("HT-B1-03", connectors=0)
    meanwhile(station, connection_id="opened", last_seen_at=builders.NOON)

    change(operator, station, station_form(station.site_area, identity="HT-B1-04", password="new"))

    assert (station.connection_id, station.last_seen_at) == ("opened", builders.NOON)
    assert station.identity == "HT-B1-04"
    assert matches(station.password_digest, b"new")


def test_saving_station_keeps_concurrent_connector_status(operator: Client, meanwhile: WriteMeanwhile) -> None:
    station = builders.station("HT-B1-03", connectors=1)
    connector = station.connectors.get()
    meanwhile(connector, status="Charging")
    row: dict[str, object] = {"id": connector.pk, "station": station.pk, "number": 1, "max_power_w": 7400, "phases": 1}

    change(operator, station, station_form(station.site_area, **rows("connectors", row, initial=1)))

    connector.refresh_from_db()
    assert (connector.status, connector.max_power_w, connector.phases) == ("Charging", 7_400, 1)


def test_saving_manager_keeps_concurrent_column_choice(operator: Client, meanwhile: WriteMeanwhile) -> None:
    dana = builders.manager()
    meanwhile(dana, columns={"history": "id"})

    change(operator, dana, {"username": "dana", "last_name": "Ng", "is_active": "on", **rows("memberships")})

    assert (dana.columns, dana.last_name) == ({"history": "id"}, "Ng")


def test_connectors_are_found_by_status_and_error(operator: Client) -> None:
    broken, _ = builders.station("GARAGE-7").connectors.order_by("number")
    type(broken).objects.filter(pk=broken.pk).update(status="Faulted", error_code="GroundFailure")
    connectors = reverse("admin:sessions_app_connector_changelist")

    for query in ({"q": "garage fault"}, {"status": "Faulted"}, {"error_code": "GroundFailure"}):
        assert list(operator.get(connectors, query).context["cl"].queryset) == [broken]


def test_status_filter_has_a_choice_for_unknown(operator: Client) -> None:
    builders.station()

    page = operator.get(reverse("admin:sessions_app_connector_changelist")).content.decode()

    assert re.search(r'href="\?status=">\s*–\s*</a>', page)


def test_connector_form_changes_only_the_rating(operator: Client) -> None:
    connector = builders.station(connectors=1).connectors.get()
    other = builders.station()

    change(
        operator,
        connector,
        {"station": other.pk, "number": 9, "max_power_w": 7400, "phases": 1} | rows("planned_downtimes"),
    )

    assert (connector.max_power_w, connector.phases) == (7_400, 1)
    assert (connector.station == other, connector.number) == (False, 1)


def test_site_area_page_lists_its_stations(operator: Client) -> None:
    here, elsewhere = builders.station("HT-B1-03"), builders.station("GARAGE-7")

    page = operator.get(reverse("admin:sessions_app_sitearea_change", args=[here.site_area.pk]))

    assert reverse("admin:sessions_app_chargingstation_change", args=[here.pk]) in page.content.decode()
    assert elsewhere.identity not in page.content.decode()


def test_pending_stations_are_filtered_by_last_attempt(operator: Client) -> None:
    now = timezone.now()
    for identity, last_at in (("OLD", now - timedelta(days=40)), ("NEW", now)):
        PendingStation.objects.create(identity=identity, first_at=last_at, last_at=last_at)

    answer = operator.get(
        reverse("admin:sessions_app_pendingstation_changelist"),
        {"last_at__gte": (now - timedelta(days=7)).isoformat()},
    )

    assert [station.identity for station in answer.context["cl"].queryset] == ["NEW"]
