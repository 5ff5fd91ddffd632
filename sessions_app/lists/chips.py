"""The active filters as chips, each with the query string that removes it."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.http import QueryDict
from django.utils.dateformat import format as format_date

from sessions_app.lists.list_url import PAGING_PARAMS


@dataclass(frozen=True)
class Chip:
    """A value of a filter, and the query string without it; `is_wrong` marks an invalid value."""

    name: str
    label: str
    text: str
    without: str
    is_wrong: bool = False


def chips(params: QueryDict, form: forms.Form) -> list[Chip]:
    """Return a chip for each filter value, valid or not, and for each invalid parameter."""
    invalid = [str(error.code) for error in form.non_field_errors().as_data() if error.code in params]
    return [
        Chip(
            name,
            str(form.fields[name].label) if name in form.fields else name,
            _text(form, name, raw),
            _without(params, name, raw),
            is_wrong=name in form.errors or name in invalid,
        )
        for name in dict.fromkeys((*form.fields, *invalid))
        for raw in dict.fromkeys(params.getlist(name))
        if raw.strip() or name in invalid
    ]


def _text(form: forms.Form, name: str, raw: str) -> str:
    """Return the label of a value; an invalid value unchanged."""
    field, value = form.fields.get(name), form.cleaned_data.get(name)
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(text) for key, text in field.choices}  # type: ignore[union-attr, misc]
        return labels.get(raw, raw)
    if isinstance(value, date):
        return format_date(value, "j M Y")
    if name == "idle_min":
        return f"{raw} min"
    return f"“{raw.strip()}”"


def _without(params: QueryDict, name: str, raw: str) -> str:
    rest = params.copy()
    rest.setlist(name, [value for value in params.getlist(name) if value != raw])
    for stale in (*(() if rest.getlist(name) else (name,)), *PAGING_PARAMS):
        rest.pop(stale, None)
    return rest.urlencode(safe=",")
