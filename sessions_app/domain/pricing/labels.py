"""The texts of tariffs and price lines for the admin's preview, the session dialog and the receipt."""

from datetime import date, timedelta
from decimal import Decimal

from sessions_app.domain import wording
from sessions_app.domain.pricing.tariff import (
    ENERGY,
    FLAT,
    MAX_PRICE,
    MIN_PRICE,
    PARKING_TIME,
    TIME,
    Component,
    PriceLine,
    Tariff,
)

DIMENSION_LABELS = {
    FLAT: "Flat fee",
    ENERGY: "Energy",
    TIME: "Charging time",
    PARKING_TIME: "Inactivity",
    MIN_PRICE: "Increase to the minimum price",
    MAX_PRICE: "Reduction to the maximum price",
}
PRICE_UNITS = {FLAT: "flat fee", ENERGY: "per kWh", TIME: "per hour", PARKING_TIME: "per hour"}
PRICE_PREFIXES = {FLAT: "", ENERGY: "", TIME: "charging: ", PARKING_TIME: "idle: "}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MEASURED_DIMENSIONS = (ENERGY, TIME, PARKING_TIME)  # the dimensions with a measured quantity


def describe_tariff(tariff: Tariff) -> str:
    """Describe a tariff in one sentence: `$0.35 per kWh; 22:00 to 06:00 $0.22; idle: $4.00 per hour after 30 min`."""
    parts = [text for dimension in PRICE_UNITS for text in _describe_dimension(tariff, dimension)] or ["free of charge"]
    if tariff.min_price is not None:
        parts.append(f"at least {price(tariff.min_price, tariff.currency)}")
    if tariff.max_price is not None:
        parts.append(f"at most {price(tariff.max_price, tariff.currency)}")
    if tariff.tax_percent:
        parts.append(f"{tax_percent(tariff)} tax included")
    return "; ".join(parts)


def tax_percent(tariff: Tariff) -> str:
    """Return `10 %`, or "" without tax."""
    return f"{tariff.tax_percent.normalize():f} %" if tariff.tax_percent else ""


def unit_price(component: Component, currency: str) -> str:
    """Return `$0.35 per kWh`, or the amount of a flat fee, with all decimals of the price."""
    amount = price(component.price, currency)
    return amount if component.dimension == FLAT else f"{amount} {PRICE_UNITS[component.dimension]}"


def price(amount: Decimal, currency: str) -> str:
    """Return an amount with all its decimals, and at least those of its currency: `$0.0875`."""
    is_rounded = amount == amount.quantize(Decimal(1).scaleb(-wording.minor_digits(currency)))
    return wording.money(amount if is_rounded else amount.normalize(), currency, is_rounded=is_rounded)


def restriction_words(component: Component) -> str:
    """Return when a component applies: `Mon to Fri, 22:00 to 06:00, from 5 kWh`; "" means always."""
    clock = [at and f"{at:%H:%M}" for at in (component.time_from, component.time_to)]
    parts = [
        describe_days(component.days),
        _format_range(clock[0], clock[1], "{} to {}", "after {}", "before {}"),
        _format_dates(component.date_from, component.date_to),
        _format_range(component.kwh_from, component.kwh_to, "{} to {} kWh", "from {} kWh", "up to {} kWh"),
        _format_range(
            component.minutes_from,
            component.minutes_to,
            "minute {} to {}",
            "after {} min of the session",
            "in the first {} min",
        ),
        _format_range(component.kw_from, component.kw_to, "at {} to {} kW", "from {} kW", "below {} kW"),
        f"after {component.grace_minutes} min" if component.grace_minutes else "",
        _format_blocks(component),
    ]
    return ", ".join(part for part in parts if part)


def describe_days(days: str) -> str:
    """Return `Mon to Fri` for 12345, `Sat, Sun` for 67."""
    if not days or days == "1234567":
        return ""
    names = [DAYS[int(day) - 1] for day in days]
    are_consecutive = days in "1234567"
    return f"{names[0]} to {names[-1]}" if are_consecutive and len(days) > 2 else ", ".join(names)


def quantity(line: PriceLine) -> str:
    """Return the billed quantity, to the Wh and the second, and the measured one if blocks add to it."""
    if line.dimension not in MEASURED_DIMENSIONS:
        return ""
    billed = _format_quantity(line, line.quantity)
    smallest = Decimal("0.001") if line.dimension == ENERGY else 1 / Decimal(3600)
    if line.quantity - line.measured < smallest:
        return billed
    return f"{billed} (for {_format_quantity(line, line.measured)})"


