"""Stations that nobody knows and that tried to connect: one action lets them in."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from sessions_app.admin.base import ReadOnly, link
from sessions_app.models import KnockingStation, SiteArea
from sessions_app.store.knocking import knock_let_in


class LetInForm(ActionForm):
    """The action bar, with the place at which the stations stand."""

    site_area = forms.ModelChoiceField(
        SiteArea.objects.select_related("site").order_by("site__name", "name"),
        required=False,
        label="Site area",
        empty_label="Select a site area",
    )


@admin.register(KnockingStation)
class KnockingAdmin(ReadOnly):
    """Knocking stations: whoever they are, they were refused with 401."""

    list_display = ("identity", "address", "knocks", "first_at", "last_at", "has_password")
    list_filter = ("last_at",)
    search_fields = ("identity", "address")
    ordering = ("-last_at", "-id")
    fields = ("identity", "address", "knocks", "first_at", "last_at", "has_password")
    actions = ("let_in",)
    action_form = LetInForm

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    @admin.display(boolean=True, description="sent a password")
    def has_password(self, knock: KnockingStation) -> bool:
        return bool(knock.password_digest)

    @admin.action(description="Register")
    def let_in(self, request: HttpRequest, knocks: QuerySet[KnockingStation]) -> None:
        """Make stations of the chosen knocks, at the chosen area."""
        form = LetInForm(request.POST)
        form.fields["action"].choices = self.get_action_choices(request)  # type: ignore[attr-defined]  # Field has none
        site_area = form.cleaned_data["site_area"] if form.is_valid() else None
        if site_area is None:
            self.message_user(request, "Select a site area, then select Go.", messages.ERROR)
            return
        for knock in knocks:
            station, is_new = knock_let_in(knock, site_area=site_area)
            said = "{} was registered at {}." if is_new else "{} is already registered."
            if not station.password_digest:
                said += " It has no password yet. Set one; until then it is refused."
            self.message_user(request, format_html(said, link(station), site_area), messages.SUCCESS)
