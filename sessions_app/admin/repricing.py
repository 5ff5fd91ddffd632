"""The action that gives chosen sessions another price: first old and new side by side, then in earnest."""

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

from sessions_app.domain.pricing import words
from sessions_app.domain.wording import UNKNOWN, money
from sessions_app.models import ChargingSession, Manager, PricingPolicy
from sessions_app.queries import policies
from sessions_app.recording import repricing
from sessions_app.recording.repricing import Repriced

AT_MOST = 200  # sessions at a time: each is read and written whole


class PolicyChoice(forms.ModelChoiceField):
    """A policy, told from others by its place and its price."""

    def label_from_instance(self, obj: PricingPolicy) -> str:
        place = policies.place_of(obj) or policies.EVERYWHERE
        said = words.tariff_words(policies.tariff(obj, place=None, driver=None))
        return f"{obj} · {place} · {obj.get_audience_display()} · {said}"


class RepriceForm(forms.Form):
    """By which policy."""

    policy = PolicyChoice(
        PricingPolicy.objects.select_related(*policies.PLACES, "site_area__site")
        .prefetch_related("components")
        .order_by("description", "pk"),
        required=False,
        empty_label="Policy in effect when each session started, at its current prices",
        label="Pricing policy",
    )


class Sums(msgspec.Struct):
    """What the sessions cost together now, and would cost, in one currency."""

    old: Decimal | None = None
    new: Decimal | None = None


@admin.action(description="Preview and reprice", permissions=["reprice"])
def reprice(
    model_admin: Any, request: HttpRequest, sessions: QuerySet[ChargingSession]
) -> HttpResponse | None:
    """Show what the chosen sessions cost and would cost; when confirmed, reprice those that change.

    Only what has been shown is ever applied: where the choice, a policy or a reading has changed
    something since, the preview comes again.
    """
    ids = list(sessions.order_by("pk").values_list("pk", flat=True)[: AT_MOST + 1])
    if len(ids) > AT_MOST:
        model_admin.message_user(request, f"Select at most {AT_MOST} sessions at a time.", messages.ERROR)
        return None
    form = RepriceForm(request.POST if "previewed" in request.POST else None)
    policy = form.cleaned_data["policy"] if form.is_valid() else None
    previewed = [repricing.preview(pk, policy) for pk in ids]
    digest = _digest(policy, previewed)
    if "confirm" in request.POST and form.is_valid():
        if request.POST["previewed"] == digest:
            _apply(model_admin, request, policy, [each for each in previewed if each.is_changed])
            return None
        messages.warning(request, "Prices have changed since the preview. Check them again.")
    context = model_admin.admin_site.each_context(request) | {
        "title": "Reprice sessions",
        "opts": model_admin.opts,
        "form": form,
        "rows": [(each, difference(each)) for each in previewed],
        "sums": _sums(previewed),
        "changing": sum(each.is_changed for each in previewed),
        "digest": digest,
    }
    return render(request, "admin/reprice.html", context)


def difference(each: Repriced) -> str:
    """Return `+$1.80`, `-$0.60`; what was unpriced has all of its price more."""
    if each.refusal:
        return UNKNOWN
    if each.old is not None and each.old_currency != each.new_currency:
        return "different currency"
    return _difference(each.old, each.new, each.new_currency)


def _digest(policy: PricingPolicy | None, previewed: Sequence[Repriced]) -> str:
    """Return what stands for the policy and all that is shown of its prices."""
    return sha256(msgspec.json.encode((policy and policy.pk, previewed))).hexdigest()


def _apply(
    model_admin: Any, request: HttpRequest, policy: PricingPolicy | None, previewed: Sequence[Repriced]
) -> None:
    by = cast("Manager", request.user)
    done = [
        repricing.reprice(each.session_id, policy, by=by, at=timezone.now(), previewed=each)
        for each in previewed
    ]
    refused = [each for each in done if each.refusal]
    model_admin.message_user(
        request, f"Repriced {len(done) - len(refused)} of {len(done)} session{pluralize(len(done))}."
    )
    for each in refused:
        model_admin.message_user(request, f"Session {each.session_id}: {each.refusal}", messages.WARNING)


def _sums(previewed: Iterable[Repriced]) -> list[tuple[str, str, str]]:
    """Return the sums of the prices now, the new ones and their difference, for each currency."""
    sums: dict[str, Sums] = defaultdict(Sums)
    for each in previewed:
        if each.old is not None:
            sums[each.old_currency].old = _plus(sums[each.old_currency].old, each.old)
        new, currency = (each.old, each.old_currency) if each.refusal else (each.new, each.new_currency)
        if new is not None:
            sums[currency].new = _plus(sums[currency].new, new)
    return [
        (money(both.old, currency), money(both.new, currency), _difference(both.old, both.new, currency))
        for currency, both in sorted(sums.items())
    ]


def _plus(one: Decimal | None, other: Decimal) -> Decimal:
    return (one or Decimal(0)) + other


def _difference(old: Decimal | None, new: Decimal | None, currency: str) -> str:
    amount = (new or Decimal(0)) - (old or Decimal(0))
    return f"+{money(amount, currency)}" if amount > 0 else money(amount, currency)
