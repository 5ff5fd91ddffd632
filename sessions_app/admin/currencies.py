"""A place keeps the currency of its policies, wherever it is moved."""

from django import forms
from django.utils import timezone

from sessions_app.queries import policies


class KeepsCurrency(forms.ModelForm):
    """The form of a place, whose prices are in the currency of its company."""

    def refuse_other(self, currency: str) -> None:
        """Refuse another currency while policies there have prices in the one so far.

        Such a policy would never hold again, and what it prices would cost something else without a word.
        """
        if self.instance.pk is None or currency == policies.currency_at(self.instance):
            return
        other = policies.in_other_currency(self.instance, currency, at=timezone.now()).first()
        if other is not None:
            raise forms.ValidationError(f"“{other}” has prices in {other.currency}: end it first.")
