"""What sessions point to stays, and says why; what has none goes, with all that is its own."""

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from sessions_app.admin.base import Capped
from sessions_app.models import ChargingSession, Manager, SavedView, SetAsideMessage
from tests import factories

pytestmark = pytest.mark.django_db


def address(thing: Model, page: str) -> str:
    return reverse(f"admin:sessions_app_{thing._meta.model_name}_{page}", args=[thing.pk])


def used() -> ChargingSession:
    site = factories.site()
    driver = factories.driver(site=site)
    return factories.session(
        on=factories.station(at=site),
        driver=driver,
        id_tag=factories.id_tag(of=driver),
        policy=factories.policy(),
    )


@pytest.mark.parametrize(
    ("kind", "instead"),
    [
        ("policy", "Set its “valid to” date instead."),
        ("driver", "Block their IdTags instead."),
        ("station", "Change its password instead"),
        ("site_area", "Move its stations to another area instead"),
        ("site", "Move its stations to another site instead"),
    ],
)
def test_it_says_why_it_cannot_be_deleted_and_what_to_do_instead(
    operator: Client, kind: str, instead: str
) -> None:
    thing = getattr(used(), kind)

    form = operator.get(address(thing, "change")).content.decode()
    refused = operator.get(address(thing, "delete"))

    for page in (form, refused.content.decode()):
        assert f"“{thing}” cannot be deleted: it is in use by 1 session. {instead}" in page
    assert refused.status_code == 403


def test_it_counts_the_sessions_no_further_than_anybody_would(operator: Client, monkeypatch) -> None:
    monkeypatch.setattr(Capped, "most", 2)
    station = factories.station()
    for _ in range(3):
        factories.session(on=station)

    assert "in use by 2+ sessions" in operator.get(address(station, "change")).content.decode()


def test_it_says_nothing_of_the_kind_where_it_can_be_deleted(operator: Client) -> None:
    station = factories.station()

    page = operator.get(address(station, "change")).content.decode()

    assert "cannot be deleted" not in page
    assert address(station, "delete") in page


def test_a_station_takes_along_what_it_said_that_could_not_be_recorded(operator: Client) -> None:
    station = factories.station()
    SetAsideMessage.objects.create(
        station=station, action="MeterValues", payload="{}", error="no", received_at=factories.NOON
    )

    operator.post(address(station, "delete"), {"post": "yes"})

    assert not SetAsideMessage.objects.exists()


def test_a_manager_takes_along_the_views_that_nobody_could_delete_alone(operator: Client) -> None:
    dana = factories.manager()
    SavedView.objects.create(manager=dana, name="Idle", tab="in-progress")

    operator.post(address(dana, "delete"), {"post": "yes"})

    assert not Manager.objects.filter(username="dana").exists()


@pytest.mark.parametrize("kind", ["policy", "driver", "id_tag", "station", "site_area", "site"])
def test_it_leads_to_the_sessions_of_each(operator: Client, kind: str) -> None:
    hers, _ = used(), used()
    thing = getattr(hers, kind)
    page = operator.get(address(thing, "change")).content.decode()
    sessions = f"{reverse('admin:sessions_app_chargingsession_changelist')}?{kind}__id__exact={thing.pk}"

    answer = operator.get(sessions)

    assert f'href="{sessions}"' in page
    assert list(answer.context["cl"].queryset) == [hers]
