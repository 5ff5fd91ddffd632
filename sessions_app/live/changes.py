"""Tell a manager's open sockets that their access has changed.

Signals, since a membership can be deleted by its form, with its site or with its manager. A browser
that signs out loses its sockets too.
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
    """Announce that a membership was added, changed or deleted."""
    _announce(instance.manager_id)


@receiver([post_save, post_delete], sender=Manager)
def manager_changed(instance: Manager, **kwargs: Any) -> None:
    """Announce a changed manager, who may be inactive or an operator now. Ignore sign-ins."""
    is_relevant = not kwargs.get("created") and kwargs.get("update_fields") != {"last_login"}
    if is_relevant:
        _announce(instance.pk)


@receiver(post_delete, sender=Session)
def session_ended(instance: Session, **kwargs: Any) -> None:
    """Announce a sign-out. Django's own signal comes too early: the row still exists."""
    manager_id = instance.get_decoded().get(SESSION_KEY, "")
    if manager_id:
        _announce(int(manager_id))


def _announce(manager_id: int) -> None:
    """Announce after the commit; an error of the channel layer must not undo the change."""

    def announce_access() -> None:  # not a partial: Django logs an error with the function's name
        event = announce.AccessChanged(type="access.changed")
        async_to_sync(announce.send)(announce.manager_group(manager_id), event)

    transaction.on_commit(announce_access, robust=True)
