"""Charging sessions, read-only but for their price and energy, which actions set."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import URLPattern, path, reverse

from sessions_app.admin.base import (
    EXACT_ID_LOOKUP,
    ReadOnlyAdmin,
    ReadOnlyInline,
    link,
    site_time_column,
    site_time_html,
)
from sessions_app.admin.energy_correction import correct_energy
from sessions_app.admin.repricing import reprice
from sessions_app.admin.samples import last_samples
from sessions_app.domain import flags, wording
from sessions_app.domain.tabs import Tab
from sessions_app.models import ActionAudit, ChargingSession
from sessions_app.queries.expressions import PERSON
from sessions_app.queries.flags import flag_condition
from sessions_app.queries.price_view import energy_set_text
from sessions_app.queries.related_lookup import run_lookups
from sessions_app.queries.search import MAX_SEARCH_LENGTH, search_condition, search_lookups


class StateFilter(admin.SimpleListFilter):
    """In progress, or history."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(Tab.IN_PROGRESS, "In progress"), (Tab.HISTORY, "History")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case Tab.IN_PROGRESS:
                return queryset.filter(ended_at=None)
            case Tab.HISTORY:
                return queryset.exclude(ended_at=None)
        return queryset


class FlagFilter(admin.SimpleListFilter):
    """Filters by the reasons why a person should check a session."""

    title = "needs a look"
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (flags.ANY_REASON, flags.REASON_CHOICES[flags.ANY_REASON]),
            *((str(flag.value), text) for flag, text in flags.FLAG_LABELS.items()),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value == flags.ANY_REASON:
            return queryset.filter(flag_condition(flags.reason_bits([value])))
        if value in {str(flag.value) for flag in flags.FLAG_LABELS}:
            return queryset.filter(flag_condition(int(value or 0)))
        return queryset


class ActionInline(ReadOnlyInline):
    """The managers' actions on the session."""

    model = ActionAudit
    verbose_name_plural = "manager actions"
    fields = ("when", "manager_name", "action", "outcome", "detail")
    ordering = ("-at", "-id")
    when = site_time_column("at", site="session__site", description="when")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("session__site")


