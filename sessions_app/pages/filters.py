"""The filters of both tabs, for lists, exports and charts alike: strict, and within what the user may see."""

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
from sessions_app.domain.wording import REASONS, connector_letter
from sessions_app.models import ChargingSession, Driver
from sessions_app.pages.address import faults, is_id
from sessions_app.pages.tabs import IN_PROGRESS
from sessions_app.queries.chosen import (
    areas_wanted,
    drivers_wanted,
    kinds_wanted,
    numbers_wanted,
    stations_wanted,
)
from sessions_app.queries.days import PRESETS, started_on
from sessions_app.queries.expressions import COST, PERSON, UNKNOWN_COST
from sessions_app.queries.found import Found, Wanted, looked_up
from sessions_app.queries.inactivity import connectors_wanted, stands
from sessions_app.queries.places import Places, places
from sessions_app.queries.search import MOST_LETTERS, says, words_wanted

LEVELS = {"warning": "Warning or high", "high": "High"}
LETTERS = {connector_letter(number): number for number in range(1, 27)}
# No calendar of a time zone ends within these.
DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2199, 12, 31))]
Sessions = QuerySet[ChargingSession]


class _OneOf(filters.TypedMultipleChoiceFilter):
    """Several values of a column, any of which will do."""

    def filter(self, qs: Sessions, value: list[Any]) -> Sessions:
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class _Ids(forms.TypedMultipleChoiceField):
    """Ids of places or people; whether they are there is for the one look-up to say."""

    def valid_value(self, value: Any) -> bool:
        return is_id(str(value))


class _Named(_OneOf):
    """Several places or people, by id, out of those that the user may see."""

    field_class = _Ids


class _Minutes(filters.NumberFilter):
    """A whole number of minutes."""

    field_class = forms.IntegerField


class _DaysInOrder(forms.Form):
    """A form of which the first day is not after the last."""

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("started_after"), self.cleaned_data.get("started_before")
        if first and last and first > last:
            raise ValidationError("The start date is after the end date.")
        return self.cleaned_data


