"""The preview of an unsaved policy: its text and the price of a simulated session."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

import msgspec
from django import forms
from django.forms import inlineformset_factory
from django.http import QueryDict

from sessions_app.admin.pricing_forms import ComponentForm, ComponentFormSet, PolicyForm, SimulationForm
from sessions_app.domain import pricing, wording
from sessions_app.domain.pricing import Tariff, labels
from sessions_app.domain.pricing.simulation import simulate_lines, unpriced_wh
from sessions_app.models import PriceComponent, PricingPolicy
from sessions_app.queries.price_view import PriceLineText, price_line_text

_PreviewFormSet = cast(
    "type[ComponentFormSet]",
    inlineformset_factory(PricingPolicy, PriceComponent, form=ComponentForm, formset=ComponentFormSet, extra=0),
)


class PolicyPreview(msgspec.Struct, frozen=True):
    """The policy as text, the price lines of the simulated session, and problems in either."""

    zone: str  # of the form's times
    in_words: str = ""
    lines: tuple[PriceLineText, ...] = ()
    total: str = ""
    tax: str = ""
    tax_percent: str = ""
    free: str = ""
    is_begun: bool = True  # it has a currency and a component
    problems: tuple[str, ...] = ()


def preview_policy(data: QueryDict, policy: PricingPolicy) -> PolicyPreview:
    """Return the preview of the form's data; save nothing."""
    form = PolicyForm(data, instance=policy)
    form.is_valid()
    # save_as_new: do not match the components with stored ones.
    components = _PreviewFormSet(data, instance=policy, prefix="components", save_as_new=True)
    components.is_valid()
    zone, currency = str(form.zone), form.cleaned_data.get("currency")
    problems = tuple(_problems(form, components))
    if not currency or not components.ordered_components():
        return PolicyPreview(zone, is_begun=False, problems=problems)
    tariff = _tariff(form, components, currency)
    in_words = labels.describe_tariff(tariff)
    simulation_form = SimulationForm(data, prefix="trial")
    if not simulation_form.is_valid():
        trial_problems = [
            f"{simulation_form[name].label}: {error}"
            for name, errors in simulation_form.errors.items()
            for error in errors
        ]
        return PolicyPreview(zone, in_words, problems=(*problems, *trial_problems))
    simulated = simulation_form.simulated_session()
    lines, free_wh = simulate_lines(tariff, simulated), unpriced_wh(tariff, simulated)
    total = pricing.rounded(pricing.total(lines), currency)
    return PolicyPreview(
        zone,
        in_words=in_words,
        lines=tuple(price_line_text(line, tariff) for line in lines),
        total=wording.money(total, currency),
        tax=wording.money(pricing.tax(tariff, total), currency) if tariff.tax_percent else "",
        tax_percent=labels.tax_percent(tariff),
        free=f"{wording.kwh(free_wh)} would be free: no component applies." if free_wh else "",
        problems=problems,
    )


def _tariff(form: PolicyForm, components: ComponentFormSet, currency: str) -> Tariff:
    values = form.cleaned_data
    return Tariff(
        policy_id=0,
        description=values.get("description", ""),
        entity_type="",
        entity_id="",
        currency=currency,
        valid_from=values.get("valid_from") or datetime.now(UTC),
        tax_percent=values.get("tax_percent") or Decimal(0),
        components=tuple(component for _, component in components.ordered_components()),
        min_price=values.get("min_price"),
        max_price=values.get("max_price"),
    )


def _problems(form: PolicyForm, components: ComponentFormSet) -> Iterator[str]:
    """Yield the errors of the fields that have a value, with the texts that saving would show."""
    yield from _field_errors(form)
    for number, component in enumerate(components.forms, 1):
        yield from (f"Component {number}, {text}" for text in _field_errors(component))


def _field_errors(form: forms.BaseForm) -> Iterator[str]:
    """Yield the errors of a form, except for required fields that are still empty."""
    for name, errors in form.errors.as_data().items():
        label = form[name].label if name in form.fields else "Policy"
        for error in errors:
            if error.code != "required":
                yield from (f"{label}: {text}" for text in error.messages)