def counted_energy(counted_wh: Decimal, other_wh: Decimal, *, counts_stop: bool, is_reset: bool) -> str:
    """Say whether stop − start or the sum of the readings is the session's energy, and why."""
    counted, other = wording.kwh(counted_wh), wording.kwh(other_wh)
    if counts_stop:
        return (
            f"Stop − start counts: {counted}. The readings add up to {other}, but start and stop are of one register,"
            " and their difference is plausible for the time."
        )
    if is_reset:
        why = "the register fell during the session, and the stop goes on from there"
    elif other_wh < 0:
        why = "energy is never below zero"
    else:
        why = "the connector cannot deliver that in the time"
    return f"The sum of the readings counts: {counted}. Stop − start is {other}, but {why}."


def exact_duration(seconds: int) -> str:
    """Return `1 h 05 m 20 s`."""
    hours, rest = divmod(seconds, 3600)
    if not hours or not rest % 60:
        return wording.duration(seconds)
    return f"{wording.duration(seconds)} {rest % 60:02} s"


def repricing(old: str, old_policy: str, new: str, new_policy: str) -> str:
    """Return `$2.40 by “Visitors” → $6.00 by “Tenants”`: the text stored for a repricing."""
    return f"{old} by “{old_policy}” → {new} by “{new_policy}”"


def price_before(repricing_text: str) -> str:
    """Return the old price, `$2.40`, from the text stored for a repricing."""
    return repricing_text.partition(" by “")[0]


def _format_quantity(line: PriceLine, amount: Decimal) -> str:
    if line.dimension == ENERGY:
        return f"{amount.quantize(Decimal('0.001')):,} kWh"
    return exact_duration(round(amount * 3600))


def _describe_dimension(tariff: Tariff, dimension: str) -> list[str]:
    """Describe the components of a dimension: the usual price first, then the exceptions in their order."""
    usual_first = _usual_first([component for component in tariff.components if component.dimension == dimension])
    parts: list[str] = []
    for component in usual_first:
        amount = price(component.price, tariff.currency)
        text = amount if parts else f"{PRICE_PREFIXES[dimension]}{amount} {PRICE_UNITS[dimension]}"
        restrictions = restriction_words(component)
        parts.append(f"{restrictions} {text}" if parts and restrictions else f"{text} {restrictions}".strip())
    return parts


def _usual_first(components: list[Component]) -> list[Component]:
    """Return the components that can apply; move one that applies to everything else to the front."""
    always = (n for n, c in enumerate(components, 1) if not (_is_restricted(c) or c.grace_minutes))
    reachable = components[: next(always, None)]
    if reachable and not _is_restricted(reachable[-1]):
        return [reachable[-1], *reachable[:-1]]
    return reachable


def _is_restricted(component: Component) -> bool:
    return bool(
        component.is_by_calendar
        or any(
            bound is not None
            for bound in (
                *(component.kwh_from, component.kwh_to, component.minutes_from),
                *(component.minutes_to, component.kw_from, component.kw_to),
            )
        )
    )


def _format_range(start: object, end: object, both: str, only_from: str, only_to: str) -> str:
    """Format a range with both ends, one or none."""
    first, last = _without_zeros(start), _without_zeros(end)
    if start is None:
        return "" if end is None else only_to.format(last)
    return only_from.format(first) if end is None else both.format(first, last)


def _without_zeros(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _format_dates(start: date | None, end: date | None) -> str:
    """Format a date range; `end` is the first day on which the component no longer applies."""
    last = end and end - timedelta(days=1)
    first_text, last_text = (day and f"{day.day} {day:%b %Y}" for day in (start, last))
    return _format_range(first_text, last_text, "{} to {}", "from {}", "until {}")


def _format_blocks(component: Component) -> str:
    if component.step_size <= 1 or component.dimension not in MEASURED_DIMENSIONS:
        return ""
    if component.dimension == ENERGY:
        return f"in blocks of {component.step_size} Wh"
    minutes, seconds = divmod(component.step_size, 60)
    return f"in blocks of {component.step_size} s" if seconds else f"in blocks of {minutes} min"
