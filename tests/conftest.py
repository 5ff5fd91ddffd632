"""What holds for every test: the real server, which tests drive a browser, and when they run."""

from collections.abc import Generator, Iterator
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

from tests.support import serving
from tests.support.serving import Server

# How long an example takes says something of the machine, not of the code.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

BROWSER_FIXTURES = {"browser", "page", "open_page", "signed_in"}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Mark the tests that drive a browser, and run them last, after pytest-django has put in its order.

    Playwright keeps an event loop running in the main thread for as long as its browser lives:
    a test that is a coroutine cannot run after that.
    """
    for item in items:
        if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
    yield
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@receiver(connection_created)
def let_the_server_give_way(connection: BaseDatabaseWrapper, **sent: Any) -> None:
    """Have the server find out first that it and the emptying of the tables wait for each other.

    What it announces is held back for up to a second, and may be read when the next test is at its end. It
    does without, or tries again; the test could do neither. Only a superuser may say so.
    """
    if connection.vendor == "postgresql":
        patience = "SELECT set_config('deadlock_timeout', '10s', false)"
        connection.connection.execute(f"{patience} WHERE current_setting('is_superuser') = 'on'")


RESTS_WITHIN_S = 5.0


@pytest.fixture(autouse=True)
def server_at_rest(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the server finish what a test's sockets left it before the tables are emptied.

    It records that they have closed: with that in flight, emptying the tables deadlocks.
    """
    if "server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("_django_db_helper")  # whose end empties the tables: ours comes before
    yield
    deadline = monotonic() + RESTS_WITHIN_S
    while not _rests() and monotonic() < deadline:
        sleep(0.01)


def _rests() -> bool:
    from sessions_app.models import ChargingStation  # the apps are loaded by now

    if ChargingStation.objects.exclude(connection_id="").exclude(connected_at=None).exists():
        return False
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return cursor.fetchone() == (0,)


@pytest.fixture(scope="session")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give the running server; tests that use it take `transactional_db`, since it sees commits only."""
    running = serving.start(connection.settings_dict, tmp_path_factory.mktemp("server") / "log.txt")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let go of the test database at the end: threads that keep a connection of their own hold it."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
