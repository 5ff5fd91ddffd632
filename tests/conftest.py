"""Fixtures of all tests: the real server, the browser, the order of browser tests, the test database."""

import os
import shutil
from collections.abc import Generator, Iterator
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from hypothesis import HealthCheck, Phase, settings
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker

from tests.support import serving, workers
from tests.support.serving import Server

# The duration of an example depends on the machine, not on the code.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# A mutant is killed by any failure, found the same way each time: the smallest example is of no interest.
settings.register_profile(
    "mutants",
    settings.get_profile("steady"),
    max_examples=30,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile("steady")

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Without it the address bar opens two more pages in each window, which take a fifth of the tests' time.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
)
BROWSER_FIXTURES = {"browser", "page", "open_page", "signed_in"}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Mark the browser tests and run them last, after the order of pytest-django.

    Playwright keeps an event loop running in the main thread while its browser is open:
    a coroutine test cannot run after that.
    """
    for item in items:
        if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
    yield
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give the system's Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        advice = "no Chromium on this machine: apt-get install chromium"
        if os.environ.get("TERRAFUSE_REQUIRE_BROWSER") == "1":
            pytest.fail(advice)
        pytest.skip(advice)
    # Playwright's event loop runs in this thread, and Django takes that for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield launched
        launched.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@receiver(connection_created)
def let_server_detect_deadlocks(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Let the server, not the test, lose a deadlock with the emptying of the tables.

    The server may still read announced sessions when the next test ends, up to a second later. It can
    skip or retry the query; the test cannot. Only a superuser may set this option.
    """
    if connection.vendor == "postgresql":
        statement = "SELECT set_config('deadlock_timeout', '10s', false)"
        connection.connection.execute(f"{statement} WHERE current_setting('is_superuser') = 'on'")


IDLE_WITHIN_S = 5.0


@pytest.fixture(autouse=True)
def idle_server(request: pytest.FixtureRequest) -> Iterator[None]:
    """Wait until the server has handled the closed sockets of a test before the tables are emptied.

    It stores their disconnections: emptying the tables at that moment deadlocks.
    """
    if "server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("_django_db_helper")  # it empties the tables after this fixture ends
    yield
    deadline = monotonic() + IDLE_WITHIN_S
    while not _is_idle() and monotonic() < deadline:
        sleep(0.01)


def _is_idle() -> bool:
    from sessions_app.models import ChargingStation  # imported late: the apps must be loaded

    if ChargingStation.objects.exclude(connection_id="").exclude(connected_at=None).exists():
        return False
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return bool(cursor.fetchone() == (0,))


@pytest.fixture(scope="session")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give the running server; its tests need `transactional_db`, since it sees commits only."""
    running = serving.start(connection.settings_dict, tmp_path_factory.mktemp("server") / "log.txt")
    yield running
    running.stop()


@pytest.fixture
def worker(server: Server, transactional_db: None) -> Iterator[None]:
    """Run a worker of background tasks beside the server; it ends before the tables are emptied."""
    process = workers.start(connection.settings_dict, server.log.parent, worker_id="test")
    yield
    workers.stop(process)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Close all connections to the test database at the end: threads may still have their own."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
