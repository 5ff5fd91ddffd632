"""The worked examples of PRICING.md, read from its tables: every number is checked."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from sessions_app.domain import pricing
from sessions_app.domain.inactivity import ClassifiedInterval, Interval
from sessions_app.domain.pricing import Component, PriceLine, Tariff, labels

RULES = Path(pricing.__file__).with_name("PRICING.md").read_text()
EXAMPLES = re.split(r"^### ", RULES, flags=re.MULTILINE)[1:]
EACH_EXAMPLE = pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split("\n")[0])
# "(OCPI: 5.00)": the total that the specification prints
PRINTED = {each: result[1] for each in EXAMPLES if (result := re.match(r".*\(OCPI[^:]*: ([\d.]+)\)\n", each))}
RANGES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "kWh": ("kwh", Decimal),
    "minutes": ("minutes", int),
    "kW": ("kw", Decimal),
}
RANGES |= {"time": ("time", time.fromisoformat), "dates": ("date", date.fromisoformat)}


def rows(text: str) -> list[list[str]]:
    """Return the cells of a table without its header."""
    table = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in table[2:]]


def component(dimension: str, price: str, applies: str) -> Component:
    fields: dict[str, Any] = {}
    for word, value in (each.split(" ") for each in applies.split(", ") if each):
        if word in RANGES:
            name, read = RANGES[word]
            start, end = value.split("–")
            fields |= {f"{name}_from": read(start) if start else None}
            fields |= {f"{name}_to": read(end) if end else None}
        else:
            name = {"blocks": "step_size", "grace": "grace_minutes", "days": "days"}[word]
            fields[name] = value if word == "days" else int(value)
    return Component(dimension=dimension, price=Decimal(price), **fields)


def tariff(head: str, table: str) -> Tariff:
    currency, *rest = head.rstrip(":").split(", ")
    words = dict(each.rsplit(" ", 1) for each in (part.removesuffix(" %") for part in rest))
    limits = {"min_price": words.get("at least"), "max_price": words.get("at most")}
    return Tariff(
        policy_id=1,
        description="Example",
        entity_type="Site",
        entity_id="SIT-0001",
        currency=currency,
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        tax_percent=Decimal(words.get("tax", 0)),
        components=tuple(component(*row) for row in rows(table)),
        **{name: Decimal(value) for name, value in limits.items() if value},
    )


def session(start: str, zone: str, table: str) -> list[ClassifiedInterval]:
    at = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    settled = []
    for minutes, kwh, kw, car in rows(table):
        end = at + timedelta(minutes=int(minutes))
        power_w = float(Decimal(kw) * 1000) if kw else None
        settled.append(
            ClassifiedInterval(
                Interval(at, end, Decimal(kwh) * 1000, power_w), is_idle=car == "idle", is_held_back=car == "held back"
            )
        )
        at = end
    return settled


def billed(line: PriceLine) -> str:
    if line.dimension == "ENERGY":
        return f"{line.quantity.normalize():f} kWh"
    if line.dimension in {"TIME", "PARKING_TIME"}:
        return f"{round(line.quantity * 60)} min"
    return str(line.quantity)


class Worked(NamedTuple):
    """An example: its text, its tariff, the calculated lines and the expected lines."""

    prose: str
    tariff: Tariff
    lines: tuple[PriceLine, ...]
    expected: list[list[str]]


def worked(example: str) -> Worked:
    parts = re.split(r"^(?:Tariff in (.*)|Session in (\S+) from (.*):|Lines:)$", example, flags=re.MULTILINE)
    prose, head, _, _, components, _, zone, start, stretches, *_, expected = parts
    priced = tariff(head, components)
    settled = session(start, zone, stretches)
    lines = pricing.calculate_lines(
        priced, pricing.add_intervals(priced, pricing.start_usage(priced), settled, zone=zone)
    )
    return Worked(prose, priced, lines, rows(expected))


@EACH_EXAMPLE
def test_worked_example_is_correct(example: str) -> None:
    prose, priced, lines, expected = worked(example)

    total = pricing.total(lines)
    result = [[line.dimension, billed(line), str(line.amount)] for line in lines]
    result.append(["Total", "", str(pricing.rounded(total, priced.currency))])
    if priced.tax_percent:
        result.append(["Tax", "", str(pricing.tax(priced, total))])
    assert result == expected, prose


@pytest.mark.parametrize(("example", "printed"), PRINTED.items(), ids=lambda text: text.split("\n")[0])
def test_totals_printed_by_ocpi_equal_ours(example: str, printed: str) -> None:
    assert ["Total", "", printed] in worked(example).expected


@EACH_EXAMPLE
def test_sentence_contains_every_charged_price(example: str) -> None:
    _, priced, lines, _ = worked(example)
    charged = [line for line in lines if line.component >= 0]
    words = labels.describe_tariff(priced)
    assert all(labels.price(line.unit_price, priced.currency) in words for line in charged), words


def test_examples_are_numbered_and_complete() -> None:
    assert len(EXAMPLES) >= 30
    assert len(PRINTED) >= 20
    assert [int(example.split(".")[0]) for example in EXAMPLES] == list(range(1, len(EXAMPLES) + 1))
