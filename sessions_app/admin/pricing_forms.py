"""The forms of a pricing policy and their validation."""

from datetime import date, datetime, timedelta
from math import inf
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator
from django.forms.models import BaseInlineFormSet
from django.http import QueryDict
from django.utils.html import format_html

from sessions_app.admin.pickers import DateInput, SiteDateTimeInput, TimeInput
from sessions_app.domain.pricing import Component, rounded
from sessions_app.domain.pricing.checking import Validity, find_problems
from sessions_app.domain.pricing.labels import DAYS
from sessions_app.domain.pricing.simulation import SimulatedSession
from sessions_app.domain.wording import minor_digits
from sessions_app.models import PriceComponent, PricingPolicy, Site
from sessions_app.queries import policies

VALIDITY = ("valid_from", "valid_to")
MAX_POSITION = 999  # a component without a position comes last
# A missing decimal point would overflow a session's price, and its readings would become dead letters.
MAX_VALUES = {"price": 10_000_000, "step_size": 1_000_000}


def validate_year(day: date) -> None:
    """Reject the ends of the calendar, which adding a day or converting the zone would overflow."""
    if not 2000 <= day.year < 3000:
        raise forms.ValidationError("Enter a year from 2000 to 2999.")


class PolicyForm(forms.ModelForm):
    """A policy: at most one place, that company's currency, and no overlap with another policy."""

    valid_from = forms.SplitDateTimeField(widget=SiteDateTimeInput, validators=[validate_year])
    valid_to = forms.SplitDateTimeField(widget=SiteDateTimeInput, required=False, validators=[validate_year])

    class Meta:
        model = PricingPolicy
        fields = (
            *("description", "company", "site", "site_area", "station", "audience", "currency"),
            *("valid_from", "valid_to", "tax_percent", "min_price", "max_price"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._set_zone(policies.scope_of(self.instance))
        for name in VALIDITY:
            stored = getattr(self.instance, name)
            if stored is not None and self.instance.pk:
                self.initial[name] = self._local(stored)

    def _set_zone(self, place: policies.PolicyScope | None) -> None:
        """Read and show times in the zone of the place, and name it in the help texts."""
        self.zone = ZoneInfo(policies.zone_at(place))
        for name in VALIDITY:
            self.fields[name].help_text = format_html("Time in <span data-zone>{}</span>", self.zone)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone).replace(tzinfo=None, microsecond=0)

    def _time_text(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        return f"{local.day} {local:%b %Y %H:%M %Z}"

    def clean(self) -> dict[str, Any]:
        super().clean()
        self._set_zone(next((self.cleaned_data[name] for name in policies.SCOPES if self.cleaned_data.get(name)), None))
        for name in VALIDITY:
            if self.cleaned_data.get(name):
                self.cleaned_data[name] = self.cleaned_data[name].replace(tzinfo=self.zone)
        data = dict(self.cleaned_data)  # add_error removes the field from cleaned_data
        self._check_order(data)
        self._check_decimals(data)
        chosen = [name for name in policies.SCOPES if data.get(name)]
        for name in chosen[:-1]:
            self.add_error(name, f"A policy has one place. Leave this or the {_scope_label(chosen[-1])} empty.")
        currency = policies.currency_at(data[chosen[0]]) if chosen else ""
        if chosen and data.get("currency") not in (None, "", currency):
            self.add_error("currency", f"Prices at {data[chosen[0]]} are in {currency}.")
        if not self.errors:
            self._check_overlap(data)
        return self.cleaned_data

    def _check_order(self, data: dict[str, Any]) -> None:
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end <= start:
            self.add_error("valid_to", "The end must be after the start.")
        low, high = data.get("min_price"), data.get("max_price")
        if low is not None and high is not None and high < low:
            self.add_error("max_price", "The maximum price is below the minimum price.")

    def _check_decimals(self, data: dict[str, Any]) -> None:
        """Reject a limit with more decimals than the currency has."""
        currency = data.get("currency")
        for name in ("min_price", "max_price"):
            limit = data.get(name)
            if currency and limit is not None and limit != rounded(limit, currency):
                self.add_error(name, f"Prices in {currency} have {minor_digits(currency)} decimals.")

    def _check_overlap(self, data: dict[str, Any]) -> None:
        policy = PricingPolicy(pk=self.instance.pk, **{name: data[name] for name in self.Meta.fields})
        other = policies.overlapping(policy).order_by("valid_from", "pk").first()
        if other is None:
            return
        begins = other.valid_from.replace(microsecond=0)  # the form has whole seconds
        same = "for the same place and audience"
        if begins > policy.valid_from:
            self.add_error("valid_to", f"“{other}” starts on {self._time_text(begins)}. End before that.")
        elif other.valid_to is None:
            text = f"“{other}” has no end {same}. End it first."
            self.add_error("valid_from", text)
        else:
            text = f"“{other}” is valid until {self._time_text(other.valid_to)} {same}. Start then, or end it first."
            self.add_error("valid_from", text)
            if begins == policy.valid_from:
                self._begin_after(other.valid_to)

    def _begin_after(self, end: datetime) -> None:
        """Prefill the start of a copy with the end of its original."""
        local = self._local(end + timedelta(microseconds=999_999))
        data = cast("QueryDict", self.data).copy()
        data["valid_from_0"], data["valid_from_1"] = f"{local:%Y-%m-%d}", f"{local:%H:%M:%S}"
        data["valid_to_0"] = data["valid_to_1"] = ""
        self.data = data


class DaysField(forms.MultipleChoiceField):
    """Days of the week as check boxes, stored as a string of digits."""

    widget = forms.CheckboxSelectMultiple

    def prepare_value(self, value: Any) -> Any:
        return list(value) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        return "".join(sorted(super().clean(value)))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return sorted(initial or "") != sorted(data or [])


class ComponentForm(forms.ModelForm):
    """A component of a policy's price."""

    days = DaysField(
        choices=[(str(number), name) for number, name in enumerate(DAYS, 1)],
        required=False,
        help_text="Select none for every day.",
    )

    class Meta:
        model = PriceComponent
        fields = ("position", *Component.__struct_fields__)
        widgets = {"date_from": DateInput, "date_to": DateInput, "time_from": TimeInput, "time_to": TimeInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position"].required = False
        self.fields["position"].help_text = "Leave empty to add it last."
        self.fields["position"].validators.append(MaxValueValidator(MAX_POSITION))
        for name in ("date_from", "date_to"):
            self.fields[name].validators.append(validate_year)
        for name, limit in MAX_VALUES.items():
            self.fields[name].validators.append(MaxValueValidator(limit))
        if self.instance.pk is None:
            self.initial["position"] = None

    def component(self) -> Component | None:
        """Return the component of the cleaned form; None if a field is invalid."""
        names = Component.__struct_fields__
        if any(name not in self.cleaned_data for name in names):
            return None
        return Component(**{name: self.cleaned_data[name] for name in names})


class ComponentFormSet(BaseInlineFormSet):
    """The components of a policy, in order, checked against each other."""

    def ordered_components(self) -> list[tuple[ComponentForm, Component]]:
        """Return the valid forms that are not deleted, with their components."""
        filled = [
            form
            for form in self.forms
            if isinstance(form, ComponentForm)
            and getattr(form, "cleaned_data", None)
            and not form.cleaned_data.get("DELETE")
        ]
        filled.sort(key=lambda form: _position(form.cleaned_data.get("position")))
        pairs = [(form, form.component()) for form in filled]
        return [(form, component) for form, component in pairs if component is not None]

    def clean(self) -> None:
        super().clean()
        ordered = self.ordered_components()
        last = max((form.instance.position or 0 for form, _ in ordered), default=0)
        unnumbered = [form for form, _ in ordered if form.cleaned_data.get("position") is None]
        for number, form in enumerate(unnumbered, last + 1):
            form.instance.position = number
        if not ordered and not any(form.errors for form in self.forms):
            raise forms.ValidationError("Add a component. Without one, every session would be free.")
        begins, ends = (at and at.date() for at in (self.instance.valid_from, self.instance.valid_to))
        for problem in find_problems([component for _, component in ordered], Validity(begins, ends)):
            ordered[problem.index][0].add_error(problem.field, problem.text)


class SimulationForm(forms.Form):
    """A simulated session."""

    kwh = forms.DecimalField(label="Energy, kWh", min_value=0, max_value=1000, max_digits=7, initial=12)
    charging_minutes = forms.IntegerField(label="Charging, minutes", min_value=0, max_value=10_080, initial=110)
    idle_minutes = forms.IntegerField(label="Idle afterwards, minutes", min_value=0, max_value=10_080, initial=47)
    starts_at = forms.DateTimeField(
        label="Start",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="In site time.",
        validators=[validate_year],
    )
    site = forms.ModelChoiceField(Site.objects.order_by("name", "pk"), required=False, empty_label="UTC")

    def simulated_session(self) -> SimulatedSession:
        """Return the simulated session of the cleaned form."""
        values = self.cleaned_data
        zone = values["site"].time_zone if values["site"] else "UTC"
        return SimulatedSession(
            starts_at=values["starts_at"].replace(tzinfo=ZoneInfo(zone)),
            energy_wh=values["kwh"] * 1000,
            charging=timedelta(minutes=values["charging_minutes"]),
            idle=timedelta(minutes=values["idle_minutes"]),
            zone=zone,
        )


def _position(number: int | None) -> float:
    return inf if number is None else number


def _scope_label(scope: str) -> str:
    return policies.SCOPES[scope].lower()
