"""Open sockets are told when what their manager may see has changed."""

import pytest
from django.test import Client

from sessions_app import announce
from sessions_app.models import Membership
from tests.support import builders

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the groups to which a change of access was announced."""
    groups: list[str] = []

    async def send(group: str, event: dict[str, str]) -> None:
        assert event == {"type": "access.changed"}
        groups.append(group)

    monkeypatch.setattr(announce, "send", send)
    return groups


def test_membership_changes_are_announced(told: list[str]) -> None:
    dana, site = builders.manager(), builders.site()

    held = Membership.objects.create(manager=dana, site=site)
    held.role = "manager"
    held.save()
    held.delete()

    assert told == [announce.manager_group(dana.pk)] * 3


def test_deactivated_manager_is_announced(told: list[str]) -> None:
    dana = builders.manager()

    dana.is_active = False
    dana.save()

    assert told == [announce.manager_group(dana.pk)]


def test_sign_in_is_not_announced(told: list[str], client: Client) -> None:
    client.force_login(builders.manager())

    assert told == []


def test_membership_is_removed_without_a_channel_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def send(group: str, event: dict[str, str]) -> None:
        raise ConnectionError

    monkeypatch.setattr(announce, "send", send)
    dana = builders.manager(of=[builders.site()])

    dana.memberships.get().delete()

    assert not dana.memberships.exists()
