"""The real server and a real browser, for every test that needs them.

`server` runs on the database of the tests: what a test puts in, its pages show. Live messages cross
the two processes only with REDIS_URL; drive the server over its sockets, as stations and browsers do.

    def test_it_shows_a_running_session(signed_in, axe):
        builders.session(lasted=None)
        page = signed_in(builders.operator(), dark=True, width=390)
        page.goto("/sessions/in-progress/")
        axe(page)

What the console complains of (errors, refused by the content security policy) fails the test at its
end; a test that wants an error clears it from `complaints`.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from sessions_app.models import Manager
from tests.support.browser_client import sign_in
from tests.support.serving import Server

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # What would drop down from the address bar: two pages more in each window, a fifth of the tests' time.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
)
OpenPage = Callable[..., Page]
PATIENCE_MS = 15_000  # a busy machine: what is to come comes later, and what is lost is lost then, too
expect.set_options(timeout=PATIENCE_MS)


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


def _complaint(said: ConsoleMessage) -> list[str]:
    """Return the error with its address; a browser asks for /favicon.ico unasked."""
    if said.type != "error" or said.location["url"].endswith("/favicon.ico"):
        return []
    return [f"{said.text} ({said.location['url']})"]


class Complaints(list[str]):
    """What the browser's consoles complain of in a test."""

    def __init__(self) -> None:
        super().__init__()
        self._expected: tuple[str, ...] = ()

    def expect(self, *words: str) -> None:
        """Take what has such words for wanted, whenever it comes: the page goes on to the test's very end."""
        self._expected += words

    @property
    def unexpected(self) -> list[str]:
        """What no test has wanted."""
        return [said for said in self if not any(words in said for words in self._expected)]


@pytest.fixture
def complaints() -> Complaints:
    """Give what the browsers' consoles complain of: at the end of the test only what it expects."""
    return Complaints()


@pytest.fixture
def open_page(browser: Browser, server: Server, transactional_db: None, complaints: Complaints) -> Iterator[OpenPage]:
    """Give a function that opens a page of nobody in particular; each is a browser profile of its own.

    The browser's zone is nobody's site: a time that the browser words itself comes out wrong.
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
        context.on("console", lambda said: complaints.extend(_complaint(said)))
        context.on("weberror", lambda failed: complaints.append(f"uncaught: {failed.error}"))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints.unexpected


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """Give a page in which nobody has signed in."""
    return open_page()


@pytest.fixture
def signed_in(open_page: OpenPage, server: Server) -> Callable[..., Page]:
    """Give a function that opens a page in which the manager has signed in, without the form."""

    def signed_in(manager: Manager, **options: Any) -> Page:
        cookie = sign_in(manager).cookies["sessionid"]
        page = open_page(**options)
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server.url}])
        return page

    return signed_in


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Give a function that asserts that the page has no serious or critical accessibility violation."""

    def axe(page: Page) -> None:
        violations = Axe().run(page).response["violations"]
        bad = [violation for violation in violations if violation["impact"] in {"serious", "critical"}]
        assert not bad, "\n".join(
            f"{found['id']} ({found['impact']}): {found['help']}\n"
            + "\n".join(f"    {node['html'][:200]}" for node in found["nodes"][:5])
            for found in bad
        )

    return axe
