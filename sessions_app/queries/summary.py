"""The sums over all filtered sessions, of the rounded values of the rows: they equal the sum of the rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from sessions_app.domain import wording
from sessions_app.domain.row import SessionRow
from sessions_app.models import ChargingSession
from sessions_app.queries.expressions import WHOLE_SECONDS, KwhHundredths
from sessions_app.queries.rows import load_rows

ZERO = Decimal(0)


@dataclass(frozen=True)
class Summary:
    """Sums over sessions: kWh and kW to two places, whole seconds, and a price per currency.

    Every figure but the prices includes the `unpriced` sessions.
    """

    sessions: int = 0
    duration_s: int = 0
    idle_s: int = 0
    held_back_s: int = 0
    energy_kwh: Decimal = ZERO
    power_kw: Decimal | None = None
    prices: dict[str, Decimal] = field(default_factory=dict)
    unpriced: int = 0

    @property
    def idle_percent(self) -> int:
        """The inactivity in % of the duration, rounded half up."""
        return self._percent(self.idle_s)

    @property
    def held_back_percent(self) -> int:
        """The time held back in % of the duration, rounded half up."""
        return self._percent(self.held_back_s)

    def _percent(self, seconds: int) -> int:
        return (200 * seconds + self.duration_s) // (2 * self.duration_s) if self.duration_s else 0


def sum_rows(rows: Iterable[SessionRow], *, now: datetime) -> Summary:
    """Return the sums over rows; silent sessions add no power."""
    rows = list(rows)
    priced = [(row.currency, row.price) for row in rows if row.price is not None and row.currency]
    prices: dict[str, Decimal] = {}
    for currency, price in priced:
        prices[currency] = prices.get(currency, ZERO) + price
    live_powers_w = [row.power_w for row in rows if row.power_w is not None and row.silent_since(now) is None]
    return Summary(
        sessions=len(rows),
        duration_s=sum(int(row.duration_s(now)) for row in rows),
        idle_s=sum(row.idle_s for row in rows),
        held_back_s=sum(row.held_back_s for row in rows),
        energy_kwh=sum((wording.round_half_up(row.energy_wh / 1000) for row in rows), ZERO),
        power_kw=sum((wording.round_half_up(power_w / 1000) for power_w in live_powers_w), ZERO),
        prices=prices,
        unpriced=len(rows) - len(priced),
    )


def summarize_in_progress(sessions: QuerySet[ChargingSession], *, now: datetime) -> Summary:
    """Return the sums over sessions in progress: at most one per connector, so load the rows."""
    return sum_rows(load_rows(sessions.order_by()), now=now)


def summarize_history(sessions: QuerySet[ChargingSession]) -> Summary:
    """Return the sums over ended sessions, computed by the database."""
    by_currency = list(
        sessions.order_by()
        .values("currency")
        .annotate(
            sessions=Count("*"),
            seconds=Sum(WHOLE_SECONDS),
            idle=Sum("idle_s"),
            held_back=Sum("held_back_s"),
            hundredths=Sum(KwhHundredths("energy_wh")),
            priced=Count("price"),
            amount=Sum("price"),
        )
    )
    priced = [group for group in by_currency if group["currency"] and group["priced"]]
    return Summary(
        sessions=sum(group["sessions"] for group in by_currency),
        duration_s=int(sum(group["seconds"] for group in by_currency)),
        idle_s=sum(group["idle"] for group in by_currency),
        held_back_s=sum(group["held_back"] for group in by_currency),
        energy_kwh=sum((Decimal(group["hundredths"]) / 100 for group in by_currency), ZERO),
        prices={
            group["currency"]: group["amount"].quantize(Decimal(1).scaleb(-wording.minor_digits(group["currency"])))
            for group in priced
        },
        unpriced=sum(group["sessions"] for group in by_currency) - sum(group["priced"] for group in priced),
    )
