"""Tell the open sockets of a manager that what he may see has changed.

By signals, since a membership goes in many ways: from its form, with its site, with its manager. A
browser that signs out loses its sockets too.
"""

from typing import Any

from asgiref.sync import async_to_sync
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from sessions_app import announce
from sessions_app.models import Manager, Membership


@receiver([post_save, post_delete], sender=Membership)
def membership_changed(instance: Membership, **kwargs: Any) -> None:
    """Announce a membership that was given, changed or taken away."""
    _announce(instance.manager_id)


@receiver([post_save, post_delete], sender=Manager)
def manager_changed(instance: Manager, **kwargs: Any) -> None:
    """Announce a manager who may have been deactivated or made an operator; signing in changes nothing."""
    is_news = not kwargs.get("created") and kwargs.get("update_fields") != {"last_login"}
    if is_news:
        _announce(instance.pk)


@receiver(post_delete, sender=Session)
def session_ended(instance: Session, **kwargs: Any) -> None:
    """Announce that a browser has signed out; by the row, which goes after Django's own signal for it."""
    manager_id = instance.get_decoded().get(SESSION_KEY, "")
    if manager_id:
        _announce(int(manager_id))


def _announce(manager_id: int) -> None:
    """Announce after the commit; a layer that fails undoes nothing."""

    def announce_access() -> None:  # no partial: Django logs a failure by the function's name
        event = announce.AccessChanged(type="access.changed")
        async_to_sync(announce.send)(announce.manager_group(manager_id), event)

    transaction.on_commit(announce_access, robust=True)
