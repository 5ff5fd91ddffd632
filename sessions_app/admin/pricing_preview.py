"""What a policy that is being written says in words, and what a session would cost by it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

import msgspec
from django import forms
from django.forms import inlineformset_factory
from django.http import QueryDict

from sessions_app.admin.pricing_forms import ComponentForm, ComponentFormSet, PolicyForm, TrialForm
from sessions_app.domain import pricing, wording
from sessions_app.domain.pricing import Tariff, words
from sessions_app.domain.pricing.trial import trial_lines, unpriced_wh
from sessions_app.models import PriceComponent, PricingPolicy
from sessions_app.queries.price_view import PriceLine, price_line

_Components = cast(
    "type[ComponentFormSet]",
    inlineformset_factory(
        PricingPolicy, PriceComponent, form=ComponentForm, formset=ComponentFormSet, extra=0
    ),
)


class Preview(msgspec.Struct, frozen=True):
    """The policy in words, the lines of the trial, and what keeps either from being said."""

    zone: str  # in which the form's times are read
    in_words: str = ""
    lines: tuple[PriceLine, ...] = ()
    total: str = ""
    tax: str = ""
    tax_percent: str = ""
    free: str = ""
    is_begun: bool = True  # there are a currency and a component
    problems: tuple[str, ...] = ()


def preview(data: QueryDict, policy: PricingPolicy) -> Preview:
    """Return what the form's data says; nothing of it is saved."""
    form = PolicyForm(data, instance=policy)
    form.is_valid()
    # As new, since components that are stored need not be found to be said.
    components = _Components(data, instance=policy, prefix="components", save_as_new=True)
    components.is_valid()
    zone, currency = str(form.zone), form.cleaned_data.get("currency")
    problems = tuple(_problems(form, components))
    if not currency or not components.in_order():
        return Preview(zone, is_begun=False, problems=problems)
    tariff = _tariff(form, components, currency)
    said = words.tariff_words(tariff)
    trial = TrialForm(data, prefix="trial")
    if not trial.is_valid():
        wrong = [f"{trial[name].label}: {error}" for name, errors in trial.errors.items() for error in errors]
        return Preview(zone, said, problems=(*problems, *wrong))
    tried = trial.trial()
    lines, free_wh = trial_lines(tariff, tried), unpriced_wh(tariff, tried)
    total = pricing.rounded(pricing.total(lines), currency)
    return Preview(
        zone,
        in_words=said,
        lines=tuple(price_line(line, tariff) for line in lines),
        total=wording.money(total, currency),
        tax=wording.money(pricing.tax(tariff, total), currency) if tariff.tax_percent else "",
        tax_percent=words.tax_percent(tariff),
        free=f"{wording.kwh(free_wh)} would be free: no component applies." if free_wh else "",
        problems=problems,
    )


def _tariff(form: PolicyForm, components: ComponentFormSet, currency: str) -> Tariff:
    said = form.cleaned_data
    return Tariff(
        policy_id=0,
        description=said.get("description", ""),
        entity_type="",
        entity_id="",
        currency=currency,
        valid_from=said.get("valid_from") or datetime.now(UTC),
        tax_percent=said.get("tax_percent") or Decimal(0),
        components=tuple(component for _, component in components.in_order()),
        min_price=said.get("min_price"),
        max_price=said.get("max_price"),
    )


def _problems(form: PolicyForm, components: ComponentFormSet) -> Iterator[str]:
    """Yield what is wrong with what has been filled in, in the words that saving would use."""
    yield from _wrong(form)
    for number, each in enumerate(components.forms, 1):
        yield from (f"Component {number}, {text}" for text in _wrong(each))


def _wrong(form: forms.BaseForm) -> Iterator[str]:
    """Yield what is wrong with the fields of a form; one that has yet to be filled in is not wrong."""
    for name, errors in form.errors.as_data().items():
        label = form[name].label if name in form.fields else "Policy"
        for error in errors:
            if error.code != "required":
                yield from (f"{label}: {text}" for text in error.messages)
