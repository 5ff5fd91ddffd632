"""An export adds up to the summary strip with any filters; both have the same rows."""

import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.http import QueryDict
from django.utils import timezone

from sessions_app.exports import cell_types
from sessions_app.exports.registry import intervals_export, sessions_export
from sessions_app.exports.spec import ExportSpec
from sessions_app.exports.xlsx import write_workbook
from sessions_app.lists.columns import available_columns
from sessions_app.lists.filters import filter_sessions
from sessions_app.models import Manager
from sessions_app.queries import summary
from tests.support import builders
from tests.support.builders import NOON
from tests.support.export_files import read_csv

pytestmark = pytest.mark.django_db
FILTERS: list[dict[str, tuple[str, ...]]] = [
    {"q": ("HT-0", "Priya", "A", "nobody")},
    {"idle_min": ("0", "30", "90")},
    {"level": ("warning", "high")},
    {"connector": ("A", "B")},
    {"reason": ("Local", "PowerLoss")},
    {"started_after": ("2026-03-02", "2026-03-04")},
    {"started_before": ("2026-03-03", "2026-03-06")},
    {"sort": ("-price", "consumption", "duration")},
]

PLACES = (("AUD", 2, "Australia/Sydney"), ("JPY", 0, "Asia/Tokyo"), ("KWD", 3, "UTC"))
FILES_WITH_TOTALS = [
    (make_export, tab) for make_export in (sessions_export, intervals_export) for tab in ("history", "in-progress")
]


@pytest.fixture
def garage(transactional_db: None) -> Manager:
    """Create ended and running sessions with random figures, in three currencies and time zones."""
    rng = random.Random(6)
    priya = builders.driver("Priya Raman")
    for currency, digits, zone in PLACES:
        company = builders.company(currency=currency)
        station = builders.station(f"HT-{currency}", at=builders.site(of=company, time_zone=zone))
        for number in range(40):
            builders.session(
                on=station,
                connector=rng.choice((1, 2)),
                driver=rng.choice((priya, None)),
                started_at=NOON + timedelta(seconds=rng.randrange(400_000), milliseconds=number),
                lasted=timedelta(seconds=rng.randrange(90_000), microseconds=rng.randrange(1_000_000)),
                energy_wh=Decimal(rng.randrange(90_000_000)) / 1000,
                idle_s=rng.randrange(9_000),
                held_back_s=rng.randrange(9_000),
                price=rng.choice((None, Decimal(rng.randrange(100_000)).scaleb(-digits))),
                currency=currency,
                end_reason=rng.choice(("Local", "PowerLoss", "EVDisconnected")),
            )
        for connector in (1, 2):
            builders.session(
                on=station,
                connector=connector,
                started_at=NOON + timedelta(seconds=rng.randrange(400_000)),
                lasted=None,
                last_reading_at=NOON + timedelta(days=9, seconds=rng.randrange(90_000)),
                energy_wh=Decimal(rng.randrange(90_000_000)) / 1000,
                idle_s=rng.randrange(9_000),
                price=Decimal(rng.randrange(100_000)).scaleb(-digits),
                currency=currency,
            )
    return builders.operator()


def _some_filters(rng: random.Random) -> dict[str, str]:
    chosen = rng.sample(FILTERS, rng.randrange(4))
    return {name: rng.choice(values) for each in chosen for name, values in each.items()}


def _seconds(text: str) -> int:
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


