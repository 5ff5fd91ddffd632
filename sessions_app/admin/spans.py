"""Statuses of connectors and connections of stations over time, to look up."""

from django.contrib import admin

from sessions_app.admin.base import ReadOnlyAdmin, link, site_time_column
from sessions_app.domain import wording
from sessions_app.models import ConnectionSpan, StatusSpan

_SITE = "station__site_area__site"


@admin.register(StatusSpan)
class StatusSpanAdmin(ReadOnlyAdmin):
    """What the status of each connector was, from when to when."""

    list_display = ("station_link", "connector", "status", "error_code", "begins", "ends", "received")
    list_select_related = (_SITE,)
    search_fields = ("station__identity", "status", "error_code")
    ordering = ("-pk",)
    fields = list_display
    begins = site_time_column("from_at", site=_SITE, description="from")
    ends = site_time_column("to_at", site=_SITE, description="to")
    received = site_time_column("received_at", site=_SITE, description="received")

    @admin.display(description="station", ordering="station__identity")
    def station_link(self, span: StatusSpan) -> str:
        return link(span.station)

    @admin.display(description="connector", ordering="connector_number")
    def connector(self, span: StatusSpan) -> str:
        return wording.connector_letter(span.connector_number) if span.connector_number else "whole station"


@admin.register(ConnectionSpan)
class ConnectionSpanAdmin(ReadOnlyAdmin):
    """When each station was connected. An end that was not recorded is when the station was last heard from."""

    list_display = ("station_link", "connected", "disconnected", "is_end_recorded")
    list_select_related = (_SITE,)
    search_fields = ("station__identity",)
    ordering = ("-pk",)
    fields = (*list_display, "connection")
    connected = site_time_column("connected_at", site=_SITE, description="connected")
    disconnected = site_time_column("disconnected_at", site=_SITE, description="disconnected")

    @admin.display(description="station", ordering="station__identity")
    def station_link(self, span: ConnectionSpan) -> str:
        return link(span.station)
