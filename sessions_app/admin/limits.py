"""The limit of the supply of a site or site area: amperes a phase, or kW."""

from decimal import Decimal
from typing import Any

from django import forms

MAX_KW = 100_000


class KilowattField(forms.DecimalField):
    """A power that is entered in kW and stored in W."""

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / 1000 if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        kw = super().clean(value)
        return None if kw is None else int(kw * 1000)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class LimitForm(forms.ModelForm):
    """A place with a limit, in one unit."""

    limit_w = KilowattField(
        label="Limit, kW",
        required=False,
        min_value=1,
        max_value=MAX_KW,
        decimal_places=3,
        help_text="Of the supply, in kW or in A a phase.",
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if data.get("limit_a") is not None and data.get("limit_w") is not None:
            self.add_error("limit_w", "Enter the limit in A or in kW, not both.")
        return data
