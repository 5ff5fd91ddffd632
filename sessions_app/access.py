"""What each user may see and do. Every query starts here."""

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from sessions_app.models import ChargingSession, Manager, Membership, Site

User = Manager | AnonymousUser


def sees_every_site(user: User) -> bool:
    """Return whether the user is an operator."""
    return user.is_authenticated and user.is_active and user.is_superuser


def visible_sites(user: User) -> QuerySet[Site]:
    """Return the sites of the user's memberships; all for an operator, none if signed out or inactive."""
    if not user.is_authenticated or not user.is_active:
        return Site.objects.none()
    if user.is_superuser:
        return Site.objects.all()
    return Site.objects.filter(memberships__manager_id=user.pk)


def visible_to(user: User, *, site_ids: Collection[int] | None = None) -> QuerySet[ChargingSession]:
    """Return the sessions at the sites that the user may see.

    Pass the ids of `visible_sites` if they are already loaded: the database plans better with literals.
    """
    if sees_every_site(user):
        return ChargingSession.objects.all()
    return ChargingSession.objects.filter(site__in=visible_sites(user) if site_ids is None else site_ids)


def may_command(user: User, site_id: int) -> bool:
    """Return whether the user may stop, unlock and close at the site: its managers and operators."""
    if not user.is_authenticated or not user.is_active:
        return False
    return (
        user.is_superuser
        or Membership.objects.filter(manager_id=user.pk, site_id=site_id, role=Membership.Role.MANAGER).exists()
    )
