"""The page that sets which energy of a session counts: first a preview, then the change."""

from decimal import Decimal
from hashlib import sha256
from typing import Any, cast

import msgspec
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sessions_app.admin.repricing import price_difference
from sessions_app.domain.energy_correction import SOURCE_WORDS, EnergyCorrection, EnergySource, decode_correction
from sessions_app.domain.wording import kwh, money
from sessions_app.models import ChargingSession, Manager
from sessions_app.recording.correction import (
    CHANGED_SINCE,
    IN_PROGRESS,
    CorrectionResult,
    correct_session,
    preview_corrections,
)

MAX_KWH = Decimal(100_000)  # far beyond any session: what its connector could have delivered is checked too
SOURCE_LABELS = {source: words.capitalize() for source, words in SOURCE_WORDS.items()}


class EnergyForm(forms.Form):
    """Which energy counts, and why."""

    source = forms.ChoiceField(
        choices=list(SOURCE_LABELS.items()), error_messages={"required": "Choose which energy counts."}
    )
    energy_kwh = forms.DecimalField(
        required=False,
        min_value=Decimal(0),
        max_value=MAX_KWH,
        decimal_places=3,
        error_messages={
            "invalid": "Enter a number of kWh.",
            "min_value": "Energy cannot be negative.",
            "max_value": "No session takes that much energy.",
            "max_decimal_places": "Enter whole Wh: three decimals at most.",
        },
        widget=forms.NumberInput(attrs={"step": "0.001", "aria-label": "Energy in kWh"}),
    )
    reason = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
        help_text="Shown to managers in the price view, and kept in the audit log.",
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        source = data.get("source")
        if source == EnergySource.BY_HAND and data.get("energy_kwh") is None and "energy_kwh" not in self.errors:
            self.add_error("energy_kwh", "Enter the energy.")
        if source and source != EnergySource.RULES and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Say why.")
        return data

    def correction(self, by: Manager) -> EnergyCorrection:
        """Return the correction of a valid form."""
        source, energy = EnergySource(self.cleaned_data["source"]), None
        if source is EnergySource.BY_HAND:
            energy = self.cleaned_data["energy_kwh"] * 1000
        return EnergyCorrection(source, str(by), timezone.now(), self.cleaned_data["reason"], energy)


def correct_energy(model_admin: Any, request: HttpRequest, session_id: int) -> HttpResponse:
    """Show what each source gives and preview the chosen one; on confirmation, set it.

    Only what was shown is applied: if the session or the choice has changed since, show the preview again.
    """
    if not model_admin.has_correct_permission(request):
        raise PermissionDenied
    session = ChargingSession.objects.filter(pk=session_id).first()
    if session is None:
        raise Http404
    if session.is_in_progress:
        model_admin.message_user(request, IN_PROGRESS, messages.ERROR)
        return redirect("admin:sessions_app_chargingsession_change", session_id)
    by = cast("Manager", request.user)
    form = EnergyForm(request.POST or None, initial=_initial(session))
    chosen = None
    if form.is_valid():
        correction = form.correction(by)
        [chosen] = preview_corrections(session_id, [correction])
        if chosen.refusal:
            form.add_error("energy_kwh" if correction.energy_wh is not None else "source", chosen.refusal)
        elif "confirm" in request.POST and chosen.is_changed:
            if request.POST.get("previewed") == _digest(chosen):
                result = correct_session(session_id, correction, by=by, previewed=chosen)
                if not result.refusal:
                    model_admin.message_user(request, f"Energy set: {result.new_text}.")
                    return redirect("admin:sessions_app_chargingsession_change", session_id)
                [chosen] = preview_corrections(session_id, [correction])
            messages.warning(request, f"{CHANGED_SINCE} Check it again.")
    context = model_admin.admin_site.each_context(request) | {
        "title": "Correct energy",
        "opts": model_admin.opts,
        "session": session,
        "form": form,
        "sources": _sources(session_id, by),
        "chosen": chosen if chosen and not chosen.refusal else None,
        "changes": _changes(chosen) if chosen and not chosen.refusal else (),
        "digest": _digest(chosen) if chosen else "",
    }
    return render(request, "admin/correct_energy.html", context)


def _initial(session: ChargingSession) -> dict[str, Any]:
    correction = decode_correction(session.energy_correction)
    if correction is None:
        return {"source": EnergySource.RULES}
    energy_kwh = None if correction.energy_wh is None else correction.energy_wh / 1000
    return {"source": correction.source, "reason": correction.reason, "energy_kwh": energy_kwh}


def _sources(session_id: int, by: Manager) -> list[tuple[str, str, str, str]]:
    """Return the value and the label of each source, the energy and the price that it gives, or why it gives none.

    Both are empty for an energy set by hand: it is still to be entered.
    """
    computed = [source for source in SOURCE_LABELS if source is not EnergySource.BY_HAND]
    corrections = [EnergyCorrection(source, str(by), timezone.now(), "") for source in computed]
    results = dict(zip(computed, preview_corrections(session_id, corrections), strict=True))
    return [
        (source.value, label, *(_new_figures(results[source]) if source in results else ("", "")))
        for source, label in SOURCE_LABELS.items()
    ]


def _new_figures(result: CorrectionResult) -> tuple[str, str]:
    if result.refusal:
        return result.refusal, ""
    return kwh(result.new_energy_wh), money(result.new_price, result.currency)


def _changes(result: CorrectionResult) -> tuple[tuple[str, str, str, str], ...]:
    """Return energy and price before and after, and their differences."""
    more_wh = (result.new_energy_wh or Decimal(0)) - result.old_energy_wh
    sign = "+" if more_wh > 0 else ""
    return (
        ("Energy", kwh(result.old_energy_wh), kwh(result.new_energy_wh), f"{sign}{kwh(more_wh)}"),
        (
            "Price",
            money(result.old_price, result.currency),
            money(result.new_price, result.currency),
            price_difference(result.old_price, result.new_price, result.currency),
        ),
    )


def _digest(result: CorrectionResult) -> str:
    return sha256(msgspec.json.encode(result)).hexdigest()
