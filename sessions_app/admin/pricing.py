"""Pricing policies, with a preview as text and a simulated session."""

import re
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from sessions_app.admin.base import DeleteGuardMixin, link
from sessions_app.admin.pricing_forms import ComponentForm, ComponentFormSet, PolicyForm, SimulationForm
from sessions_app.admin.pricing_preview import preview_policy
from sessions_app.domain import wording
from sessions_app.domain.pricing import labels
from sessions_app.models import ChargingSession, PriceComponent, PricingPolicy, Site
from sessions_app.queries import policies


class ValidityFilter(admin.SimpleListFilter):
    """Filters policies by whether they are valid now, later or no more."""

    title = "validity"
    parameter_name = "holds"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", "In effect"), ("later", "Upcoming"), ("past", "Ended")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        match self.value():
            case "now":
                return queryset.filter(valid_from__lte=now).exclude(valid_to__lte=now)
            case "later":
                return queryset.filter(valid_from__gt=now)
            case "past":
                return queryset.filter(valid_to__lte=now)
        return queryset


class ComponentInline(admin.StackedInline):
    """The components of a policy, in the order in which they are evaluated."""

    model = PriceComponent
    form = ComponentForm
    formset = ComponentFormSet
    extra = 0
    min_num = 1
    ordering = ("position", "pk")
    verbose_name_plural = "components: at any moment, the first match in each dimension applies"
    fieldsets = (
        (None, {"fields": (("position", "dimension", "price", "step_size", "grace_minutes"),)}),
        (
            "Restrictions",
            {
                "classes": ("collapse",),
                "description": "Leave empty for no restriction. “From” is inclusive, “to” is exclusive.",
                "fields": (
                    "days",
                    *((f"{name}_from", f"{name}_to") for name in ("time", "date", "kwh", "minutes", "kw")),
                ),
            },
        ),
    )


@admin.register(PricingPolicy)
class PolicyAdmin(DeleteGuardMixin):
    """Pricing policies. A change affects no session that has started: each has its own copy."""

    form = PolicyForm
    inlines = (ComponentInline,)
    change_form_template = "admin/policy_form.html"
    save_as = True
    list_display = ("description", "place", "audience_word", "in_words", "begins", "ends", "is_used")
    list_filter = (ValidityFilter, "audience", "currency", "company")
    search_fields = (
        *("description", "company__name", "site__name", "site_area__name"),
        "station__identity",
    )
    ordering = ("-valid_from", "-pk")
    instead = "Set its “valid to” date instead."
    list_select_related = ("company", "site", "site_area__site", "station__site_area__site")
    autocomplete_fields = tuple(policies.SCOPES)
    fieldsets = (
        (None, {"fields": ("description", "audience")}),
        (
            "Place",
            {
                "fields": (("company", "site"), ("site_area", "station")),
                "description": "Select one place, or none to apply everywhere. The most specific place wins.",
            },
        ),
        (
            "Validity",
            {
                "fields": (("valid_from", "valid_to"),),
                "description": "In the time zone of the place; in UTC if it has several, or without a place.",
            },
        ),
        ("Amounts", {"fields": (("currency", "tax_percent"), ("min_price", "max_price"))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        sessions = ChargingSession.objects.filter(policy=OuterRef("pk"))
        queryset: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .prefetch_related("components", "company__sites")
            .annotate(used=Exists(sessions))
        )
        return queryset

    @admin.display(description="place")
    def place(self, policy: PricingPolicy) -> str:
        scope = policies.scope_of(policy)
        return link(scope) if scope else policies.EVERYWHERE

    @admin.display(description="audience", ordering="audience")
    def audience_word(self, policy: PricingPolicy) -> str:
        return str(policy.get_audience_display())

    @admin.display(description="summary")
    def in_words(self, policy: PricingPolicy) -> str:
        return labels.describe_tariff(policies.build_tariff(policy, place=None, driver=None))

    @admin.display(description="valid from", ordering="valid_from")
    def begins(self, policy: PricingPolicy) -> str:
        return wording.short_time(policy.valid_from, _zone(policy), now=timezone.now())

    @admin.display(description="valid to", ordering="valid_to")
    def ends(self, policy: PricingPolicy) -> str:
        return wording.short_time(policy.valid_to, _zone(policy), now=timezone.now())

    @admin.display(description="in use", ordering="used")
    def is_used(self, policy: Any) -> str:
        return "yes" if policy.used else "no"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Leave alone what has not changed: sessions tell people when their policy was changed."""
        if not change or form.has_changed():
            super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if formset.has_changed() and not form.has_changed():
            form.instance.save(update_fields=["changed_at"])

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if "_saveasnew" in request.POST:
            request.POST = cast("Any", _save_as_new(request.POST))
            object_id, form_url = None, reverse("admin:sessions_app_pricingpolicy_add")
        stored = self.get_object(request, unquote(object_id)) if object_id else None
        trial = SimulationForm(request.POST or None, prefix="trial", initial=_initial_simulation(stored))
        context = (extra_context or {}) | {"trial": trial, "policy_id": stored.pk if stored else 0}
        return super().changeform_view(request, object_id, form_url, context)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        name = "sessions_app_pricingpolicy_preview"
        return [path("<int:policy_id>/preview/", view, name=name), *super().get_urls()]

    def preview_view(self, request: HttpRequest, policy_id: int) -> HttpResponse:
        """Show the unsaved policy as text, and the price of a simulated session."""
        policy = get_object_or_404(PricingPolicy, pk=policy_id) if policy_id else PricingPolicy()
        is_part = "fetch" in request.headers.get("X-Requested-With", "")
        template = "admin/_policy_preview.html" if is_part else "admin/policy_preview.html"
        context = self.admin_site.each_context(request) | {"title": "Preview", "opts": self.opts}
        return render(request, template, context | {"preview": preview_policy(request.POST, policy)})


def _save_as_new(submitted: QueryDict) -> QueryDict:
    """Return the form data of a policy as that of a new one.

    With Django's own "save as new", an invalid copy is shown without its name and history.
    """
    data = submitted.copy()
    del data["_saveasnew"]
    data["_continue"] = "1"
    data["components-INITIAL_FORMS"] = "0"
    for name in data:
        if re.fullmatch(r"components-\d+-(id|policy)", name):
            data[name] = ""
    return data


def _zone(policy: PricingPolicy) -> ZoneInfo:
    return ZoneInfo(policies.zone_at(policies.scope_of(policy)))


def _initial_simulation(policy: PricingPolicy | None) -> dict[str, Any]:
    """Return the initial site and start of the simulated session: a site of the policy, today at 9:00 there."""
    sites = Site.objects.order_by("pk")
    if policy and policy.station:
        sites = sites.filter(areas__stations=policy.station)
    elif policy and policy.site_area:
        sites = sites.filter(areas=policy.site_area)
    elif policy and policy.site:
        sites = sites.filter(pk=policy.site.pk)
    elif policy and policy.company:
        sites = sites.filter(company=policy.company)
    site = sites.first()
    today = timezone.now().astimezone(ZoneInfo(policies.zone_at(site)))
    return {"starts_at": f"{today:%Y-%m-%d}T09:00", "site": site}
