"""The filters of both tabs, for lists and exports: strict, and limited to what the user may see."""

from collections.abc import Callable
from datetime import date
from functools import cached_property, partial
from typing import Any, NamedTuple

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from sessions_app.access import User, sees_every_site, visible_to
from sessions_app.domain.flags import REASON_CHOICES, reason_bits
from sessions_app.domain.inactivity import Level
from sessions_app.domain.wording import REASONS, connector_number
from sessions_app.lists.filter_fields import AnyOf, ConnectorFilter, IdFilter, Minutes
from sessions_app.lists.list_url import param_errors
from sessions_app.lists.tabs import IN_PROGRESS
from sessions_app.models import ChargingSession, Driver
from sessions_app.queries.days import DATE_PRESETS, started_on
from sessions_app.queries.expressions import COST, PERSON, UNKNOWN_COST
from sessions_app.queries.filter_lookups import (
    area_lookups,
    connector_lookups,
    driver_kind_lookups,
    driver_lookups,
    station_lookups,
)
from sessions_app.queries.flags import flag_condition
from sessions_app.queries.inactivity import inactivity_condition, rating_lookups
from sessions_app.queries.paging import SessionQuerySet
from sessions_app.queries.related_lookup import LookupResult, Lookups, run_lookups
from sessions_app.queries.search import MAX_SEARCH_LENGTH, search_condition, search_lookups
from sessions_app.queries.sites import VisibleSites, load_visible_sites

LEVEL_CHOICES = {Level.WARNING.value: "Warning or high", Level.HIGH.value: "High"}
# Far enough from the ends of the calendar for conversion to any time zone.
DATE_LIMITS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2199, 12, 31))]


class _DateRangeForm(forms.Form):
    """Checks that the first day is not after the last."""

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("started_after"), self.cleaned_data.get("started_before")
        if first and last and first > last:
            raise ValidationError("The start date is after the end date.")
        return self.cleaned_data