@admin.register(ChargingSession)
class SessionAdmin(ReadOnlyAdmin):
    """Charging sessions, with the wording of the dashboard and in site time."""

    list_display = (
        "id",
        "started",
        "ended",
        "station_link",
        "connector_letter",
        "driver_link",
        "energy",
        "cost",
        "flag_texts",
    )
    list_filter = (StateFilter, FlagFilter, "started_at", "site__company", "site")
    list_select_related = ("station", "connector", "driver", "site")
    list_per_page = 50
    actions = (reprice,)
    inlines = (ActionInline,)
    change_form_template = "admin/session_form.html"
    search_fields = ("id",)  # only shows the search box; see get_search_results
    search_help_text = "Session ID, station, connector, IdTag, or the user's name, e-mail or unit. All words must fit."
    ordering = ("-started_at", "-id")
    sortable_by = ("id", "started")  # any other order reads every session; the dashboard's tables offer them
    fieldsets = (
        (None, {"fields": ("id", "started", "ended", "reason", "flag_texts")}),
        ("Place and user", {"fields": ("station", "connector_letter", "site_area", "site", "driver", "id_tag_value")}),
        (
            "Figures",
            {
                "fields": (
                    "energy",
                    "energy_set",
                    "peak_power",
                    "idle",
                    "battery_range",
                    "reading_count",
                    "last_reading",
                )
            },
        ),
        ("Price", {"fields": ("cost", "policy")}),
        ("Reported by the station", {"fields": ("station_transaction_id", "meter_start", "meter_stop")}),
    )

    def has_reprice_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    has_correct_permission = has_reprice_permission

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.correct_energy_view)
        name = "sessions_app_chargingsession_correct_energy"
        return [path("<int:session_id>/correct-energy/", view, name=name), *super().get_urls()]

    def correct_energy_view(self, request: HttpRequest, session_id: int) -> HttpResponse:
        """Set which energy of the session counts."""
        return correct_energy(self, request, session_id)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if len(search_term) > MAX_SEARCH_LENGTH:
            self.message_user(request, f"Search for at most {MAX_SEARCH_LENGTH} characters.", messages.ERROR)
            return queryset.none(), False
        lookups = run_lookups(search_lookups(search_term))
        return queryset.alias(person=PERSON).filter(search_condition(search_term, lookups)), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        subtitle = {"subtitle": _subtitle(request.GET)}
        return super().changelist_view(request, subtitle | (extra_context or {}))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["may_correct"] = self.has_correct_permission(request) and not context["original"].is_in_progress
        context["samples"] = last_samples(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)

    def view_on_site(self, session: ChargingSession) -> str:
        return reverse("session", args=[session.pk])

    started = site_time_column("started_at", site="site", description="started")
    last_reading = site_time_column("last_reading_at", site="site", description="last reading")

    @admin.display(description="ended", ordering="ended_at")
    def ended(self, session: ChargingSession) -> Any:
        return "in progress" if session.is_in_progress else site_time_html(session.ended_at, session.site)

    @admin.display(description="reason")
    def reason(self, session: ChargingSession) -> str:
        return wording.reason(session.end_reason, session.ended_by)

    @admin.display(description="needs a look")
    def flag_texts(self, session: ChargingSession) -> str:
        return "; ".join(_flag_texts(session)) or wording.UNKNOWN

    @admin.display(description="station", ordering="station__identity")
    def station_link(self, session: ChargingSession) -> str:
        return link(session.station)

    @admin.display(description="connector", ordering="connector__number")
    def connector_letter(self, session: ChargingSession) -> str:
        return wording.connector_letter(session.connector.number if session.connector else None)

    @admin.display(description="user", ordering="driver__name")
    def driver_link(self, session: ChargingSession) -> str:
        return link(session.driver)

    @admin.display(description="consumption", ordering="energy_wh")
    def energy(self, session: ChargingSession) -> str:
        return wording.kwh(session.energy_wh)

    @admin.display(description="set by an operator")
    def energy_set(self, session: ChargingSession) -> str:
        return energy_set_text(session) or wording.UNKNOWN

    @admin.display(description="price", ordering="price")
    def cost(self, session: ChargingSession) -> str:
        return wording.money(session.price, session.currency)

    @admin.display(description="peak power")
    def peak_power(self, session: ChargingSession) -> str:
        return wording.kw(session.peak_power_w)

    @admin.display(description="inactivity")
    def idle(self, session: ChargingSession) -> str:
        return wording.duration(session.idle_s)

    @admin.display(description="meter register at start")
    def meter_start(self, session: ChargingSession) -> str:
        return wording.kwh(session.meter_start_wh)

    @admin.display(description="meter register at stop")
    def meter_stop(self, session: ChargingSession) -> str:
        return wording.kwh(session.meter_stop_wh)

    @admin.display(description="battery")
    def battery_range(self, session: ChargingSession) -> str:
        return f"{wording.percent(session.battery_start)} → {wording.percent(session.battery)}"


def _subtitle(params: QueryDict) -> str:
    """Return the object whose sessions a link shows; no filter in the sidebar shows it."""
    for name in ("driver", "id_tag", "station", "connector", "site_area", "policy"):
        pk = params.get(name + EXACT_ID_LOOKUP, "")
        if pk.isdecimal():
            model: Any = ChargingSession._meta.get_field(name).related_model
            related = model.objects.filter(pk=pk).first()
            return f"Sessions of {related}" if related else ""
    return ""


def _flag_texts(session: ChargingSession) -> tuple[str, ...]:
    """Return why a session needs a look, with the figures."""
    zone = ZoneInfo(session.site.time_zone)
    return flags.describe(session.flags, flags.decode_details(session.flag_details), zone)
