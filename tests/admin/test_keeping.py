"""Objects in use by sessions cannot be deleted; unused ones are deleted with their own records."""

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from sessions_app.admin.base import CappedPaginator
from sessions_app.models import ChargingSession, DeadLetter, Manager, SavedView
from tests.support import builders

pytestmark = pytest.mark.django_db


def address(thing: Model, page: str) -> str:
    return reverse(f"admin:sessions_app_{thing._meta.model_name}_{page}", args=[thing.pk])


def used() -> ChargingSession:
    site = builders.site()
    driver = builders.driver(site=site)
    return builders.session(
        on=builders.station(at=site),
        driver=driver,
        id_tag=builders.id_tag(of=driver),
        policy=builders.policy(),
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
def test_delete_page_says_why_not_and_what_to_do_instead(operator: Client, kind: str, instead: str) -> None:
    thing = getattr(used(), kind)

    form = operator.get(address(thing, "change")).content.decode()
    refused = operator.get(address(thing, "delete"))

    for page in (form, refused.content.decode()):
        assert f"“{thing}” cannot be deleted: it is in use by 1 session. {instead}" in page
    assert refused.status_code == 403


def test_usage_count_is_capped(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CappedPaginator, "most", 2)
    station = builders.station()
    for _ in range(3):
        builders.session(on=station)

    assert "in use by 2+ sessions" in operator.get(address(station, "change")).content.decode()


def test_unused_object_can_be_deleted(operator: Client) -> None:
    station = builders.station()

    page = operator.get(address(station, "change")).content.decode()

    assert "cannot be deleted" not in page
    assert address(station, "delete") in page


def test_deleting_station_deletes_its_dead_letters(operator: Client) -> None:
    station = builders.station()
    DeadLetter.objects.create(
        station=station, action="MeterValues", payload="{}", error="no", received_at=builders.NOON
    )

    operator.post(address(station, "delete"), {"post": "yes"})

    assert not DeadLetter.objects.exists()


def test_deleting_manager_deletes_saved_views(operator: Client) -> None:
    dana = builders.manager()
    SavedView.objects.create(manager=dana, name="Idle", tab="in-progress")

    operator.post(address(dana, "delete"), {"post": "yes"})

    assert not Manager.objects.filter(username="dana").exists()


@pytest.mark.parametrize("kind", ["policy", "driver", "id_tag", "station", "site_area", "site"])
def test_form_links_to_sessions_of_object(operator: Client, kind: str) -> None:
    session, _ = used(), used()
    thing = getattr(session, kind)
    page = operator.get(address(thing, "change")).content.decode()
    sessions = f"{reverse('admin:sessions_app_chargingsession_changelist')}?{kind}__id__exact={thing.pk}"

    answer = operator.get(sessions)

    assert f'href="{sessions}"' in page
    assert list(answer.context["cl"].queryset) == [session]
