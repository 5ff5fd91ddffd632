"""Planned downtime, entered below a station or a connector in the time of its site."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.forms.models import BaseInlineFormSet

from sessions_app.admin.pickers import SiteDateTimeInput
from sessions_app.admin.pricing_forms import validate_year
from sessions_app.models import ChargingStation, Connector, PlannedDowntime


class DowntimeForm(forms.ModelForm):
    """A planned downtime; its times are those of the site's clocks."""

    from_at = forms.SplitDateTimeField(label="From", widget=SiteDateTimeInput, validators=[validate_year])
    to_at = forms.SplitDateTimeField(label="To", widget=SiteDateTimeInput, required=False, validators=[validate_year])

    class Meta:
        model = PlannedDowntime
        fields = ("from_at", "to_at", "reason")

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["from_at"].help_text = f"Time in {zone}."
        self.fields["to_at"].help_text = f"Time in {zone}. Empty: until further notice."
        for name in ("from_at", "to_at"):
            stored = getattr(self.instance, name)
            if stored is not None:
                self.initial[name] = stored.astimezone(zone).replace(tzinfo=None)

    def clean(self) -> dict[str, Any]:
        super().clean()
        for name in ("from_at", "to_at"):
            if self.cleaned_data.get(name):
                self.cleaned_data[name] = self.cleaned_data[name].replace(tzinfo=self.zone)
        start, end = self.cleaned_data.get("from_at"), self.cleaned_data.get("to_at")
        if start and end and end <= start:
            self.add_error("to_at", "It ends before it begins.")
        return self.cleaned_data


class DowntimeFormSet(BaseInlineFormSet):
    """The planned downtime of a station or connector."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return super().get_form_kwargs(index) | {"zone": _zone(self.instance)}


class DowntimeInline(admin.TabularInline):
    """When a station or connector is out of order as planned: uptime leaves these times out."""

    model = PlannedDowntime
    form = DowntimeForm
    formset = DowntimeFormSet
    fields = ("from_at", "to_at", "reason")
    ordering = ("-from_at", "-pk")
    extra = 0


def _zone(place: ChargingStation | Connector) -> ZoneInfo:
    """Return the time zone of the site; UTC for a station that has no place yet."""
    station = place.station if isinstance(place, Connector) else place
    return ZoneInfo(station.site_area.site.time_zone if station.site_area_id else "UTC")
