"""Strangers and expired sign-ins: people are led to sign in, scripts are told so."""

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from tests.support import builders

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/sessions/history/?kind=tenant"}
TABLE = "/sessions/history/"


@pytest.mark.parametrize("address", [TABLE, "/sessions/history/summary/", "/sessions/history/filters/", "/exports/"])
def test_htmx_leaves_for_the_sign_in_page_and_puts_it_nowhere(client: Client, address: str) -> None:
    answer = client.get(address, headers=HTMX)

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/sign-in/?next=/sessions/history/%3Fkind%3Dtenant"
    assert not answer.content


@pytest.mark.parametrize("there", ["https://evil.example.com/page", ""])
def test_htmx_comes_back_to_a_page_of_ours_only(client: Client, there: str) -> None:
    answer = client.get(TABLE, headers=HTMX | {"HX-Current-URL": there})

    assert answer["HX-Redirect"] == "/sign-in/?next=/"


def test_a_form_that_htmx_sends_is_not_led_back_to_where_it_was_sent(client: Client) -> None:
    answer = client.post("/exports/sessions/history", headers=HTMX)

    assert answer["HX-Redirect"] == "/sign-in/?next=/sessions/history/%3Fkind%3Dtenant"


@pytest.mark.parametrize("tail", ["points/", "figure/", ""])
def test_data_is_refused_without_a_page_in_its_place(client: Client, tail: str) -> None:
    session = builders.session()

    answer = client.get(f"/sessions/{session.pk}/{tail}", headers={"Accept": "*/*"})

    assert (answer.status_code, answer.content) == (401, b"")


def test_a_person_is_led_to_sign_in_and_back(client: Client) -> None:
    answer = client.get(f"{TABLE}?kind=tenant", headers={"Accept": "text/html,*/*;q=0.8"})

    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/sessions/history/%3Fkind%3Dtenant"


def test_an_open_page_asks_nobody_who_he_is(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*args: object) -> None:
        raise OperationalError

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", down)
    client.cookies[settings.SESSION_COOKIE_NAME] = "kept"

    assert client.get("/healthz").status_code in {200, 503}
