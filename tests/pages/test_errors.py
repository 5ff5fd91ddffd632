"""Error pages."""

import re

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from tests.support import builders

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.broken")]


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def dana(visitor: Client) -> Client:
    visitor.force_login(builders.manager())
    return visitor


def test_unknown_page_is_a_404(dana: Client) -> None:
    answer = dana.get("/nowhere/")

    assert answer.status_code == 404
    assert "Page not found" in answer.content.decode()
    assert "dana" in answer.content.decode()


def test_forbidden_page_is_a_403(dana: Client) -> None:
    answer = dana.get("/forbidden/")

    assert answer.status_code == 403
    assert "Ask an operator" in answer.content.decode()


def test_stale_form_is_explained() -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "dana", "password": "x"})

    assert answer.status_code == 403
    assert "page has expired" in answer.content.decode()


def test_failure_has_an_id_in_page_and_log(dana: Client, caplog: pytest.LogCaptureFixture) -> None:
    answer = dana.get("/failing/")

    page = answer.content.decode()
    error_id = re.search(r"<code>([0-9A-F]{8})</code>", page)
    assert answer.status_code == 500
    assert error_id
    assert f"Error {error_id[1]} at /failing/" in caplog.text
    assert "a detail for the log only" in caplog.text
    assert "a detail for the log only" not in page


def test_database_failure_has_an_error_page(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*args: object, **kwargs: object) -> None:
        raise OperationalError

    visitor.force_login(builders.manager())
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", down)

    answer = visitor.get("/sessions/in-progress/")

    assert answer.status_code == 500
    assert "include the error ID" in answer.content.decode()


def test_template_failure_has_an_error_page(dana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessions_app.pages.errors.TEMPLATE", "nowhere.html")

    answer = dana.get("/failing/")

    assert answer.status_code == 500
    assert re.search("<p>Error [0-9A-F]{8}</p>", answer.content.decode())


def test_forged_host_is_rejected(visitor: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["charging.example.com"]

    answer = visitor.get("/sessions/in-progress/", headers={"host": "evil.example.com"})

    assert answer.status_code == 400
    assert "This request is not valid" in answer.content.decode()
