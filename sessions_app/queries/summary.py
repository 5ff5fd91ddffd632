"""The sums over all filtered sessions, of the values as rows show them: adding the rows up gives the same."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from sessions_app.domain import wording
from sessions_app.domain.row import SessionRow
from sessions_app.models import ChargingSession
from sessions_app.queries.expressions import WHOLE_SECONDS, Hundredths
from sessions_app.queries.rows import load_rows

ZERO = Decimal(0)


@dataclass(frozen=True)
class Summary:
    """Sums over sessions: kWh and kW to two places, whole seconds, and a price for each currency.

    `unpriced` sessions are in every figure but the prices: nobody knows what they cost.
    """

    sessions: int = 0
    duration_s: int = 0
    idle_s: int = 0
    energy_kwh: Decimal = ZERO
    power_kw: Decimal | None = None
    prices: dict[str, Decimal] = field(default_factory=dict)
    unpriced: int = 0

    @property
    def idle_percent(self) -> int:
        """Return the inactivity in % of the duration, half up."""
        return (200 * self.idle_s + self.duration_s) // (2 * self.duration_s) if self.duration_s else 0


def sum_rows(found: Iterable[SessionRow], *, now: datetime) -> Summary:
    """Return the sums over rows, with the power of those whose station is heard of now."""
    each = list(found)
    priced = [(row.currency, row.price) for row in each if row.price is not None and row.currency]
    prices: dict[str, Decimal] = {}
    for currency, price in priced:
        prices[currency] = prices.get(currency, ZERO) + price
    heard = [row.power_w for row in each if row.power_w is not None and row.silent_since(now) is None]
    return Summary(
        sessions=len(each),
        duration_s=sum(int(row.duration_s(now)) for row in each),
        idle_s=sum(row.idle_s for row in each),
        energy_kwh=sum((wording.round_half_up(row.energy_wh / 1000) for row in each), ZERO),
        power_kw=sum((wording.round_half_up(power_w / 1000) for power_w in heard), ZERO),
        prices=prices,
        unpriced=len(each) - len(priced),
    )


def summarize_in_progress(sessions: QuerySet[ChargingSession], *, now: datetime) -> Summary:
    """Return the sums over sessions in progress, which are as many as there are plugs at most."""
    return sum_rows(load_rows(sessions.order_by()), now=now)


def summarize_history(sessions: QuerySet[ChargingSession]) -> Summary:
    """Return the sums over ended sessions, however many, added up by the database."""
    by_currency = list(
        sessions.order_by()
        .values("currency")
        .annotate(
            many=Count("*"),
            seconds=Sum(WHOLE_SECONDS),
            idle=Sum("idle_s"),
            hundredths=Sum(Hundredths("energy_wh")),
            priced=Count("price"),
            amount=Sum("price"),
        )
    )
    priced = [each for each in by_currency if each["currency"] and each["priced"]]
    return Summary(
        sessions=sum(each["many"] for each in by_currency),
        duration_s=int(sum(each["seconds"] for each in by_currency)),
        idle_s=sum(each["idle"] for each in by_currency),
        energy_kwh=sum((Decimal(each["hundredths"]) / 100 for each in by_currency), ZERO),
        prices={
            each["currency"]: each["amount"].quantize(Decimal(1).scaleb(-wording.minor_digits(each["currency"])))
            for each in priced
        },
        unpriced=sum(each["many"] for each in by_currency) - sum(each["priced"] for each in priced),
    )