class SessionFilter(filters.FilterSet):
    """What both tabs are filtered by; History also by reason."""

    q = filters.CharFilter(label="Search", max_length=MOST_LETTERS, method="by_words")
    range = filters.ChoiceFilter(label="Started", choices=list(PRESETS.items()), method="by_days")
    started_after = filters.DateFilter(
        label="From", input_formats=["%Y-%m-%d"], validators=DAYS, method="by_days"
    )
    started_before = filters.DateFilter(
        label="To", input_formats=["%Y-%m-%d"], validators=DAYS, method="by_days"
    )
    company = _OneOf(label="Company", coerce=int, method="by_company")
    site = _OneOf(label="Site", field_name="site", coerce=int)
    area = _Named(label="Site area", field_name="site_area", coerce=int)
    station = _Named(label="Charging station", field_name="station", coerce=int)
    connector = _OneOf(
        label="Connector",
        choices=[(letter, letter) for letter in LETTERS],
        coerce=LETTERS.__getitem__,
        method="by_connector",
    )
    driver = _Named(label="User", field_name="driver", coerce=int)
    kind = _OneOf(label="User kind", choices=Driver.Kind.choices, method="by_kind")
    idle_min = _Minutes(
        label="Idle for at least (minutes)", min_value=0, max_value=500_000, method="by_idle_minutes"
    )
    level = filters.ChoiceFilter(label="Inactivity", choices=list(LEVELS.items()), method="by_level")
    price = filters.ChoiceFilter(label="Price", choices=[("none", "Unpriced")], method="by_price")
    reason = _OneOf(label="Reason", choices=list(REASONS.items()), method="by_reason")

    class Meta:
        model = ChargingSession
        fields: list[str] = []
        form = _DaysInOrder

    def __init__(self, data: QueryDict, *, tab: str, user: User) -> None:
        self.tab = tab
        self.is_everywhere = sees_every_site(user)
        self.places: Places = places(user)
        self.visible = visible_to(user, site_ids=self.places.ids)
        super().__init__(data, self.visible.filter(ended_at__isnull=tab == IN_PROGRESS))
        self.filters["company"].extra["choices"] = self.places.companies()
        self.filters["site"].extra["choices"] = [(place.id, place.name) for place in self.places.sites]
        if tab == IN_PROGRESS:
            del self.filters["reason"]

    def is_valid(self) -> bool:
        """Return whether the whole address is well; what is named by id is looked up last."""
        fields = self.form.fields.items()
        takes_several = {name: isinstance(field, forms.MultipleChoiceField) for name, field in fields}
        for name, problem in faults(self.data, self.tab, takes_several).items():
            self.form.add_error(None, ValidationError(problem, code=name))
        if not self.form.errors:
            self._name_the_chosen()
        return not self.form.errors

    def _name_the_chosen(self) -> None:
        """Give the chosen places and people their names, which chips say; refuse what is not there."""
        for name in ("area", "station", "driver"):
            texts = self.found[name].texts if name in self.found else {}
            self.form.fields[name].choices = list(texts.items())
            for pk in set(self.form.cleaned_data[name]) - set(texts):
                self.form.add_error(name, f"{pk} does not exist.")

    @cached_property
    def found(self) -> dict[str, Found]:
        """What the filters name in other tables, in one query."""
        asked: dict[str, Callable[[Any], Wanted]] = {
            "area": partial(areas_wanted, places=self.places),
            "station": partial(stations_wanted, places=self.places),
            "driver": partial(drivers_wanted, visible=self.visible),
            "kind": kinds_wanted,
            "connector": numbers_wanted,
            "level": lambda level: connectors_wanted(),
            "q": words_wanted,
        }
        said = self.form.cleaned_data
        every: dict[str, QuerySet[Any]] = {}
        for name, wants in asked.items():
            every |= wants(said[name]) if said[name] else {}
        return looked_up(every)

    @property
    def sites(self) -> list[int] | None:
        """The sites that every session asked for belongs to; None: they may belong to any."""
        said = self.form.cleaned_data
        named = ("sites of area", "sites of station")
        looked_up = [self.found[name].texts for name in named if name in self.found]
        if self.is_everywhere and not (said["site"] or said["company"] or looked_up):
            return None
        return [
            place.id
            for place in self.places.sites
            if (not said["site"] or place.id in said["site"])
            and (not said["company"] or place.company_id in said["company"])
            and all(place.id in texts for texts in looked_up)
        ]

    def filter_queryset(self, queryset: Sessions) -> Sessions:
        """Apply the days once, as one range for each time zone, then every other filter."""
        said = self.form.cleaned_data
        first, last, preset = said["started_after"], said["started_before"], said["range"]
        if first or last or preset:
            days = started_on(self.places, first=first, last=last, preset=preset, now=timezone.now())
            queryset = queryset.filter(days)
        return super().filter_queryset(queryset)  # type: ignore[no-any-return]

    def by_days(self, queryset: Sessions, name: str, value: Any) -> Sessions:
        return queryset  # see filter_queryset

    def by_words(self, queryset: Sessions, name: str, value: str) -> Sessions:
        return queryset.alias(person=PERSON).filter(says(value, self.found))

    def by_company(self, queryset: Sessions, name: str, value: list[int]) -> Sessions:
        return queryset.filter(
            site__in=[place.id for place in self.places.sites if place.company_id in value]
        )

    def by_connector(self, queryset: Sessions, name: str, value: list[int]) -> Sessions:
        return queryset.filter(connector__in=self.found[name].ids)

    def by_kind(self, queryset: Sessions, name: str, value: list[str]) -> Sessions:
        return queryset.alias(person=PERSON).filter(person__in=self.found[name].ids)

    def by_reason(self, queryset: Sessions, name: str, value: list[str]) -> Sessions:
        """Two codes may have the same words: who asks for one gets what reads the same."""
        words = {REASONS[code] for code in value}
        return queryset.filter(end_reason__in=[code for code, said in REASONS.items() if said in words])

    def by_idle_minutes(self, queryset: Sessions, name: str, value: int) -> Sessions:
        return queryset.filter(idle_s__gte=int(value) * 60)

    def by_price(self, queryset: Sessions, name: str, value: str) -> Sessions:
        return queryset.alias(cost=COST).filter(cost=UNKNOWN_COST)

    def by_level(self, queryset: Sessions, name: str, value: str) -> Sessions:
        return queryset.filter(stands(value, self.found))


class Filtered(NamedTuple):
    """The sessions that a list's address asks for, unordered; none where anything in it is wrong."""

    sessions: Sessions
    form: forms.Form
    is_valid: bool


def filtered(params: QueryDict, tab: str, user: User) -> Filtered:
    """Return the sessions of the tab that the query string asks for, within what the user may see.

    A value that is no value of its filter, or a name that is no filter, gives no session at all, and
    the form says why: never the unfiltered table.
    """
    return applied(SessionFilter(params, tab=tab, user=user))


def applied(sessions: SessionFilter) -> Filtered:
    """Return what a filter set gives, strictly."""
    is_valid = sessions.is_valid()
    return Filtered(sessions.qs if is_valid else ChargingSession.objects.none(), sessions.form, is_valid)


def problems(form: forms.Form) -> list[str]:
    """Return what is wrong with the filters, a sentence each."""
    return [
        str(message) if name == "__all__" else f"{form.fields[name].label}: {message}"
        for name, messages in form.errors.items()
        for message in messages
    ]
