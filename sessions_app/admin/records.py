"""What is kept to look things up in: what managers did, asked for and saved, and what was set aside."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.text import Truncator

from sessions_app.admin.base import ReadOnlyAdmin, link, site_time_column
from sessions_app.models import ActionAudit, DeadLetter, ExportJob, SavedView


@admin.register(ActionAudit)
class AuditAdmin(ReadOnlyAdmin):
    """Who did what, to which session or station, when, and what came of it."""

    list_display = ("when", "manager_name", "action", "outcome", "session_link", "station_link", "detail")
    list_filter = ("action", "outcome", "at")
    list_select_related = ("session", "station__site_area__site")
    search_fields = ("manager_name", "station__identity", "=session__id", "detail")
    ordering = ("-at", "-id")
    fields = list_display
    when = site_time_column("at", site="station__site_area__site", description="when")

    @admin.display(description="session", ordering="session_id")
    def session_link(self, audit: ActionAudit) -> str:
        return link(audit.session)

    @admin.display(description="station", ordering="station__identity")
    def station_link(self, audit: ActionAudit) -> str:
        return link(audit.station)


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnlyAdmin):
    """Messages of stations that were acknowledged and could not be recorded."""

    list_display = ("received", "station_link", "action", "why", "reason")
    list_filter = ("action", "reason", "received_at")
    list_select_related = ("station__site_area__site",)
    search_fields = ("station__identity", "action", "error", "payload")
    ordering = ("-received_at", "-id")
    fields = ("received", "station", "action", "error", "reason", "message")
    received = site_time_column("received_at", site="station__site_area__site", description="received")

    @admin.display(description="station", ordering="station__identity")
    def station_link(self, message: DeadLetter) -> str:
        return link(message.station)

    @admin.display(description="error")
    def why(self, message: DeadLetter) -> str:
        return Truncator(message.error).chars(120)

    @admin.display(description="message")
    def message(self, message: DeadLetter) -> str:
        return format_html("<pre>{}</pre>", message.payload)


@admin.register(ExportJob)
class ExportAdmin(ReadOnlyAdmin):
    """Long files that managers have asked for, and what came of them."""

    list_display = ("name", "manager", "state", "rows_done", "rows_total", "created_at", "finished_at")
    list_filter = ("state", "created_at")
    list_select_related = ("manager",)
    search_fields = ("name", "manager__username", "manager__last_name", "error")
    ordering = ("-created_at", "-pk")
    fields = (*list_display, "of", "params", "attempts", "error")


@admin.register(SavedView)
class ViewAdmin(ReadOnlyAdmin):
    """Addresses of tables that managers keep under a name."""

    list_display = ("name", "manager", "tab", "is_shared", "query")
    list_filter = ("tab", "is_shared")
    list_select_related = ("manager",)
    search_fields = ("name", "manager__username", "manager__last_name", "query")
    ordering = ("name", "pk")
