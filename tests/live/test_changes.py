"""Changes of a manager's access are announced to their open sockets."""

import pytest
from django.test import Client

from sessions_app import announce
from sessions_app.models import Membership
from tests.support import builders

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the groups that received a change of access."""
    groups: list[str] = []

    async def send(group: str, event: dict[str, str]) -> None:
        assert event == {"type": "access.changed"}
        groups.append(group)

    monkeypatch.setattr(announce, "send", send)
    return groups


def test_membership_changes_are_announced(announced: list[str]) -> None:
    dana, site = builders.manager(), builders.site()

    held = Membership.objects.create(manager=dana, site=site)
    held.role = "manager"
    held.save()
    held.delete()

    assert announced == [announce.manager_group(dana.pk)] * 3


def test_deactivated_manager_is_announced(announced: list[str]) -> None:
    dana = builders.manager()

    dana.is_active = False
    dana.save()

    assert announced == [announce.manager_group(dana.pk)]


def test_sign_in_is_not_announced(announced: list[str], client: Client) -> None:
    client.force_login(builders.manager())

    assert announced == []


def test_membership_is_removed_without_a_channel_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def send(group: str, event: dict[str, str]) -> None:
        raise ConnectionError

    monkeypatch.setattr(announce, "send", send)
    dana = builders.manager(of=[builders.site()])

    dana.memberships.get().delete()

    assert not dana.memberships.exists()
