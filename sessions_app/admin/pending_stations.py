"""Stations that nobody knows and that tried to connect: one action lets them in."""

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
    """The action bar, with the place at which the stations stand."""

    site_area = forms.ModelChoiceField(
        SiteArea.objects.select_related("site").order_by("site__name", "name"),
        required=False,
        label="at",
        empty_label="– site area –",
    )


@admin.register(PendingStation)
class PendingStationAdmin(ReadOnlyAdmin):
    """Knocking stations: whoever they are, they were refused with 401."""

    list_display = ("identity", "address", "offered_versions", "attempts", "first_at", "last_at", "has_password")
    list_filter = ("last_at",)
    search_fields = ("identity", "address")
    ordering = ("-last_at", "-id")
    fields = ("identity", "address", "offered_versions", "attempts", "first_at", "last_at", "has_password")
    actions = ("let_in",)
    action_form = AcceptForm

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    @admin.display(boolean=True, description="presented a password")
    def has_password(self, knock: PendingStation) -> bool:
        return bool(knock.password_digest)

    @admin.action(description="Let in")
    def let_in(self, request: HttpRequest, knocks: QuerySet[PendingStation]) -> None:
        """Make stations of the chosen knocks, at the chosen area."""
        form = AcceptForm(request.POST)
        form.fields["action"].choices = self.get_action_choices(request)  # type: ignore[attr-defined]  # Field has none
        site_area = form.cleaned_data["site_area"] if form.is_valid() else None
        if site_area is None:
            self.message_user(request, "Choose the site area where they stand, then Go.", messages.ERROR)
            return
        for knock in knocks:
            station, is_new = pending_station_accept(knock, site_area=site_area)
            said = "{} is in, at {}." if is_new else "{} was known already."
            if not station.password_digest:
                said += " It has no password yet: set one, or it stays refused."
            self.message_user(request, format_html(said, link(station), site_area), messages.SUCCESS)
