"""What the electricity of a site costs, by tariff window, entered below the site."""

from decimal import Decimal
from itertools import combinations
from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import MaxValueValidator
from django.forms.models import BaseInlineFormSet

from sessions_app.admin.pickers import DateInput, TimeInput
from sessions_app.admin.pricing_forms import DaysField, validate_year
from sessions_app.domain.pricing import Component
from sessions_app.domain.pricing.labels import DAYS
from sessions_app.domain.pricing.tariff import ENERGY, overlap
from sessions_app.models import ElectricityCost


class ElectricityCostForm(forms.ModelForm):
    """The cost of a kWh in one tariff window."""

    days = DaysField(
        choices=[(str(number), name) for number, name in enumerate(DAYS, 1)],
        required=False,
        help_text="None is every day.",
    )

    class Meta:
        model = ElectricityCost
        fields = ("valid_from", "days", "time_from", "time_to", "price_per_kwh")
        widgets = {"valid_from": DateInput, "time_from": TimeInput, "time_to": TimeInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].validators.append(validate_year)
        self.fields["price_per_kwh"].validators.append(MaxValueValidator(Decimal(1000)))

    def window(self) -> Component | None:
        """Return when the cost applies; None if the form is empty, deleted or has errors."""
        data = self.cleaned_data if self.is_valid() else {}
        if not data.get("valid_from") or data.get("DELETE"):
            return None
        return Component(
            ENERGY, data["price_per_kwh"], days=data["days"], time_from=data["time_from"], time_to=data["time_to"]
        )


class ElectricityCostFormSet(BaseInlineFormSet):
    """The costs of a site. Those from one day on must not overlap; they are in the company's currency."""

    def clean(self) -> None:
        super().clean()
        rows = [(form, form.window()) for form in self.forms if isinstance(form, ElectricityCostForm)]
        for (first, one), (second, other) in combinations(rows, 2):
            if one is None or other is None:
                continue
            if first.cleaned_data["valid_from"] == second.cleaned_data["valid_from"] and overlap(one, other):
                second.add_error("time_from", "Another cost from the same day applies at these times, too.")

    def save_new(self, form: Any, commit: bool = True) -> Any:
        form.instance.currency = self.instance.company.currency
        return super().save_new(form, commit)


class ElectricityCostInline(admin.TabularInline):
    """What the electricity of a site costs. Times in the site's time zone; new costs get a new date."""

    model = ElectricityCost
    form = ElectricityCostForm
    formset = ElectricityCostFormSet
    fields = ("valid_from", "days", "time_from", "time_to", "price_per_kwh", "currency")
    readonly_fields = ("currency",)
    ordering = ("-valid_from", "pk")
    extra = 0
