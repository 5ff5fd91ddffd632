"""Gives a session another price on purpose: its readings are priced anew by a policy as it stands now.

Nothing else may do so: a policy that is edited changes no session.
"""

from datetime import datetime
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

import msgspec
from django.db import transaction

from sessions_app.announce import SessionChange, announce_change
from sessions_app.domain import figures, pricing
from sessions_app.domain.drafts import EventBatch, Sample, SessionDraft
from sessions_app.domain.flags import Flag
from sessions_app.domain.pricing import Tariff, labels
from sessions_app.domain.wording import UNKNOWN, money
from sessions_app.models import (
    ActionAudit,
    ChargingSession,
    Manager,
    PricingPolicy,
)
from sessions_app.queries import policies
from sessions_app.queries.audits import REFUSED, REPRICE, REPRICED
from sessions_app.queries.event_batch import load_session_batch
from sessions_app.queries.readings import load_readings
from sessions_app.recording.downsampling import update_downsampled
from sessions_app.store.audits import audit_add
from sessions_app.store.event_batch import save_batch

_SESSIONS = ChargingSession.objects.select_related("driver", "station", "site__company")


class RepricingResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a session costs now and would cost by another copy; `refusal` says why it is left alone.

    `beyond` says what else the chosen policy is meant for: another place, audience or time.
    """

    session_id: int
    label: str
    old: Decimal | None
    old_currency: str
    old_policy: str
    new: Decimal | None = None
    new_currency: str = ""
    new_policy: str = ""
    is_changed: bool = False  # the price, or the copy that gives it
    mismatches: tuple[str, ...] = ()
    refusal: str = ""

    @property
    def old_text(self) -> str:
        """The price that is stored."""
        return money(self.old, self.old_currency)

    @property
    def new_text(self) -> str:
        """The price by the new copy."""
        return money(self.new, self.new_currency)

    @property
    def detail(self) -> str:
        """What the audit row keeps."""
        if self.refusal:
            return self.refusal
        return labels.repricing(self.old_text, self.old_policy, self.new_text, self.new_policy)


@transaction.atomic
def preview_repricing(session_id: int, policy: PricingPolicy | None = None) -> RepricingResult:
    """Return what repricing would give: by that policy, else by the one that now holds for its start."""
    return _reprice_draft(session_id, policy)[2]


@transaction.atomic
def reprice_session(
    session_id: int,
    policy: PricingPolicy | None = None,
    *,
    by: Manager,
    at: datetime,
    previewed: RepricingResult | None = None,
) -> RepricingResult:
    """Price a session anew, and keep an audit row of it, whatever came of it.

    It is left alone where that would give anything but what the manager has previewed.
    """
    desk, draft, repriced = _reprice_draft(session_id, policy)
    if previewed is not None and repriced != previewed:
        repriced = msgspec.structs.replace(repriced, refusal="Its price has changed since the preview.")
    if not repriced.refusal:
        save_batch(desk)
        update_downsampled([draft])
        if not draft.state.is_ended:
            change = SessionChange(draft.id, draft.site_id, redraw=True)
            transaction.on_commit(partial(announce_change, change), robust=True)
    audited = ActionAudit(
        action=REPRICE,
        session_id=draft.id,
        station_id=draft.station_id,
        at=at,
        outcome=REFUSED if repriced.refusal else REPRICED,
        detail=repriced.detail,
    )
    audit_add(audited, by=by)
    return repriced


def _reprice_draft(session_id: int, policy: PricingPolicy | None) -> tuple[EventBatch, SessionDraft, RepricingResult]:
    """Return the session with its figures by the new copy, not yet saved."""
    desk = load_session_batch(session_id)  # first: what is read under its lock belongs together
    session = _SESSIONS.get(pk=session_id)
    draft = desk.sessions[0]
    old = draft.billing.tariff
    known = RepricingResult(
        session_id=session_id,
        label=_label(session),
        old=session.price,
        old_currency=session.currency,
        old_policy=old.description if old else "no policy",
    )
    found = _find_policy(session, policy)
    if found is None:
        return desk, draft, msgspec.structs.replace(known, refusal="No pricing policy applies.")
    currency = session.site.company.currency
    if found[1].currency != currency:
        return desk, draft, msgspec.structs.replace(known, refusal=f"Prices there are in {currency}.")
    _apply(draft, *found)
    if draft.totals is None or draft.totals.energy_wh != session.energy_wh:
        text = "Its readings are not all there any more: they do not give its consumption."
        return desk, draft, msgspec.structs.replace(known, refusal=text)
    new = pricing.total(figures.session_price_lines(draft.totals, draft.billing))
    repriced = msgspec.structs.replace(
        known,
        new=new,
        new_currency=draft.currency,
        new_policy=found[1].description,
        is_changed=found[1] != old or new != session.price,
        mismatches=_scope_mismatches(session, policy),
    )
    return desk, draft, repriced


def _label(session: ChargingSession) -> str:
    """Return how people tell the session from others: `8412 · HT-B1-03 · Priya Raman · 3 Mar 2026 09:14`."""
    local = session.started_at.astimezone(ZoneInfo(session.site.time_zone))
    user = session.driver.name if session.driver else UNKNOWN
    return f"{session.pk} · {session.station} · {user} · {local.day} {local:%b %Y %H:%M}"


def _find_policy(session: ChargingSession, policy: PricingPolicy | None) -> tuple[PricingPolicy, Tariff] | None:
    """Return the policy and its copy, as they stand now, for where and when the session began."""
    if policy is not None:
        return policy, policies.build_tariff(policy, place=policies.scope_of(policy), driver=session.driver)
    return policies.tariff_for(_pricing_context(session))


def _scope_mismatches(session: ChargingSession, policy: PricingPolicy | None) -> tuple[str, ...]:
    return policies.scope_mismatches(policy, _pricing_context(session)) if policy else ()


def _pricing_context(session: ChargingSession) -> policies.PricingContext:
    return policies.PricingContext(
        session.station_id, session.site_area_id, session.site, session.driver, session.started_at
    )


def _apply(draft: SessionDraft, policy: PricingPolicy, tariff: Tariff) -> None:
    draft.set_tariff(policy.pk, tariff)
    draft.state = msgspec.structs.replace(draft.state, flags=draft.state.flags & ~Flag.NO_PRICE)
    measured = load_readings(draft.id)
    draft.totals, points = figures.fold(
        draft.state, [reading for _, reading in measured], draft.billing, draft.statuses
    )
    draft.changed_samples = [
        Sample(number, reading, point) for (number, reading), point in zip(measured, points, strict=True)
    ]
