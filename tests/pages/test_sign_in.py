"""Requests without a sign-in: browsers are redirected, scripts get a 401."""

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from tests.support import builders

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/sessions/history/?kind=tenant"}
TABLE = "/sessions/history/"


@pytest.mark.parametrize("address", [TABLE, "/sessions/history/summary/", "/sessions/history/filters/", "/exports/"])
def test_htmx_request_is_redirected_to_sign_in(client: Client, address: str) -> None:
    answer = client.get(address, headers=HTMX)

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/sign-in/?next=/sessions/history/%3Fkind%3Dtenant"
    assert not answer.content


@pytest.mark.parametrize("current_url", ["https://evil.example.com/page", ""])
def test_htmx_redirect_returns_to_own_pages_only(client: Client, current_url: str) -> None:
    answer = client.get(TABLE, headers=HTMX | {"HX-Current-URL": current_url})

    assert answer["HX-Redirect"] == "/sign-in/?next=/"


def test_htmx_post_returns_to_the_page_not_its_target(client: Client) -> None:
    answer = client.post("/exports/sessions/history", headers=HTMX)

    assert answer["HX-Redirect"] == "/sign-in/?next=/sessions/history/%3Fkind%3Dtenant"


@pytest.mark.parametrize("tail", ["points/", "figure/", ""])
def test_data_request_gets_an_empty_401(client: Client, tail: str) -> None:
    session = builders.session()

    answer = client.get(f"/sessions/{session.pk}/{tail}", headers={"Accept": "*/*"})

    assert (answer.status_code, answer.content) == (401, b"")


def test_browser_is_sent_to_sign_in_and_back(client: Client) -> None:
    answer = client.get(f"{TABLE}?kind=tenant", headers={"Accept": "text/html,*/*;q=0.8"})

    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/sessions/history/%3Fkind%3Dtenant"


def test_public_page_loads_no_user(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*args: object) -> None:
        raise OperationalError

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", down)
    client.cookies[settings.SESSION_COOKIE_NAME] = "a session key"

    assert client.get("/healthz").status_code in {200, 503}
