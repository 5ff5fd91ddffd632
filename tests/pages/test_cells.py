"""What the cells of the two tables say, and what their tooltips add."""

from datetime import timedelta
from typing import NamedTuple

import pytest
from django.test import Client
from django.utils import timezone
from lxml import html

from sessions_app.models import ChargingSession
from sessions_app.pages.columns import offered
from sessions_app.pages.tabs import HISTORY, IN_PROGRESS
from tests import factories

pytestmark = pytest.mark.django_db

LASTED: dict[str, timedelta | None] = {IN_PROGRESS: None, HISTORY: timedelta(hours=1)}


class Cell(NamedTuple):
    """The text of a cell, and its tooltip."""

    text: str
    title: str | None = None


@pytest.fixture
def dana(client: Client) -> Client:
    """Give the browser of an operator who has signed in."""
    client.force_login(factories.operator())
    return client


def cells(client: Client, tab: str) -> dict[str, Cell]:
    """Return the text and the tooltip of each cell of the only row, with every column shown."""
    page = html.fromstring(client.get(f"/sessions/{tab}/", {"columns": ",".join(offered(tab))}).text)
    [row] = page.xpath("//tr[@data-session]")
    return {cell.get("data-cell"): Cell(cell.text, cell.get("title")) for cell in row.xpath("td[@data-cell]")}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("PowerLoss", Cell("Power loss", "OCPP: PowerLoss")),
        ("Reboot", Cell("Station restarted", "OCPP: Reboot")),
        ('"<Fault>', Cell('"<Fault>', 'OCPP: "<Fault>')),
        ("NextSession", Cell("Closed: a new session started")),  # our word, and no station's
        ("", Cell("–")),
    ],
)
def test_a_reason_has_the_stations_own_word_in_its_tooltip(dana: Client, code: str, said: Cell) -> None:
    factories.session(end_reason=code)

    assert cells(dana, HISTORY)["reason"] == said


STARTED = "2026-03-03 23:00:05 AEDT (Australia/Sydney)"
ENDED = "2026-03-04 00:00:05 AEDT (Australia/Sydney)"


@pytest.mark.parametrize(("tab", "titles"), [(IN_PROGRESS, [STARTED]), (HISTORY, [STARTED, ENDED])])
def test_times_have_the_full_time_of_the_site_in_their_tooltips(
    dana: Client, tab: str, titles: list[str]
) -> None:
    factories.session(started_at=factories.NOON + timedelta(seconds=5), lasted=LASTED[tab])

    found = cells(dana, tab)

    assert [found[key].title for key in ("started_at", "ended_at") if key in found] == titles


@pytest.mark.parametrize(
    ("start", "end", "in_progress", "history"),
    [(20.0, 64.4, "64 %", "20 → 64 %"), (None, 64.4, "64 %", "64 %"), (20.0, None, "–", "20 → –")],
)
def test_a_battery_is_said_as_it_is_now_and_in_history_from_its_start(
    dana: Client, start: float | None, end: float | None, in_progress: str, history: str
) -> None:
    for lasted in LASTED.values():
        factories.session(lasted=lasted, battery_start=start, battery=end)

    assert cells(dana, IN_PROGRESS)["battery"].text == in_progress
    assert cells(dana, HISTORY)["battery"].text == history


@pytest.mark.parametrize(("tab", "own"), [(IN_PROGRESS, {"power"}), (HISTORY, {"reason", "average_power"})])
def test_what_nobody_knows_is_a_dash_and_nothing_else_is(dana: Client, tab: str, own: set[str]) -> None:
    factories.session(lasted=LASTED[tab] and timedelta(), energy_wh=0, last_reading_at=timezone.now())
    ChargingSession.objects.update(connector=None, end_reason="")

    unknown = {key for key, cell in cells(dana, tab).items() if cell.text == "–"}

    assert unknown == own | {"connector", "battery", "price", "user", "id_tag", "policy", "peak_power"}
