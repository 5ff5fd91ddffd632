"""Keeps the currency of a place equal to that of its pricing policies."""

from typing import Any

from django import forms
from django.utils import timezone

from sessions_app.queries import policies


class CurrencyGuardForm(forms.ModelForm):
    """The form of a place. It rejects a change of currency while policies there use the current one.

    Such a policy would never apply again, and its sessions would silently get another price.
    """

    currency_field: str  # the field of the currency, or of the parent place that determines it

    def clean(self) -> dict[str, Any]:
        super().clean()
        value = self.cleaned_data.get(self.currency_field)
        if self.instance.pk is not None and value:
            currency = value if isinstance(value, str) else policies.currency_at(value)
            if currency != policies.currency_at(self.instance):
                self._reject(currency)
        return self.cleaned_data

    def _reject(self, currency: str) -> None:
        other = policies.in_other_currency(self.instance, currency, at=timezone.now()).first()
        if other is not None:
            self.add_error(self.currency_field, f"“{other}” has prices in {other.currency}. End it first.")
