"""A session's price as text, for the Pricing & Consumption view, the receipt and the repricing preview."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from sessions_app.domain import pricing, wording
from sessions_app.domain.energy_correction import decode_correction
from sessions_app.domain.flags import Flag
from sessions_app.domain.pricing import ENERGY, PriceLine, Tariff, labels
from sessions_app.domain.session_totals import decode_totals
from sessions_app.models import ChargingSession
from sessions_app.queries import policies
from sessions_app.queries.audits import Repricing

_decode_tariff = msgspec.json.Decoder(Tariff).decode
_decode_lines = msgspec.json.Decoder(tuple[PriceLine, ...]).decode


class PriceLineText(msgspec.Struct, frozen=True):
    """A price line as text: unit price × quantity = amount; `when` is its restriction, or ""."""

    label: str
    when: str
    unit_price: str
    quantity: str
    amount: str


class PriceView(msgspec.Struct, frozen=True, kw_only=True):
    """A session's price as all pages show it; `is_priced` is False without a policy."""

    is_priced: bool
    description: str = wording.UNKNOWN
    in_words: str = ""
    entity_type: str = wording.UNKNOWN
    entity_id: str = wording.UNKNOWN
    since: str = wording.UNKNOWN
    was_changed: bool = False
    changed_at: str = ""
    repriced: str = ""
    energy_set: str = ""
    energy_counted: str = ""
    energy: tuple[PriceLineText, ...] = ()
    others: tuple[PriceLineText, ...] = ()
    held_back: str = ""  # the time that was not billed
    tax_percent: str = ""
    tax: str = ""
    total: str = wording.UNKNOWN

    @property
    def lines(self) -> tuple[PriceLineText, ...]:
        """All lines in display order; they add up to the total."""
        return self.energy + self.others


def price_view(session: ChargingSession, repricing: Repricing | None = None) -> PriceView:
    """Describe a session's price from the tariff and the lines that are stored with it.

    Load the session with `site` and `policy`. Takes one more query if the policy changed after the
    session got its tariff, at the start or at the repricing.
    """
    energy_set, energy_counted = energy_set_text(session), _energy_counted_text(session)
    if not session.tariff or session.price is None:
        return PriceView(is_priced=False, energy_set=energy_set, energy_counted=energy_counted)
    tariff = _decode_tariff(session.tariff)
    lines = _decode_lines(session.price_lines) if session.price_lines else ()
    texts = [(line, price_line_text(line, tariff)) for line in lines]
    zone = ZoneInfo(session.site.time_zone)
    was_changed = _was_changed(session, tariff, since=repricing.at if repricing else session.started_at)
    return PriceView(
        is_priced=True,
        description=tariff.description,
        in_words=labels.describe_tariff(tariff),
        entity_type=tariff.entity_type,
        entity_id=tariff.entity_id,
        since=wording.full_time(tariff.valid_from, zone),
        was_changed=was_changed,
        changed_at=wording.full_time(session.policy.changed_at, zone) if was_changed and session.policy else "",
        repriced=_repricing_text(repricing, zone) if repricing else "",
        energy_set=energy_set,
        energy_counted=energy_counted,
        energy=tuple(_approximate(session, text) for line, text in texts if line.dimension == ENERGY)
        or _empty_energy_line(tariff),
        others=tuple(text for line, text in texts if line.dimension != ENERGY),
        held_back=labels.exact_duration(session.held_back_s) if session.held_back_s else "",
        tax_percent=labels.tax_percent(tariff),
        tax=wording.money(pricing.tax(tariff, session.price), tariff.currency) if tariff.tax_percent else "",
        total=wording.approximate(wording.money(session.price, tariff.currency), is_estimated=session.estimated_wh > 0),
    )


def energy_set_text(session: ChargingSession) -> str:
    """Return who set the session's energy, when, to what and why; "" where the rules decide."""
    correction = decode_correction(session.energy_correction)
    if correction is None:
        return ""
    when = wording.full_time(correction.at, ZoneInfo(session.site.time_zone))
    return f"Energy set by {correction.by} on {when}: {correction.words}. {correction.reason}"


def _energy_counted_text(session: ChargingSession) -> str:
    """Return which energy counts and why; "" where stop − start and the readings agree or an operator decides."""
    start_wh, stop_wh, totals = session.meter_start_wh, session.meter_stop_wh, decode_totals(session.totals)
    is_apart = session.flags & Flag.STOP_DIFFERS and not session.energy_correction
    if not is_apart or start_wh is None or stop_wh is None or totals is None:
        return ""
    return labels.counted_energy(
        session.energy_wh,
        totals.register.total_wh if session.counts_stop else stop_wh - start_wh,
        counts_stop=session.counts_stop,
        is_reset=totals.register.is_reset,
    )


def _approximate(session: ChargingSession, text: PriceLineText) -> PriceLineText:
    """Return an energy line with ≈ where the energy is estimated."""
    is_estimated = session.estimated_wh > 0
    quantity = wording.approximate(text.quantity, is_estimated=is_estimated)
    amount = wording.approximate(text.amount, is_estimated=is_estimated)
    return msgspec.structs.replace(text, quantity=quantity, amount=amount)


def price_line_text(line: PriceLine, tariff: Tariff) -> PriceLineText:
    """Return the line as text."""
    component = tariff.components[line.component] if line.component >= 0 else None
    return PriceLineText(
        label=labels.DIMENSION_LABELS[line.dimension],
        when=labels.restriction_words(component) if component else "",
        unit_price=labels.unit_price(component, tariff.currency) if component else "",
        quantity=labels.quantity(line),
        amount=wording.money(line.amount, tariff.currency),
    )


def _empty_energy_line(tariff: Tariff) -> tuple[PriceLineText, ...]:
    """Return the energy line of a session without priced energy: the unit price and 0.000 kWh."""
    component = next((component for component in tariff.components if component.dimension == ENERGY), None)
    if component is None:
        return ()
    zero_amount = wording.money(pricing.rounded(Decimal(0), tariff.currency), tariff.currency)
    return (
        PriceLineText(
            labels.DIMENSION_LABELS[ENERGY],
            "",
            labels.unit_price(component, tariff.currency),
            "0.000 kWh",
            zero_amount,
        ),
    )


def _repricing_text(repricing: Repricing, zone: ZoneInfo) -> str:
    when, old_price = wording.full_time(repricing.at, zone), labels.price_before(repricing.detail)
    was = "was unpriced" if old_price == wording.UNKNOWN else f"was {old_price}"
    return f"Repriced on {when} by {repricing.manager_name}, {was}."


def _was_changed(session: ChargingSession, tariff: Tariff, *, since: datetime) -> bool:
    """Return whether the policy now differs from the stored tariff."""
    policy = session.policy
    if policy is None or policy.changed_at <= since:
        return False
    current = policies.build_tariff(policy, place=None, driver=None)
    compared = ("description", "currency", "tax_percent", "components", "min_price", "max_price")
    return any(getattr(current, name) != getattr(tariff, name) for name in compared)
