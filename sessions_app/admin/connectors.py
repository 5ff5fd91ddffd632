"""Connectors: inline on their station's page, and in a list to find them by what they reported."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from sessions_app.admin.base import (
    PartialSaveFormSet,
    PartialSaveMixin,
    SessionsLinkMixin,
    link,
    site_time_column,
)
from sessions_app.admin.downtime import DowntimeInline
from sessions_app.domain import wording
from sessions_app.models import Connector


class ConnectorForm(forms.ModelForm):
    """The settings of a connector."""

    class Meta:
        model = Connector
        fields = ("number", "max_power_w", "phases", "limit_a")
        labels = {"max_power_w": "Rated power, W", "limit_a": "Limit, A"}


class ConnectorColumns:
    """The columns about a connector."""

    since = site_time_column("status_at", site="station__site_area__site", description="since")

    @admin.display(description="shown as")
    def letter(self, connector: Connector) -> str:
        return wording.connector_letter(connector.number)


class ConnectorInline(ConnectorColumns, admin.TabularInline):
    """The connectors of a station, with their last reported status."""

    model = Connector
    form = ConnectorForm
    formset = PartialSaveFormSet
    fields = ("number", "letter", "max_power_w", "phases", "limit_a", "status", "error_code", "since")
    readonly_fields = ("letter", "status", "error_code", "since")
    extra = 0
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("station__site_area__site")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.sessions.exists())


class ReportedValueFilter(admin.AllValuesFieldListFilter):
    """Filters by reported values; an empty value has a label too."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or wording.UNKNOWN}


@admin.register(Connector)
class ConnectorAdmin(ConnectorColumns, SessionsLinkMixin, PartialSaveMixin):
    """Connectors; they are added and deleted on their station's page."""

    form = ConnectorForm
    list_display = ("name", "site_link", "status", "error_code", "since", "rating", "phases", "limit")
    list_filter = (
        *(("status", ReportedValueFilter), ("error_code", ReportedValueFilter)),
        *("station__site_area__site__company", "station__site_area__site"),
    )
    list_select_related = ("station__site_area__site",)
    search_fields = (
        *("station__identity", "station__site_area__name", "station__site_area__site__name"),
        *("status", "error_code"),
    )
    ordering = ("station__identity", "number")
    inlines = (DowntimeInline,)
    readonly_fields = ("station", "number", "letter", "status", "error_code", "since")
    fields = (
        "station",
        "number",
        "letter",
        "status",
        "error_code",
        "since",
        "max_power_w",
        "phases",
        "limit_a",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="connector", ordering="station__identity")
    def name(self, connector: Connector) -> str:
        return str(connector)

    @admin.display(description="site", ordering="station__site_area__site__name")
    def site_link(self, connector: Connector) -> str:
        return link(connector.station.site_area.site)

    @admin.display(description="rated power", ordering="max_power_w")
    def rating(self, connector: Connector) -> str:
        return wording.kw(connector.max_power_w)

    @admin.display(description="limit", ordering="limit_a")
    def limit(self, connector: Connector) -> str:
        return wording.amperes(connector.limit_a)
