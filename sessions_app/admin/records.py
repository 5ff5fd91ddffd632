"""Read-only records: actions, dead letters, exports and saved views."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.text import Truncator

from sessions_app.admin.base import ReadOnlyAdmin, link, site_time_column
from sessions_app.models import ActionAudit, DeadLetter, ExportJob, SavedView


@admin.register(ActionAudit)
class ActionAuditAdmin(ReadOnlyAdmin):
    """The audit of managers' actions on sessions and stations, with their outcomes."""

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
    """Messages that were acknowledged to the station but could not be recorded."""

    list_display = ("received", "station_link", "action", "short_error", "reason")
    list_filter = ("action", "reason", "received_at")
    list_select_related = ("station__site_area__site",)
    search_fields = ("station__identity", "action", "error", "payload")
    ordering = ("-received_at", "-id")
    fields = ("received", "station", "action", "error", "reason", "message")
    received = site_time_column("received_at", site="station__site_area__site", description="received")

    @admin.display(description="station", ordering="station__identity")
    def station_link(self, letter: DeadLetter) -> str:
        return link(letter.station)

    @admin.display(description="error")
    def short_error(self, letter: DeadLetter) -> str:
        return Truncator(letter.error).chars(120)

    @admin.display(description="message")
    def message(self, letter: DeadLetter) -> str:
        return format_html("<pre>{}</pre>", letter.payload)


@admin.register(ExportJob)
class ExportJobAdmin(ReadOnlyAdmin):
    """Background exports and their outcomes."""

    list_display = ("name", "manager", "state", "rows_done", "rows_total", "created_at", "finished_at")
    list_filter = ("state", "created_at")
    list_select_related = ("manager",)
    search_fields = ("name", "manager__username", "manager__last_name", "error")
    ordering = ("-created_at", "-pk")
    fields = (*list_display, "of", "params", "attempts", "error")


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    """Queries of the tables that managers have saved under a name."""

    list_display = ("name", "manager", "tab", "is_shared", "query")
    list_filter = ("tab", "is_shared")
    list_select_related = ("manager",)
    search_fields = ("name", "manager__username", "manager__last_name", "query")
    ordering = ("name", "pk")
