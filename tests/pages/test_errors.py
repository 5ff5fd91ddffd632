"""Pages that stand where there is none."""

import re

import pytest
from django.db import OperationalError
from django.test import Client

from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.broken")]


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def dana(visitor: Client) -> Client:
    visitor.force_login(factories.manager("dana"))
    return visitor


def test_it_says_that_there_is_nothing_here(dana: Client) -> None:
    answer = dana.get("/nowhere/")

    assert answer.status_code == 404
    assert "Page not found" in answer.content.decode()
    assert "dana" in answer.content.decode()


def test_it_says_what_one_may_not_do(dana: Client) -> None:
    answer = dana.get("/forbidden/")

    assert answer.status_code == 403
    assert "Ask an operator" in answer.content.decode()


def test_it_says_that_a_form_was_stale() -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "dana", "password": "x"})

    assert answer.status_code == 403
    assert "page has expired" in answer.content.decode()


def test_it_gives_a_failure_an_id_that_stands_in_the_log(dana: Client, caplog) -> None:
    answer = dana.get("/failing/")

    page = answer.content.decode()
    error_id = re.search(r"<code>([0-9A-F]{8})</code>", page)
    assert answer.status_code == 500
    assert error_id
    assert f"Error {error_id[1]} at /failing/" in caplog.text
    assert "what only the log may say" in caplog.text
    assert "what only the log may say" not in page


def test_it_shows_the_failure_although_the_database_is_what_failed(visitor: Client, monkeypatch) -> None:
    def down(*args: object, **kwargs: object) -> None:
        raise OperationalError

    visitor.force_login(factories.manager())
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", down)

    answer = visitor.get("/sessions/in-progress/")

    assert answer.status_code == 500
    assert "include the error ID" in answer.content.decode()


def test_it_shows_the_failure_although_the_template_fails_as_well(dana: Client, monkeypatch) -> None:
    monkeypatch.setattr("sessions_app.pages.errors.TEMPLATE", "nowhere.html")

    answer = dana.get("/failing/")

    assert answer.status_code == 500
    assert re.search("<p>Error [0-9A-F]{8}</p>", answer.content.decode())


def test_it_refuses_a_forged_host_without_asking_who_it_is(visitor: Client, settings) -> None:
    settings.ALLOWED_HOSTS = ["charging.example.com"]

    answer = visitor.get("/sessions/in-progress/", headers={"host": "evil.example.com"})

    assert answer.status_code == 400
    assert "This request is not valid" in answer.content.decode()
