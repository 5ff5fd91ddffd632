"""Reprice a session: price its readings by the current version of a policy.

Nothing else changes the price of a session: editing a policy does not.
"""

from datetime import datetime
from decimal import Decimal

import msgspec
from django.db import transaction

from sessions_app.domain import figures
from sessions_app.domain.flags import Flag
from sessions_app.domain.pricing import Tariff, labels
from sessions_app.domain.station_states import Action, EditOutcome
from sessions_app.domain.wording import money
from sessions_app.models import (
    ActionAudit,
    ChargingSession,
    Manager,
    PricingPolicy,
)
from sessions_app.queries import policies
from sessions_app.recording.stored_sessions import (
    READINGS_MISSING,
    LockedSession,
    lock_session,
    refold,
    save_session,
)
from sessions_app.store.audits import audit_add

OTHER_ENERGY = "Today's rules give another consumption. Recompute the session first (manage.py recompute_sessions)."


class RepricingResult(msgspec.Struct, frozen=True, kw_only=True):
    """The old and the new price of a session; `refusal` says why the price is not changed.

    `mismatches` says where the chosen policy does not fit: another place, audience or time.
    """

    session_id: int
    label: str
    old: Decimal | None
    old_currency: str
    old_policy: str
    new: Decimal | None = None
    new_currency: str = ""
    new_policy: str = ""
    is_changed: bool = False  # the price or the policy copy
    mismatches: tuple[str, ...] = ()
    refusal: str = ""

    @property
    def old_text(self) -> str:
        return money(self.old, self.old_currency)

    @property
    def new_text(self) -> str:
        return money(self.new, self.new_currency)

    @property
    def detail(self) -> str:
        if self.refusal:
            return self.refusal
        return labels.repricing(self.old_text, self.old_policy, self.new_text, self.new_policy)


@transaction.atomic
def preview_repricing(session_id: int, policy: PricingPolicy | None = None) -> RepricingResult:
    """Return what repricing would give, by the policy or else the one that applies at the session's start."""
    return _reprice_draft(session_id, policy)[1]


@transaction.atomic
def reprice_session(
    session_id: int,
    policy: PricingPolicy | None = None,
    *,
    by: Manager,
    at: datetime,
    previewed: RepricingResult | None = None,
) -> RepricingResult:
    """Reprice a session, and add an audit row in any case.

    Refuse if the result differs from the one that the manager has previewed.
    """
    locked, result = _reprice_draft(session_id, policy)
    if previewed is not None and result != previewed:
        result = msgspec.structs.replace(result, refusal="The price has changed since the preview.")
    if not result.refusal:
        save_session(locked)
    audit = ActionAudit(
        action=Action.REPRICE,
        session_id=session_id,
        station_id=locked.row.station_id,
        at=at,
        outcome=EditOutcome.REFUSED if result.refusal else EditOutcome.REPRICED,
        detail=result.detail,
    )
    audit_add(audit, by=by)
    return result


def _reprice_draft(session_id: int, policy: PricingPolicy | None) -> tuple[LockedSession, RepricingResult]:
    """Return the repriced session, not yet saved."""
    locked = lock_session(session_id)
    draft, session = locked.draft, locked.row
    old_tariff = draft.billing.tariff
    result = RepricingResult(
        session_id=session_id,
        label=locked.label,
        old=session.price,
        old_currency=session.currency,
        old_policy=old_tariff.description if old_tariff else "no policy",
    )
    new_policy, tariff = _find_policy(session, policy) or (None, None)
    if new_policy is None or tariff is None:
        return locked, msgspec.structs.replace(result, refusal="No pricing policy applies.")
    currency = session.site.company.currency
    if tariff.currency != currency:
        return locked, msgspec.structs.replace(result, refusal=f"Prices at this site are in {currency}.")
    _apply(locked, new_policy, tariff)
    if draft.totals is None or not locked.is_complete:
        return locked, msgspec.structs.replace(result, refusal=READINGS_MISSING)
    if draft.totals.energy_wh != session.energy_wh:
        return locked, msgspec.structs.replace(result, refusal=OTHER_ENERGY)
    new_price = figures.session_price(draft.totals, draft.billing)
    result = msgspec.structs.replace(
        result,
        new=new_price,
        new_currency=draft.currency,
        new_policy=tariff.description,
        is_changed=tariff != old_tariff or new_price != session.price,
        mismatches=_scope_mismatches(session, policy),
    )
    return locked, result


def _find_policy(session: ChargingSession, policy: PricingPolicy | None) -> tuple[PricingPolicy, Tariff] | None:
    """Return the policy and a copy of its current version, for where and when the session began."""
    if policy is not None:
        return policy, policies.build_tariff(policy, place=policies.scope_of(policy), driver=session.driver)
    return policies.tariff_for(_pricing_context(session))


def _scope_mismatches(session: ChargingSession, policy: PricingPolicy | None) -> tuple[str, ...]:
    return policies.scope_mismatches(policy, _pricing_context(session)) if policy else ()


def _pricing_context(session: ChargingSession) -> policies.PricingContext:
    return policies.PricingContext(
        session.station_id, session.site_area_id, session.site, session.driver, session.started_at
    )


def _apply(locked: LockedSession, policy: PricingPolicy, tariff: Tariff) -> None:
    draft = locked.draft
    draft.set_tariff(policy.pk, tariff)
    draft.state = msgspec.structs.replace(draft.state, flags=draft.state.flags & ~Flag.NO_PRICE)
    refold(locked)
