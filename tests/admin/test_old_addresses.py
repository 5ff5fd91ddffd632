"""Bookmarked admin pages of renamed models lead to their new addresses."""

import pytest
from django.test import Client

from sessions_app.models import DeadLetter, PendingStation
from tests.support import builders

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("old", "new"), [("knockingstation", "pendingstation"), ("setasidemessage", "deadletter")])
def test_old_list_address_redirects_with_its_query(operator: Client, old: str, new: str) -> None:
    response = operator.get(f"/admin/sessions_app/{old}/?q=A1", follow=True)

    assert response.redirect_chain == [(f"/admin/sessions_app/{new}/?q=A1", 301)]
    assert response.status_code == 200


def test_old_station_address_opens_the_pending_station(operator: Client) -> None:
    pending = PendingStation.objects.create(identity="NEW-1", first_at=builders.NOON, last_at=builders.NOON)

    response = operator.get(f"/admin/sessions_app/knockingstation/{pending.pk}/change/", follow=True)

    assert response.status_code == 200
    assert response.context["original"] == pending


def test_old_message_address_opens_the_dead_letter(operator: Client) -> None:
    letter = DeadLetter.objects.create(
        station=builders.station(), action="MeterValues", payload="{}", error="no", received_at=builders.NOON
    )

    response = operator.get(f"/admin/sessions_app/setasidemessage/{letter.pk}/change/", follow=True)

    assert response.status_code == 200
    assert response.context["original"] == letter


def test_old_address_requires_sign_in(client: Client) -> None:
    response = client.get("/admin/sessions_app/knockingstation/")

    assert response.status_code == 302
    assert "/sign-in/" in response["Location"]
