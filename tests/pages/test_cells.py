"""The texts and tooltips of table cells."""

from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

import pytest
from django.test import Client
from django.utils import timezone

from sessions_app.lists.columns import available_columns
from sessions_app.lists.tabs import HISTORY, IN_PROGRESS
from sessions_app.models import ChargingSession
from tests.pages.markup import elements, parse
from tests.support import builders

pytestmark = pytest.mark.django_db

LASTED: dict[str, timedelta | None] = {IN_PROGRESS: None, HISTORY: timedelta(hours=1)}


class Cell(NamedTuple):
    """The text of a cell, and its tooltip."""

    text: str | None
    title: str | None = None


@pytest.fixture
def dana(client: Client) -> Client:
    """Give a client with an operator signed in."""
    client.force_login(builders.operator())
    return client


def cells(client: Client, tab: str) -> dict[str, Cell]:
    """Return the text and the tooltip of each cell of the only row, with every column shown."""
    page = parse(client.get(f"/sessions/{tab}/", {"columns": ",".join(available_columns(tab))}).text)
    [row] = elements(page, "//tr[@data-session]")
    return {cell.attrib["data-cell"]: Cell(cell.text, cell.get("title")) for cell in elements(row, "td[@data-cell]")}


@pytest.mark.parametrize(
    ("code", "cell"),
    [
        ("PowerLoss", Cell("Power loss", "OCPP: PowerLoss")),
        ("Reboot", Cell("Station restarted", "OCPP: Reboot")),
        ('"<Fault>', Cell('"<Fault>', 'OCPP: "<Fault>')),
        ("NextSession", Cell("Closed: a new session began")),  # not an OCPP value
        ("", Cell("–")),
    ],
)
def test_reason_tooltip_has_the_ocpp_value(dana: Client, code: str, cell: Cell) -> None:
    builders.session(end_reason=code)

    assert cells(dana, HISTORY)["reason"] == cell


STARTED = "2026-03-03 23:00:05 AEDT (Australia/Sydney)"
ENDED = "2026-03-04 00:00:05 AEDT (Australia/Sydney)"


@pytest.mark.parametrize(("tab", "titles"), [(IN_PROGRESS, [STARTED]), (HISTORY, [STARTED, ENDED])])
def test_time_tooltip_has_the_full_site_time(dana: Client, tab: str, titles: list[str]) -> None:
    builders.session(started_at=builders.NOON + timedelta(seconds=5), lasted=LASTED[tab])

    row = cells(dana, tab)

    assert [row[key].title for key in ("started_at", "ended_at") if key in row] == titles


@pytest.mark.parametrize(
    ("start", "end", "in_progress", "history"),
    [(20.0, 64.4, "64 %", "20 → 64 %"), (None, 64.4, "64 %", "64 %"), (20.0, None, "–", "20 → –")],
)
def test_battery_shows_start_and_end_in_history(
    dana: Client, start: float | None, end: float | None, in_progress: str, history: str
) -> None:
    for lasted in LASTED.values():
        builders.session(lasted=lasted, battery_start=start, battery=end)

    assert cells(dana, IN_PROGRESS)["battery"].text == in_progress
    assert cells(dana, HISTORY)["battery"].text == history


def test_estimated_energy_and_price_have_their_sign(dana: Client) -> None:
    for lasted in LASTED.values():
        builders.session(lasted=lasted, estimated_wh=600, price=Decimal("2.59"), currency="AUD")

    title = "Estimated from power: the meter has not confirmed it"
    for tab in LASTED:
        row = cells(dana, tab)
        assert row["consumption"] == Cell("≈\N{NO-BREAK SPACE}7.41 kWh", title)
        assert row["price"] == Cell("≈\N{NO-BREAK SPACE}$2.59", title)


def test_unknown_price_of_estimated_energy_is_a_dash(dana: Client) -> None:
    builders.session(estimated_wh=600)

    assert cells(dana, HISTORY)["price"].text == "–"


@pytest.mark.parametrize(("held_back_s", "text"), [(0, "0 s"), (2_719, "45 m 19 s")])
def test_time_held_back_has_a_column(dana: Client, held_back_s: int, text: str) -> None:
    for lasted in LASTED.values():
        builders.session(lasted=lasted, held_back_s=held_back_s)

    assert [cells(dana, tab)["held_back"].text for tab in LASTED] == [text, text]


@pytest.mark.parametrize(("tab", "own"), [(IN_PROGRESS, {"power"}), (HISTORY, {"reason", "average_power"})])
def test_only_unknown_values_are_a_dash(dana: Client, tab: str, own: set[str]) -> None:
    builders.session(lasted=LASTED[tab] and timedelta(), energy_wh=0, last_reading_at=timezone.now())
    ChargingSession.objects.update(connector=None, end_reason="")

    unknown = {key for key, cell in cells(dana, tab).items() if cell.text == "–"}

    assert unknown == own | {"connector", "battery", "price", "user", "id_tag", "policy", "peak_power"}


def test_column_widths_are_allowed_by_the_csp(dana: Client) -> None:
    page = dana.get("/sessions/in-progress/")

    [rules] = [style for style in elements(parse(page.text), "//style") if style.text]

    assert ".sessions td.c-power{min-width:94px;max-width:94px}" in str(rules.text)
    assert f"'nonce-{rules.get('nonce')}'" in page["Content-Security-Policy"]
