"""The real server and a real browser, for every test that needs them.

`server` runs on the test database and shows the objects that a test creates. Live messages cross
the two processes only with REDIS_URL; drive the server over its sockets, as stations and browsers do.

    def test_it_shows_a_running_session(signed_in, axe):
        builders.session(lasted=None)
        page = signed_in(builders.operator(), dark=True, width=390)
        page.goto("/sessions/in-progress/")
        axe(page)

A console error (also of the content security policy) fails the test at its end. A test that provokes
an error calls `complaints.expect`.
"""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from sessions_app.models import Manager
from tests.support.browser_client import sign_in
from tests.support.serving import Server

AxeCheck = Callable[[Page], None]
PATIENCE_MS = 15_000  # a busy machine is slow; a real failure still fails after it
expect.set_options(timeout=PATIENCE_MS)


class OpenPage(Protocol):
    """Open a page in a new browser profile; further options are Playwright's own."""

    def __call__(
        self, *, width: int = 1440, height: int = 900, dark: bool = False, javascript: bool = True, **options: Any
    ) -> Page: ...


class SignIn(Protocol):
    """Open a page, with the options of `OpenPage`, in which the manager is signed in."""

    def __call__(self, manager: Manager, **options: Any) -> Page: ...


def _complaint(message: ConsoleMessage) -> list[str]:
    """Return the error with its address; ignore the browser's own request for /favicon.ico."""
    if message.type != "error" or message.location["url"].endswith("/favicon.ico"):
        return []
    return [f"{message.text} ({message.location['url']})"]


class Complaints(list[str]):
    """Errors of the browser consoles in a test."""

    def __init__(self) -> None:
        super().__init__()
        self._expected: tuple[str, ...] = ()

    def expect(self, *words: str) -> None:
        """Ignore errors with one of these texts until the end of the test."""
        self._expected += words

    @property
    def unexpected(self) -> list[str]:
        """Errors that the test does not expect."""
        return [error for error in self if not any(words in error for words in self._expected)]


@pytest.fixture
def complaints() -> Complaints:
    """Give the console errors; at the end of the test there may be expected ones only."""
    return Complaints()


@pytest.fixture
def open_page(browser: Browser, server: Server, transactional_db: None, complaints: Complaints) -> Iterator[OpenPage]:
    """Give a function that opens a page without a sign-in, each in its own browser profile.

    The browser's time zone is that of no site: a time formatted in browser time fails its test.
    """
    contexts = []

    def open_page(
        *, width: int = 1440, height: int = 900, dark: bool = False, javascript: bool = True, **options: Any
    ) -> Page:
        context = browser.new_context(
            base_url=server.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            timezone_id="America/New_York",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", lambda message: complaints.extend(_complaint(message)))
        context.on("weberror", lambda failed: complaints.append(f"uncaught: {failed.error}"))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints.unexpected


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """Give a page without a sign-in."""
    return open_page()


@pytest.fixture
def signed_in(open_page: OpenPage, server: Server) -> SignIn:
    """Give a function that opens a page with the manager signed in, without the form."""

    def signed_in(manager: Manager, **options: Any) -> Page:
        cookie = sign_in(manager).cookies["sessionid"]
        page = open_page(**options)
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server.url}])
        return page

    return signed_in


@pytest.fixture
def axe() -> AxeCheck:
    """Give a function that asserts that the page has no serious or critical accessibility violation."""

    def axe(page: Page) -> None:
        violations = Axe().run(page).response["violations"]
        bad = [violation for violation in violations if violation["impact"] in {"serious", "critical"}]
        assert not bad, "\n".join(
            f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
            + "\n".join(f"    {node['html'][:200]}" for node in violation["nodes"][:5])
            for violation in bad
        )

    return axe
