"""The action that reprices chosen sessions: first a preview of old and new prices, then the change."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any, cast

import msgspec
from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import pluralize
from django.utils import timezone

from sessions_app.domain.pricing import labels
from sessions_app.domain.wording import UNKNOWN, money
from sessions_app.models import ChargingSession, Manager, PricingPolicy
from sessions_app.queries import policies
from sessions_app.recording import repricing
from sessions_app.recording.repricing import RepricingResult

MAX_SESSIONS = 200  # per request: each session is read and written with all its readings


class PolicyChoice(forms.ModelChoiceField):
    """A policy, labelled with its place and price."""

    def label_from_instance(self, obj: PricingPolicy) -> str:
        scope = policies.scope_of(obj) or policies.EVERYWHERE
        price = labels.describe_tariff(policies.build_tariff(obj, place=None, driver=None))
        return f"{obj} · {scope} · {obj.get_audience_display()} · {price}"


class RepriceForm(forms.Form):
    """The choice of a policy."""

    policy = PolicyChoice(
        PricingPolicy.objects.select_related(*policies.SCOPES, "site_area__site")
        .prefetch_related("components")
        .order_by("description", "pk"),
        required=False,
        empty_label="Policy in effect when each session started, at its current prices",
        label="Pricing policy",
    )


class RepricingSums(msgspec.Struct):
    """The old and the new total of the sessions in one currency."""

    old: Decimal | None = None
    new: Decimal | None = None


@admin.action(description="Preview and reprice", permissions=["reprice"])
def reprice(model_admin: Any, request: HttpRequest, sessions: QuerySet[ChargingSession]) -> HttpResponse | None:
    """Show the old and new prices of the chosen sessions; on confirmation, reprice those that change.

    Only what was shown is applied: if the choice, a policy or a reading has changed since, show the
    preview again.
    """
    ids = list(sessions.order_by("pk").values_list("pk", flat=True)[: MAX_SESSIONS + 1])
    if len(ids) > MAX_SESSIONS:
        model_admin.message_user(request, f"Select at most {MAX_SESSIONS} sessions at a time.", messages.ERROR)
        return None
    form = RepriceForm(request.POST if "previewed" in request.POST else None)
    policy = form.cleaned_data["policy"] if form.is_valid() else None
    previewed = [repricing.preview_repricing(pk, policy) for pk in ids]
    digest = _digest(policy, previewed)
    if "confirm" in request.POST and form.is_valid():
        if request.POST["previewed"] == digest:
            _apply(model_admin, request, policy, [result for result in previewed if result.is_changed])
            return None
        messages.warning(request, "Prices have changed since the preview. Check them again.")
    context = model_admin.admin_site.each_context(request) | {
        "title": "Reprice sessions",
        "opts": model_admin.opts,
        "form": form,
        "rows": [(result, difference(result)) for result in previewed],
        "sums": _sums(previewed),
        "changing": sum(result.is_changed for result in previewed),
        "digest": digest,
    }
    return render(request, "admin/reprice.html", context)


def difference(result: RepricingResult) -> str:
    """Return `+$1.80` or `-$0.60`; for an unpriced session the whole new price."""
    if result.refusal:
        return UNKNOWN
    if result.old is not None and result.old_currency != result.new_currency:
        return "different currency"
    return price_difference(result.old, result.new, result.new_currency)


def _digest(policy: PricingPolicy | None, previewed: Sequence[RepricingResult]) -> str:
    """Return a digest of the policy and the previewed prices."""
    return sha256(msgspec.json.encode((policy and policy.pk, previewed))).hexdigest()


def _apply(
    model_admin: Any, request: HttpRequest, policy: PricingPolicy | None, previewed: Sequence[RepricingResult]
) -> None:
    by = cast("Manager", request.user)
    results = [
        repricing.reprice_session(result.session_id, policy, by=by, at=timezone.now(), previewed=result)
        for result in previewed
    ]
    refused = [result for result in results if result.refusal]
    model_admin.message_user(
        request, f"Repriced {len(results) - len(refused)} of {len(results)} session{pluralize(len(results))}."
    )
    for result in refused:
        model_admin.message_user(request, f"Session {result.session_id}: {result.refusal}", messages.WARNING)


def _sums(previewed: Iterable[RepricingResult]) -> list[tuple[str, str, str]]:
    """Return the old total, the new total and their difference, for each currency."""
    sums: dict[str, RepricingSums] = defaultdict(RepricingSums)
    for result in previewed:
        if result.old is not None:
            sums[result.old_currency].old = _add(sums[result.old_currency].old, result.old)
        new, currency = (result.old, result.old_currency) if result.refusal else (result.new, result.new_currency)
        if new is not None:
            sums[currency].new = _add(sums[currency].new, new)
    return [
        (money(total.old, currency), money(total.new, currency), price_difference(total.old, total.new, currency))
        for currency, total in sorted(sums.items())
    ]


def _add(total: Decimal | None, amount: Decimal) -> Decimal:
    return (total or Decimal(0)) + amount


def price_difference(old: Decimal | None, new: Decimal | None, currency: str) -> str:
    """Return `+$1.80` or `-$0.60`; no price counts as 0."""
    amount = (new or Decimal(0)) - (old or Decimal(0))
    return f"+{money(amount, currency)}" if amount > 0 else money(amount, currency)
