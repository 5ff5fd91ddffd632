"""Why a session needs a look, with its figures in site time: in the row of both tables, the dialog and files."""

from datetime import timedelta

import msgspec
import pytest
from django.test import Client

from sessions_app.domain.flags import Flag, FlagDetail
from sessions_app.lists.tabs import HISTORY, IN_PROGRESS
from sessions_app.models import ChargingSession
from tests.pages.markup import elements, parse
from tests.support import builders
from tests.support.builders import NOON
from tests.support.export_files import as_dict, row

pytestmark = pytest.mark.django_db

LASTED: dict[str, timedelta | None] = {IN_PROGRESS: None, HISTORY: timedelta(hours=1)}
FLAGS = Flag.REGISTER_JUMPED | Flag.STATION_CLOCK | Flag.UNPLUGGED_OFFLINE
DETAILS = msgspec.json.encode(
    (
        FlagDetail(Flag.REGISTER_JUMPED, 7_783_900, NOON + timedelta(minutes=14)),
        FlagDetail(Flag.STATION_CLOCK, 36_000),
    )
).decode()
JUMP, CLOCK = "Register jumped by 7,783.9 kWh at 23:14: not counted", "Station clock 10 h behind"
OFFLINE = "Unplugged while the station was offline"


@pytest.fixture
def dana(client: Client) -> Client:
    """Give a client with an operator signed in."""
    client.force_login(builders.operator())
    return client


def flagged(tab: str) -> ChargingSession:
    return builders.session(lasted=LASTED[tab], flags=FLAGS, flag_details=DETAILS)


@pytest.mark.parametrize("tab", [IN_PROGRESS, HISTORY])
@pytest.mark.parametrize(("columns", "mark"), [("id", "td[@data-mark='look']"), ("station", "td/i[@class='flag']")])
def test_row_mark_has_the_figures_in_site_time(dana: Client, tab: str, columns: str, mark: str) -> None:
    session = flagged(tab)

    page = parse(dana.get(f"/sessions/{tab}/", {"columns": columns}).text)
    [element] = elements(page, f"//tr[@data-session='{session.pk}']/{mark}")

    assert element.get("title") == f"Needs a look: {JUMP}; {CLOCK}; {OFFLINE}"


@pytest.mark.parametrize("tab", [IN_PROGRESS, HISTORY])
def test_dialog_lists_each_reason_with_its_figure(dana: Client, tab: str) -> None:
    page = parse(dana.get(f"/sessions/{flagged(tab).pk}/").text)

    [look] = elements(page, "//*[@class='look']")

    assert [item.text_content() for item in elements(look, ".//li")] == [JUMP, CLOCK, OFFLINE]


def test_session_without_reasons_has_no_notice(dana: Client) -> None:
    assert 'class="look"' not in dana.get(f"/sessions/{builders.session().pk}/").text


def test_file_has_the_figures_of_each_reason() -> None:
    cells = as_dict(row(flags=FLAGS, flag_details=DETAILS), HISTORY)

    assert cells["Needs a Look"] == f"{JUMP}; {CLOCK}; {OFFLINE}"
