"""The kinds of filters: several values of a column, ids, letters of connectors, minutes."""

from typing import Any

import django_filters as filters
from django import forms

from sessions_app.domain.wording import connector_letter, connector_number
from sessions_app.lists.list_url import is_id
from sessions_app.queries.paging import SessionQuerySet


class AnyOf(filters.TypedMultipleChoiceFilter):
    """Rows whose column has any of the chosen values."""

    def filter(self, qs: SessionQuerySet, value: list[Any]) -> SessionQuerySet:
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class IdField(forms.TypedMultipleChoiceField):
    """Ids of places or drivers; `_add_choices` checks that they exist, with one query for all."""

    def valid_value(self, value: Any) -> bool:
        return is_id(str(value))


class ConnectorField(forms.TypedMultipleChoiceField):
    """Letters of connectors, as screens show them: A to ZZ."""

    def valid_value(self, value: Any) -> bool:
        number = connector_number(str(value))
        return number is not None and connector_letter(number) == value


class ConnectorFilter(AnyOf):
    """Any of several connectors, by letter."""

    field_class = ConnectorField


class IdFilter(AnyOf):
    """Any of several places or drivers, by id, out of those that the user may see."""

    field_class = IdField


class Minutes(filters.NumberFilter):
    """A whole number of minutes."""

    field_class = forms.IntegerField
