"""Malicious parameters get a proper answer."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.support import builders

# The test client warns about consuming async streams synchronously.
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:StreamingHttpResponse")]
ODD = [
    "",
    " ",
    "-1",
    "0",
    "1e9",
    "9" * 30,
    "9" * 5000,
    "-" + "9" * 30,
    "NaN",
    "٣",
    "\x00",
    "a\x00b",
    "'; DROP TABLE sessions_app_site; --",
    "<script>alert(1)</script>",
    "=1+1",
    "%00",
    "ü" * 100,
    "😀",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "2026-02-01T00:00:00",
]
IMPOSSIBLE = ["0", "9" * 18, "9" * 19, "9" * 40, "9" * 5000]
PARAMETERS = [
    *("q", "range", "started_after", "started_before", "company", "site", "area", "station", "connector"),
    *(
        "driver",
        "kind",
        "idle_min",
        "level",
        "reason",
        "sort",
        "page",
        "per_page",
        "columns",
        "after",
        "before",
    ),
    "unknown_parameter",
]


@pytest.fixture
def manager(client: Client) -> Client:
    builders.session(on=builders.station("OURS-1"))
    builders.session(lasted=None)
    client.force_login(builders.operator())
    return client


@pytest.mark.parametrize("name", PARAMETERS)
def test_list_answers_any_parameter(manager: Client, name: str) -> None:
    for value in ODD:
        answer = manager.get(reverse("history"), {name: value})

        assert answer.status_code in {200, 404}, value
        assert "<script>alert(1)" not in answer.content.decode()


@pytest.mark.parametrize("name", ["q", "site", "station", "driver", "page", "columns", "find"])
@pytest.mark.parametrize("part", ["summary/", "filters/", "filters/station/", "filters/driver/", "columns/", "views/"])
def test_partial_answers_any_parameter(manager: Client, name: str, part: str) -> None:
    for value in ODD:
        assert manager.get(f"/sessions/history/{part}", {name: value}).status_code in {200, 400, 404}, value


@pytest.mark.parametrize("name", PARAMETERS)
def test_export_answers_any_parameter(manager: Client, name: str) -> None:
    for value in ODD:
        answer = manager.get(reverse("export", args=["history", "csv"]), {name: value})

        assert answer.status_code in {200, 400}, value
        assert b"".join(answer)


def test_search_for_many_words_is_answered(manager: Client) -> None:
    assert manager.get(reverse("history"), {"q": "a " * 100}).status_code == 200


def test_repeated_filter_is_answered(manager: Client) -> None:
    assert manager.get(reverse("history"), {"station": ["1"] * 400, "kind": ["tenant"] * 400}).status_code == 200


@pytest.mark.parametrize("number", IMPOSSIBLE)
@pytest.mark.parametrize("tail", ["", "points/", "figure/", "pricing/", "receipt/", "samples.csv"])
def test_impossible_session_id_is_a_404(manager: Client, number: str, tail: str) -> None:
    assert manager.get(f"/sessions/{number}/{tail}").status_code == 404


@pytest.mark.parametrize("number", IMPOSSIBLE)
def test_impossible_session_id_starts_no_export(manager: Client, number: str) -> None:
    assert manager.post(f"/exports/samples/{number}").status_code == 404


@pytest.mark.parametrize("value", ODD)
def test_points_answer_any_parameter(manager: Client, value: str) -> None:
    session = builders.session()

    answer = manager.get(reverse("session-points", args=[session.pk]), {"after": value})
    assert answer.status_code in {200, 400}
    assert "<script>" not in answer.text
    for window in ({"from": value, "to": "2000000000000"}, {"from": "0", "to": value}):
        assert manager.get(reverse("session-figure", args=[session.pk]), window).status_code in {200, 400}
