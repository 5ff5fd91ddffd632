"""Unknown stations that tried to connect; an action accepts them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from sessions_app.admin.base import ReadOnlyAdmin, link
from sessions_app.models import PendingStation, SiteArea
from sessions_app.store.pending_stations import pending_station_accept


class AcceptForm(ActionForm):
    """The action bar with the site area of the accepted stations."""

    site_area = forms.ModelChoiceField(
        SiteArea.objects.select_related("site").order_by("site__name", "name"),
        required=False,
        label="Site area",
        empty_label="Select a site area",
    )


@admin.register(PendingStation)
class PendingStationAdmin(ReadOnlyAdmin):
    """Pending stations: unknown ones whose connection was rejected with 401."""

    list_display = ("identity", "address", "offered_versions", "attempts", "first_at", "last_at", "has_password")
    list_filter = ("last_at",)
    search_fields = ("identity", "address")
    ordering = ("-last_at", "-id")
    fields = ("identity", "address", "offered_versions", "attempts", "first_at", "last_at", "has_password")
    actions = ("let_in",)
    action_form = AcceptForm

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    @admin.display(boolean=True, description="sent a password")
    def has_password(self, pending: PendingStation) -> bool:
        return bool(pending.password_digest)

    @admin.action(description="Register")
    def let_in(self, request: HttpRequest, pending_stations: QuerySet[PendingStation]) -> None:
        """Create stations from the chosen ones, at the chosen site area."""
        form = AcceptForm(request.POST)
        form.fields["action"].choices = self.get_action_choices(request)  # type: ignore[attr-defined]  # Field has none
        site_area = form.cleaned_data["site_area"] if form.is_valid() else None
        if site_area is None:
            self.message_user(request, "Select a site area, then select Go.", messages.ERROR)
            return
        for pending in pending_stations:
            station, is_new = pending_station_accept(pending, site_area=site_area)
            text = "{} was registered at {}." if is_new else "{} is already registered."
            if not station.password_digest:
                text += " It has no password yet. Set one; until then it is refused."
            self.message_user(request, format_html(text, link(station), site_area), messages.SUCCESS)