class SessionFilter(filters.FilterSet):
    """The filters of both tabs; only History has a reason."""

    q = filters.CharFilter(label="Search", max_length=MAX_SEARCH_LENGTH, method="by_search")
    range = filters.ChoiceFilter(label="Started", choices=list(DATE_PRESETS.items()), method="by_days")
    started_after = filters.DateFilter(
        label="From", input_formats=["%Y-%m-%d"], validators=DATE_LIMITS, method="by_days"
    )
    started_before = filters.DateFilter(
        label="To", input_formats=["%Y-%m-%d"], validators=DATE_LIMITS, method="by_days"
    )
    company = AnyOf(label="Company", coerce=int, method="by_company")
    site = AnyOf(label="Site", field_name="site", coerce=int)
    area = IdFilter(label="Site area", field_name="site_area", coerce=int)
    station = IdFilter(label="Charging station", field_name="station", coerce=int)
    connector = ConnectorFilter(label="Connector", coerce=connector_number, method="by_connector")
    driver = IdFilter(label="User", field_name="driver", coerce=int)
    kind = AnyOf(label="User kind", choices=Driver.Kind.choices, method="by_kind")
    idle_min = Minutes(label="Idle for at least (minutes)", min_value=0, max_value=500_000, method="by_idle_minutes")
    level = filters.ChoiceFilter(label="Inactivity", choices=list(LEVEL_CHOICES.items()), method="by_level")
    price = filters.ChoiceFilter(label="Price", choices=[("none", "Unpriced")], method="by_price")
    look = AnyOf(label="Needs a look", choices=list(REASON_CHOICES.items()), method="by_look")
    reason = AnyOf(label="Reason", choices=list(REASONS.items()), method="by_reason")

    class Meta:
        model = ChargingSession
        fields: list[str] = []
        form = _DateRangeForm

    def __init__(self, data: QueryDict, *, tab: str, user: User) -> None:
        self.tab = tab
        self.sees_every_site = sees_every_site(user)
        self.visible_sites: VisibleSites = load_visible_sites(user)
        self.visible_sessions = visible_to(user, site_ids=self.visible_sites.ids)
        super().__init__(data, self.visible_sessions.filter(ended_at__isnull=tab == IN_PROGRESS))
        self.filters["company"].extra["choices"] = self.visible_sites.companies()
        self.filters["site"].extra["choices"] = [(site.id, site.name) for site in self.visible_sites.sites]
        if tab == IN_PROGRESS:
            del self.filters["reason"]

    def is_valid(self) -> bool:
        """Return whether the whole address is valid; look up ids last, only if the rest is."""
        fields = self.form.fields.items()
        takes_several = {name: isinstance(field, forms.MultipleChoiceField) for name, field in fields}
        for name, problem in param_errors(self.data, self.tab, takes_several).items():
            self.form.add_error(None, ValidationError(problem, code=name))
        if not self.form.errors:
            self._add_choices()
        return not self.form.errors

    def _add_choices(self) -> None:
        """Set the chosen places and drivers as choices, with names for the chips; reject unknown ids."""
        for name in ("area", "station", "driver"):
            texts = self.lookups[name].texts if name in self.lookups else {}
            self.form.fields[name].choices = list(texts.items())
            for pk in set(self.form.cleaned_data[name]) - set(texts):
                self.form.add_error(name, f"{pk} does not exist.")

    @cached_property
    def lookups(self) -> dict[str, LookupResult]:
        """The filter values resolved to ids in related tables, in one query."""
        builders: dict[str, Callable[[Any], Lookups]] = {
            "area": partial(area_lookups, places=self.visible_sites),
            "station": partial(station_lookups, places=self.visible_sites),
            "driver": partial(driver_lookups, visible=self.visible_sessions),
            "kind": driver_kind_lookups,
            "connector": connector_lookups,
            "level": lambda level: rating_lookups(),
            "q": search_lookups,
        }
        values = self.form.cleaned_data
        queries: dict[str, QuerySet[Any]] = {}
        for name, build in builders.items():
            queries |= build(values[name]) if values[name] else {}
        return run_lookups(queries)

    @property
    def sites(self) -> list[int] | None:
        """The ids of the sites to which the filters limit the sessions; None without a limit."""
        values = self.form.cleaned_data
        names = ("sites of area", "sites of station")
        related_sites = [self.lookups[name].texts for name in names if name in self.lookups]
        if self.sees_every_site and not (values["site"] or values["company"] or related_sites):
            return None
        return [
            site.id
            for site in self.visible_sites.sites
            if (not values["site"] or site.id in values["site"])
            and (not values["company"] or site.company_id in values["company"])
            and all(site.id in site_ids for site_ids in related_sites)
        ]

    def filter_queryset(self, queryset: SessionQuerySet) -> SessionQuerySet:
        """Apply the days once, as one range per time zone, then the other filters."""
        values = self.form.cleaned_data
        first, last, preset = values["started_after"], values["started_before"], values["range"]
        if first or last or preset:
            days = started_on(self.visible_sites, first=first, last=last, preset=preset, now=timezone.now())
            queryset = queryset.filter(days)
        return super().filter_queryset(queryset)  # type: ignore[no-any-return]

    def by_days(self, queryset: SessionQuerySet, name: str, value: Any) -> SessionQuerySet:
        return queryset  # see filter_queryset

    def by_search(self, queryset: SessionQuerySet, name: str, value: str) -> SessionQuerySet:
        return queryset.alias(person=PERSON).filter(search_condition(value, self.lookups))

    def by_company(self, queryset: SessionQuerySet, name: str, value: list[int]) -> SessionQuerySet:
        return queryset.filter(site__in=[site.id for site in self.visible_sites.sites if site.company_id in value])

    def by_connector(self, queryset: SessionQuerySet, name: str, value: list[int]) -> SessionQuerySet:
        return queryset.filter(connector__in=self.lookups[name].ids)

    def by_kind(self, queryset: SessionQuerySet, name: str, value: list[str]) -> SessionQuerySet:
        return queryset.alias(person=PERSON).filter(person__in=self.lookups[name].ids)

    def by_reason(self, queryset: SessionQuerySet, name: str, value: list[str]) -> SessionQuerySet:
        """Include all codes with the same label: the user sees only labels."""
        labels = {REASONS[code] for code in value}
        return queryset.filter(end_reason__in=[code for code, label in REASONS.items() if label in labels])

    def by_idle_minutes(self, queryset: SessionQuerySet, name: str, value: int) -> SessionQuerySet:
        return queryset.filter(idle_s__gte=int(value) * 60)

    def by_price(self, queryset: SessionQuerySet, name: str, value: str) -> SessionQuerySet:
        return queryset.alias(cost=COST).filter(cost=UNKNOWN_COST)

    def by_look(self, queryset: SessionQuerySet, name: str, value: list[str]) -> SessionQuerySet:
        return queryset.filter(flag_condition(reason_bits(value)))

    def by_level(self, queryset: SessionQuerySet, name: str, value: str) -> SessionQuerySet:
        return queryset.filter(inactivity_condition(value, self.lookups))


class FilterResult(NamedTuple):
    """The filtered sessions, unordered; none if any parameter is invalid."""

    sessions: SessionQuerySet
    form: forms.Form
    is_valid: bool


def filter_sessions(params: QueryDict, tab: str, user: User) -> FilterResult:
    """Return the sessions of a tab that match the query string and that the user may see.

    An invalid value or an unknown name gives no session at all, never the unfiltered table; the form
    has the errors.
    """
    return apply_filters(SessionFilter(params, tab=tab, user=user))


def apply_filters(session_filter: SessionFilter) -> FilterResult:
    """Return the sessions of a filter set; none if it is invalid."""
    is_valid = session_filter.is_valid()
    sessions = session_filter.qs if is_valid else ChargingSession.objects.none()
    return FilterResult(sessions, session_filter.form, is_valid)


def form_problems(form: forms.Form) -> list[str]:
    """Return the errors of the filters, a sentence each."""
    return [
        str(message) if name == "__all__" else f"{form.fields[name].label}: {message}"
        for name, messages in form.errors.items()
        for message in messages
    ]
