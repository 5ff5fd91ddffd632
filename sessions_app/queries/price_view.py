"""What the Pricing & Consumption view, the receipt and the repricing preview say of a session's price."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from sessions_app.domain import pricing, wording
from sessions_app.domain.pricing import ENERGY, Line, Tariff, words
from sessions_app.models import ChargingSession
from sessions_app.queries import policies
from sessions_app.queries.audits import Repricing

read_tariff = msgspec.json.Decoder(Tariff).decode
read_lines = msgspec.json.Decoder(tuple[Line, ...]).decode


class PriceLine(msgspec.Struct, frozen=True):
    """A line in people's words: unit price × quantity = amount; `when` is what restricts it, or ""."""

    label: str
    when: str
    unit_price: str
    quantity: str
    amount: str


class PriceView(msgspec.Struct, frozen=True, kw_only=True):
    """A session's price, said as all pages say it; without a policy `is_priced` is False."""

    is_priced: bool
    description: str = wording.UNKNOWN
    in_words: str = ""
    entity_type: str = wording.UNKNOWN
    entity_id: str = wording.UNKNOWN
    since: str = wording.UNKNOWN
    was_changed: bool = False
    changed_at: str = ""
    repriced: str = ""
    energy: tuple[PriceLine, ...] = ()
    others: tuple[PriceLine, ...] = ()
    tax_percent: str = ""
    tax: str = ""
    total: str = wording.UNKNOWN

    @property
    def lines(self) -> tuple[PriceLine, ...]:
        """All lines, in the order in which they are shown; they add up to the total."""
        return self.energy + self.others


def price_view(session: ChargingSession, repricing: Repricing | None = None) -> PriceView:
    """Return the facts of a session's price, from what is stored with it.

    Load the session with `site` and `policy`. One query more where the policy was changed since the
    session has its copy: since the start, or since it was repriced.
    """
    if not session.tariff or session.price is None:
        return PriceView(is_priced=False)
    tariff = read_tariff(session.tariff)
    stored = read_lines(session.price_lines) if session.price_lines else ()
    said = [(line, price_line(line, tariff)) for line in stored]
    zone = ZoneInfo(session.site.time_zone)
    was_changed = _was_changed(session, tariff, since=repricing.at if repricing else session.started_at)
    return PriceView(
        is_priced=True,
        description=tariff.description,
        in_words=words.tariff_words(tariff),
        entity_type=tariff.entity_type,
        entity_id=tariff.entity_id,
        since=wording.full_moment(tariff.valid_from, zone),
        was_changed=was_changed,
        changed_at=wording.full_moment(session.policy.changed_at, zone)
        if was_changed and session.policy
        else "",
        repriced=_repriced(repricing, zone) if repricing else "",
        energy=tuple(text for line, text in said if line.dimension == ENERGY) or _no_energy(tariff),
        others=tuple(text for line, text in said if line.dimension != ENERGY),
        tax_percent=words.tax_percent(tariff),
        tax=wording.money(pricing.tax(tariff, session.price), tariff.currency) if tariff.tax_percent else "",
        total=wording.money(session.price, tariff.currency),
    )


def price_line(line: Line, tariff: Tariff) -> PriceLine:
    """Return the line in people's words."""
    component = tariff.components[line.component] if line.component >= 0 else None
    return PriceLine(
        label=words.LABELS[line.dimension],
        when=words.restriction_words(component) if component else "",
        unit_price=words.unit_price(component, tariff.currency) if component else "",
        quantity=words.quantity(line),
        amount=wording.money(line.amount, tariff.currency),
    )


def _no_energy(tariff: Tariff) -> tuple[PriceLine, ...]:
    """Return what stands for energy before any has a price: the unit price, nothing consumed."""
    component = next((each for each in tariff.components if each.dimension == ENERGY), None)
    if component is None:
        return ()
    nothing = wording.money(pricing.rounded(Decimal(0), tariff.currency), tariff.currency)
    return (
        PriceLine(
            words.LABELS[ENERGY], "", words.unit_price(component, tariff.currency), "0.000 kWh", nothing
        ),
    )


def _repriced(repricing: Repricing, zone: ZoneInfo) -> str:
    when, before = wording.full_moment(repricing.at, zone), words.price_before(repricing.detail)
    was = "was unpriced" if before == wording.UNKNOWN else f"was {before}"
    return f"Repriced on {when} by {repricing.manager_name}, {was}."


def _was_changed(session: ChargingSession, tariff: Tariff, *, since: datetime) -> bool:
    """Return whether the policy says something else now than what the session keeps."""
    policy = session.policy
    if policy is None or policy.changed_at <= since:
        return False
    now = policies.tariff(policy, place=None, driver=None)
    kept = ("description", "currency", "tax_percent", "components", "min_price", "max_price")
    return any(getattr(now, name) != getattr(tariff, name) for name in kept)
