"""How a tariff and the lines of a price are said to people: the admin's preview, the dialog, the receipt."""

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
    Line,
    Tariff,
)

LABELS = {
    FLAT: "Flat fee",
    ENERGY: "Energy",
    TIME: "Charging time",
    PARKING_TIME: "Inactivity",
    MIN_PRICE: "Increase to the minimum price",
    MAX_PRICE: "Reduction to the maximum price",
}
PER = {FLAT: "flat fee", ENERGY: "per kWh", TIME: "per hour", PARKING_TIME: "per hour"}
LEADS = {FLAT: "", ENERGY: "", TIME: "charging: ", PARKING_TIME: "idle: "}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
COUNTED = (ENERGY, TIME, PARKING_TIME)  # what is measured, not counted in pieces


def tariff_words(tariff: Tariff) -> str:
    """Return it in one sentence: `$0.35 per kWh; 22:00 to 06:00 $0.22; idle: $4.00 per hour after 30 min`."""
    parts = [words for dimension in PER for words in _dimension_words(tariff, dimension)] or [
        "free of charge"
    ]
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
    """Return `$0.35 per kWh`, or the fee alone, with as many decimals as the price has."""
    amount = price(component.price, currency)
    return amount if component.dimension == FLAT else f"{amount} {PER[component.dimension]}"


def price(amount: Decimal, currency: str) -> str:
    """Return an amount with all of its decimals, and at least those of its currency: `$0.0875`."""
    is_rounded = amount == amount.quantize(Decimal(1).scaleb(-wording.minor_digits(currency)))
    return wording.money(amount if is_rounded else amount.normalize(), currency, is_rounded=is_rounded)


def restriction_words(component: Component) -> str:
    """Return when a component applies: `Mon to Fri, 22:00 to 06:00, from 5 kWh`; "" is always."""
    clock = [each and f"{each:%H:%M}" for each in (component.time_from, component.time_to)]
    parts = [
        days_words(component.days),
        _range(clock[0], clock[1], "{} to {}", "after {}", "before {}"),
        _dates(component.date_from, component.date_to),
        _range(component.kwh_from, component.kwh_to, "{} to {} kWh", "from {} kWh", "up to {} kWh"),
        _range(
            component.minutes_from,
            component.minutes_to,
            "minute {} to {}",
            "after {} min of the session",
            "in the first {} min",
        ),
        _range(component.kw_from, component.kw_to, "at {} to {} kW", "from {} kW", "below {} kW"),
        f"after {component.grace_minutes} min" if component.grace_minutes else "",
        _blocks(component),
    ]
    return ", ".join(part for part in parts if part)


def days_words(days: str) -> str:
    """Return `Mon to Fri` for 12345, `Sat, Sun` for 67."""
    if not days or days == "1234567":
        return ""
    names = [DAYS[int(day) - 1] for day in days]
    in_a_row = days in "1234567"
    return f"{names[0]} to {names[-1]}" if in_a_row and len(days) > 2 else ", ".join(names)


def quantity(line: Line) -> str:
    """Return what is billed, to the Wh and the second, and what was measured where blocks add to it."""
    if line.dimension not in COUNTED:
        return ""
    billed = _amount_of(line, line.quantity)
    smallest = Decimal("0.001") if line.dimension == ENERGY else 1 / Decimal(3600)
    if line.quantity - line.measured < smallest:
        return billed
    return f"{billed} (for {_amount_of(line, line.measured)})"


def exact_duration(seconds: int) -> str:
    """Return `1 h 05 m 20 s` with no second left out."""
    hours, rest = divmod(seconds, 3600)
    if not hours or not rest % 60:
        return wording.duration(seconds)
    return f"{wording.duration(seconds)} {rest % 60:02} s"


def repricing(old: str, old_policy: str, new: str, new_policy: str) -> str:
    """Return `$2.40 by “Visitors” → $6.00 by “Tenants”`: what is kept of a repricing."""
    return f"{old} by “{old_policy}” → {new} by “{new_policy}”"


def price_before(said: str) -> str:
    """Return the price before, `$2.40`, out of what is kept of a repricing."""
    return said.partition(" by “")[0]


def _amount_of(line: Line, amount: Decimal) -> str:
    if line.dimension == ENERGY:
        return f"{amount.quantize(Decimal('0.001')):,} kWh"
    return exact_duration(round(amount * 3600))


def _dimension_words(tariff: Tariff, dimension: str) -> list[str]:
    """Return the parts of a dimension: the usual price first, then what goes before it, in its order."""
    usual_first = _usual_first([each for each in tariff.components if each.dimension == dimension])
    found: list[str] = []
    for each in usual_first:
        amount = price(each.price, tariff.currency)
        said = amount if found else f"{LEADS[dimension]}{amount} {PER[dimension]}"
        when = restriction_words(each)
        found.append(f"{when} {said}" if found and when else f"{said} {when}".strip())
    return found


def _usual_first(of_it: list[Component]) -> list[Component]:
    """Return the components that may have something, the one first that has what the others leave."""
    always = (
        place for place, each in enumerate(of_it, 1) if not (_is_restricted(each) or each.grace_minutes)
    )
    heard = of_it[: next(always, None)]
    if heard and not _is_restricted(heard[-1]):
        return [heard[-1], *heard[:-1]]
    return heard


def _is_restricted(component: Component) -> bool:
    """Return whether anything but a grace period and blocks decides when it applies."""
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


def _range(start: object, end: object, both: str, only_from: str, only_to: str) -> str:
    """Return the words for a range with one end, both or none; numbers without idle zeros."""
    first, last = _plain(start), _plain(end)
    if start is None:
        return "" if end is None else only_to.format(last)
    return only_from.format(first) if end is None else both.format(first, last)


def _plain(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _dates(start: date | None, end: date | None) -> str:
    """Return the days in words; `end` is the first day on which it no longer applies."""
    last = end and end - timedelta(days=1)
    first_text, last_text = (each and f"{each.day} {each:%b %Y}" for each in (start, last))
    return _range(first_text, last_text, "{} to {}", "from {}", "until {}")


def _blocks(component: Component) -> str:
    if component.step_size <= 1 or component.dimension not in COUNTED:
        return ""
    if component.dimension == ENERGY:
        return f"in blocks of {component.step_size} Wh"
    minutes, seconds = divmod(component.step_size, 60)
    return f"in blocks of {component.step_size} s" if seconds else f"in blocks of {minutes} min"