@pytest.mark.parametrize("seed", range(25))
def test_export_adds_up_to_the_summary(garage: Manager, seed: int) -> None:
    params = QueryDict(mutable=True)
    params.update(_some_filters(random.Random(seed)) | {"columns": ",".join(available_columns("history"))})
    file = sessions_export(params, "history", garage)

    rows = read_csv(b"".join(file.pieces(bom=True)))

    strip = summary.summarize_history(filter_sessions(params, "history", garage).sessions)
    prices: dict[str, Decimal] = {}
    for row in rows:
        if row["Price"]:
            prices[row["Currency"]] = prices.get(row["Currency"], Decimal(0)) + Decimal(row["Price"])
    assert len(rows) == strip.sessions
    assert sum(Decimal(row["Consumption (kWh)"]) for row in rows) == strip.energy_kwh
    assert sum(_seconds(row["Duration (h:mm:ss)"]) for row in rows) == strip.duration_s
    assert sum(_seconds(row["Inactivity (h:mm:ss)"]) for row in rows) == strip.idle_s
    assert sum(_seconds(row["Held Back (h:mm:ss)"]) for row in rows) == strip.held_back_s
    assert prices == strip.prices
    assert sum(not row["Price"] for row in rows) == strip.unpriced


def _lines(file: ExportSpec) -> list[tuple[Any, ...]]:
    """Return the lines of the workbook's first sheet, as values."""
    written = BytesIO()
    write_workbook(file.book(), written)
    return list(openpyxl.load_workbook(written).worksheets[0].iter_rows(values_only=True))


def _sum(cells: Iterable[Any]) -> float | timedelta:
    """Return the sum of a column, without rounding errors of floats."""
    values = [cell for cell in cells if cell is not None]
    if values and isinstance(values[0], timedelta):
        return sum(values, timedelta())
    return float(sum(Decimal(str(cell)) for cell in values))


@pytest.mark.parametrize(("make_export", "tab"), FILES_WITH_TOTALS)
def test_every_total_is_the_sum_of_its_column(
    garage: Manager, make_export: Callable[[QueryDict, str, Manager], ExportSpec], tab: str
) -> None:
    file = make_export(QueryDict("columns=all"), tab, garage)

    heads, *rows = _lines(file)

    first = next(number for number, line in enumerate(rows) if line[0] == "Total")
    rows, totals = rows[:first], rows[first:]
    assert len(rows) > 1
    totalled = [number for number, column in enumerate(file.columns) if column.is_totalled]
    assert totalled
    for number in totalled:
        if file.columns[number].cell_type is not cell_types.MONEY:
            assert totals[0][number] == _sum(line[number] for line in rows), heads[number]
            continue
        currency = heads.index("Currency")
        for total in totals:
            paid = [line[number] for line in rows if line[currency] == total[currency]]
            assert total[number] == _sum(paid), total[currency]


def test_workbook_totals_equal_the_summary(garage: Manager) -> None:
    lines = _lines(sessions_export(QueryDict(), "history", garage))

    strip = summary.summarize_history(filter_sessions(QueryDict(), "history", garage).sessions)
    heads, totals = lines[0], lines[-3:]
    assert totals[0][heads.index("Consumption (kWh)")] == float(strip.energy_kwh)
    assert totals[0][heads.index("Duration (h:mm:ss)")] == timedelta(seconds=strip.duration_s)
    paid = {line[heads.index("Currency")]: line[heads.index("Price")] for line in totals}
    assert paid == {currency: float(amount) for currency, amount in strip.prices.items()}


def test_sessions_in_progress_add_up_at_export_time(transactional_db: None) -> None:
    station, now = builders.station(), timezone.now()
    for connector in (1, 2):
        builders.session(
            on=station,
            connector=connector,
            lasted=None,
            started_at=now - timedelta(minutes=9),
            power_w=7_205.0,
            price=Decimal("1.50") if connector == 1 else None,
            currency="AUD",
        )
    olga = builders.operator()
    file = sessions_export(QueryDict(), "in-progress", olga)

    rows = read_csv(b"".join(file.pieces(bom=False)))

    strip = summary.summarize_in_progress(filter_sessions(QueryDict(), "in-progress", olga).sessions, now=file.now)
    assert sum(_seconds(row["Duration (h:mm:ss)"]) for row in rows) == strip.duration_s
    assert sum(Decimal(row["Power (kW)"] or 0) for row in rows) == strip.power_kw
    assert sum(not row["Price"] for row in rows) == strip.unpriced == 1
