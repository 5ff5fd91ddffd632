"""A place keeps the currency of its policies, wherever it is moved."""

from typing import Any

from django import forms
from django.utils import timezone

from sessions_app.queries import policies


class KeepsCurrency(forms.ModelForm):
    """The form of a place, which refuses another currency while policies there have prices in the one so far.

    Such a policy would never hold again, and what it prices would cost something else without a word.
    """

    decided_by: str  # the field of the currency, or of the place around, whose company decides

    def clean(self) -> dict[str, Any]:
        super().clean()
        around = self.cleaned_data.get(self.decided_by)
        if self.instance.pk is not None and around:
            currency = around if isinstance(around, str) else policies.currency_at(around)
            if currency != policies.currency_at(self.instance):
                self._refuse(currency)
        return self.cleaned_data

    def _refuse(self, currency: str) -> None:
        other = policies.in_other_currency(self.instance, currency, at=timezone.now()).first()
        if other is not None:
            self.add_error(self.decided_by, f"“{other}” has prices in {other.currency}. End it first.")
