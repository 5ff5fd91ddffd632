"""Charging stations."""

from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from sessions_app.admin.base import (
    CascadeDeleteMixin,
    DeleteGuardMixin,
    PartialSaveMixin,
    ReadOnlyInline,
    ReferenceMixin,
    link,
    site_time_column,
)
from sessions_app.admin.connectors import ConnectorInline
from sessions_app.admin.currencies import CurrencyGuardForm
from sessions_app.admin.downtime import DowntimeInline
from sessions_app.domain import wording
from sessions_app.domain.lifecycle import OFFLINE_AFTER
from sessions_app.ingest.versions import describe_spoken
from sessions_app.models import ChargingStation
from sessions_app.store.credentials import password_digest


class StationForm(CurrencyGuardForm):
    """A station. Its password can be set but is never shown."""

    currency_field = "site_area"
    password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Basic Auth password of the station, never shown. Leave empty to keep the current one.",
    )

    class Meta:
        model = ChargingStation
        fields = ("identity", "site_area", "accepts_unknown_tags")

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data["password"]:
            self.instance.password_digest = password_digest(self.cleaned_data["password"])
        return super().save(commit)


class OnlineFilter(admin.SimpleListFilter):
    """Filters stations by connection, with the same rule as their icon."""

    title = "connection"
    parameter_name = "online"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Online"), ("no", "Offline"), ("never", "Never seen")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # lifecycle.is_online as a query
        is_recent = Q(last_seen_at=None) | Q(last_seen_at__gt=timezone.now() - OFFLINE_AFTER)
        is_online = ~Q(connection_id="") & is_recent
        match self.value():
            case "yes":
                return queryset.filter(is_online)
            case "no":
                return queryset.exclude(is_online)
            case "never":
                return queryset.filter(connection_id="", last_seen_at=None)
        return queryset


class StationColumns:
    """The columns about a station."""

    last_seen = site_time_column("last_seen_at", site="site_area__site", description="last seen")

    @admin.display(boolean=True, description="online", ordering="connection_id")
    def is_online(self, station: ChargingStation) -> bool:
        return station.is_online

    @admin.display(description="OCPP version", ordering="refused_at")
    def version(self, station: ChargingStation) -> str:
        """Say that the station is refused, and what to do; empty if it is not."""
        if station.refused_at is None:
            return ""
        spoken = describe_spoken()
        return f"Refused: it offers {station.refused_versions} only. Set it to {spoken}."

    @admin.display(description="connectors")
    def connector_states(self, station: ChargingStation) -> str:
        states = sorted((connector.number, connector.status) for connector in station.connectors.all())
        return " · ".join(f"{wording.connector_letter(number)} {status}".strip() for number, status in states)

    @admin.display(description="vendor and model", ordering="vendor")
    def vendor_and_model(self, station: ChargingStation) -> str:
        return f"{station.vendor} {station.model}".strip() or wording.UNKNOWN


class StationInline(StationColumns, ReadOnlyInline):
    """The stations of an area."""

    model = ChargingStation
    fields = ("name", "is_online", "last_seen", "connector_states", "vendor_and_model")
    ordering = ("identity",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset = super().get_queryset(request).select_related("site_area__site")
        return queryset.prefetch_related("connectors")

    @admin.display(description="station")
    def name(self, station: ChargingStation) -> str:
        return link(station)


@admin.register(ChargingStation)
class StationAdmin(StationColumns, ReferenceMixin, DeleteGuardMixin, PartialSaveMixin, CascadeDeleteMixin):
    """Charging stations, with their place, connection and connectors."""

    form = StationForm
    instead = "Change its password instead: it is then refused from its next connection."
    dependent_columns = {"password": "password_digest"}
    list_display = (
        "identity",
        "is_online",
        "last_seen",
        "version",
        "connector_states",
        "site_link",
        "area_link",
        "vendor_and_model",
    )
    list_filter = (OnlineFilter, "site_area__site__company", "site_area__site", "accepts_unknown_tags")
    list_select_related = ("site_area__site",)
    search_fields = (
        "identity",
        "site_area__name",
        "site_area__site__name",
        "vendor",
        "model",
        "serial_number",
    )
    ordering = ("identity",)
    autocomplete_fields = ("site_area",)
    inlines = (ConnectorInline, DowntimeInline)
    booted = site_time_column("booted_at", site="site_area__site", description="booted")
    connected = site_time_column("connected_at", site="site_area__site", description="connected")
    disconnected = site_time_column("disconnected_at", site="site_area__site", description="disconnected")
    refused = site_time_column("refused_at", site="site_area__site", description="refused")
    readonly_fields = (
        *("reference", "has_password", "address", "is_online", "version", "refused"),
        *("last_seen", "booted", "connected", "disconnected"),
        *("vendor", "model", "serial_number", "firmware_version"),
    )
    fieldsets = (
        (None, {"fields": ("identity", "reference", "site_area", "accepts_unknown_tags")}),
        (
            "Connection",
            {"fields": ("address", "has_password", "password", "is_online", "last_seen", "version", "refused")},
        ),
        (
            "Reported by the station",
            {
                "classes": ("collapse",),
                "fields": (
                    *("vendor", "model", "serial_number", "firmware_version"),
                    *("booted", "connected", "disconnected"),
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("connectors")

    @admin.display(boolean=True, description="password set")
    def has_password(self, station: ChargingStation) -> bool:
        return bool(station.password_digest)

    @admin.display(description="OCPP address")
    def address(self, station: ChargingStation) -> str:
        return f"/ocpp/{quote(station.identity, safe='')}" if station.pk else wording.UNKNOWN

    @admin.display(description="site", ordering="site_area__site__name")
    def site_link(self, station: ChargingStation) -> str:
        return link(station.site_area.site)

    @admin.display(description="area", ordering="site_area__name")
    def area_link(self, station: ChargingStation) -> str:
        return station.site_area.name
