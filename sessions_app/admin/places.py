"""Companies, sites and site areas."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from sessions_app.admin.base import DeleteGuardMixin, ReferenceMixin, link
from sessions_app.admin.currencies import CurrencyGuardForm
from sessions_app.admin.electricity import ElectricityCostInline
from sessions_app.admin.limits import LimitForm
from sessions_app.admin.stations import StationInline
from sessions_app.models import Company, Membership, Site, SiteArea

LIMITS = ("limit_a", "limit_w", "demand_interval_min")


def _time_zones() -> list[tuple[str, str]]:
    return [("", "---------"), *((name, name) for name in sorted(available_timezones()))]


class CompanyForm(CurrencyGuardForm):
    """A company; its currency is that of its prices."""

    currency_field = "currency"

    class Meta:
        model = Company
        fields = ("name", "currency")


class SiteForm(LimitForm, CurrencyGuardForm):
    """A site; its time zone is chosen from a list."""

    currency_field = "company"
    time_zone = forms.ChoiceField(choices=_time_zones, help_text="Times at this site are shown in this time zone.")

    class Meta:
        model = Site
        fields = ("company", "name", "time_zone", *LIMITS)


class SiteAreaForm(LimitForm, CurrencyGuardForm):
    """A site area, which may be moved to another site."""

    currency_field = "site"

    class Meta:
        model = SiteArea
        fields = ("site", "name", *LIMITS)


class SiteInline(admin.TabularInline):
    """The sites of a company; areas and managers are edited on a site's own page."""

    model = Site
    form = SiteForm
    fields = ("name", "time_zone")
    extra = 0
    show_change_link = True
    can_delete = False


class SiteAreaInline(admin.TabularInline):
    """The areas of a site."""

    model = SiteArea
    fields = ("name",)
    extra = 0
    show_change_link = True
    can_delete = False


class SiteMembershipInline(admin.TabularInline):
    """The managers of a site."""

    model = Membership
    autocomplete_fields = ("manager",)
    extra = 0
    verbose_name_plural = "people with access"


@admin.register(Company)
class CompanyAdmin(ReferenceMixin):
    """Companies with their sites."""

    form = CompanyForm
    list_display = ("name", "reference", "currency", "site_count", "is_demo")
    list_filter = ("currency", "is_demo")
    search_fields = ("name",)
    ordering = ("name",)
    readonly_fields = ("reference", "is_demo")
    inlines = (SiteInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset: QuerySet[Any] = super().get_queryset(request).annotate(site_total=Count("sites"))
        return queryset

    @admin.display(description="sites", ordering="site_total")
    def site_count(self, company: Any) -> int:
        return int(company.site_total)


@admin.register(Site)
class SiteAdmin(ReferenceMixin, DeleteGuardMixin):
    """Sites with their areas and managers."""

    form = SiteForm
    instead = "Move its stations to another site instead. Past sessions stay with this site."
    list_display = ("name", "reference", "company_link", "time_zone", "area_count", "station_count")
    list_filter = ("company", "time_zone")
    list_select_related = ("company",)
    search_fields = ("name", "company__name")
    ordering = ("name", "id")
    autocomplete_fields = ("company",)
    readonly_fields = ("reference",)
    inlines = (SiteAreaInline, SiteMembershipInline, ElectricityCostInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(
                area_total=Count("areas", distinct=True),
                station_total=Count("areas__stations", distinct=True),
            )
        )
        return queryset

    @admin.display(description="company", ordering="company__name")
    def company_link(self, site: Site) -> str:
        return link(site.company)

    @admin.display(description="areas", ordering="area_total")
    def area_count(self, site: Any) -> int:
        return int(site.area_total)

    @admin.display(description="stations", ordering="station_total")
    def station_count(self, site: Any) -> int:
        return int(site.station_total)


@admin.register(SiteArea)
class SiteAreaAdmin(ReferenceMixin, DeleteGuardMixin):
    """Site areas: levels, wings, rows of bays."""

    form = SiteAreaForm
    instead = "Move its stations to another area instead. Past sessions stay with this area."
    list_display = ("name", "reference", "site_link", "company_link", "station_count")
    list_filter = ("site__company", "site")
    search_fields = ("name", "site__name", "site__company__name")
    ordering = ("site__name", "name", "id")
    autocomplete_fields = ("site",)
    readonly_fields = ("reference",)
    inlines = (StationInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # The name of an area includes its site, also in choices
        queryset: QuerySet[Any] = (
            super().get_queryset(request).select_related("site__company").annotate(station_total=Count("stations"))
        )
        return queryset

    @admin.display(description="site", ordering="site__name")
    def site_link(self, area: SiteArea) -> str:
        return link(area.site)

    @admin.display(description="company", ordering="site__company__name")
    def company_link(self, area: SiteArea) -> str:
        return link(area.site.company)

    @admin.display(description="stations", ordering="station_total")
    def station_count(self, area: Any) -> int:
        return int(area.station_total)
