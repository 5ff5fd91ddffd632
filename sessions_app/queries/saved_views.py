"""The saved views that a manager may use: their own, and those shared by managers of the same sites."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from sessions_app.access import visible_sites
from sessions_app.models import Manager, Membership, SavedView


def saved_views(manager: Manager, tab: str) -> QuerySet[SavedView]:
    """Return the manager's views of a tab, by name."""
    at_same_site = Membership.objects.filter(manager=OuterRef("manager"), site__in=visible_sites(manager))
    shared = Q(is_shared=True) & (Q(Exists(at_same_site)) | Q(manager__is_superuser=True))
    return (
        SavedView.objects.filter(Q(manager=manager) | shared, tab=tab).select_related("manager").order_by("name", "id")
    )
