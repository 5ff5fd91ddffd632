"""Takes the screenshots of the README from its own demo: `make screenshots`.

Each scene is taken wide and narrow, light and dark, as WebP in this folder; arguments select scenes.
"""

import base64
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
LARGEST = 200_000
FLAGS = ("--no-sandbox", "--disable-gpu", "--hide-scrollbars")


@contextmanager
def demo() -> Iterator[str]:
    """Run a demo on a free port and an empty database, and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        running = subprocess.Popen(
            [sys.executable, "-u", "manage.py", "demo", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3"},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            for line in running.stdout or ():
                if "Ctrl-C" in line:
                    break
            if running.poll() is not None:
                raise SystemExit("The demo did not start.")
            yield f"http://127.0.0.1:{port}"
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(30)


def signed_in(browser: Browser, url: str, size: str, theme: str) -> Page:
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        device_scale_factor=2 if size == "narrow" else 1.5,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("[name=username]", "dana")
    page.fill("[name=password]", "terrafuse-demo")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/in-progress/**")
    return page


def take(page: Page, name: str) -> None:
    """Save the visible page as WebP, at the first quality that is small enough."""
    browser = page.context.new_cdp_session(page)
    for quality in (90, 80, 65, 50):
        shot = browser.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
        picture = base64.b64decode(shot["data"])
        if len(picture) < LARGEST:
            break
    (HERE / f"{name}.webp").write_bytes(picture)
    print(f"{name}.webp  {len(picture) / 1000:.0f} kB, quality {quality}")


def in_progress(page: Page) -> None:
    page.goto("/sessions/in-progress/")


def history(page: Page) -> None:
    page.goto("/sessions/history/")


def expanded(page: Page) -> None:
    page.goto("/sessions/history/?sort=-inactivity")
    page.locator("tr[data-session] [data-cell=station]").nth(1).click()
    page.locator("tr.expansion [data-graph][data-count]").wait_for()
    page.locator("tr.expansion").evaluate("(row) => row.scrollIntoView({ block: 'nearest' })")


def session(page: Page) -> None:
    page.goto("/sessions/in-progress/?sort=-consumption")
    page.locator("#live-state[data-state=live]").wait_for()
    _open(page, 1)


def playback(page: Page) -> None:
    page.goto("/sessions/history/?sort=-price")
    _open(page, 1)
    for _ in range(45):
        page.keyboard.press("ArrowRight")


def pricing(page: Page) -> None:
    page.goto("/sessions/history/?sort=-price")
    _open(page, 1)
    page.get_by_role("link", name="Pricing & Consumption").click()


def receipt(page: Page) -> None:
    page.goto("/sessions/history/?sort=-price")
    _open(page, 1)
    page.get_by_role("link", name="Receipt").click()
    page.locator(".receipt").wait_for()


def _open(page: Page, index: int) -> None:
    page.locator("tbody tr").nth(index).locator("a[hx-target='#session-dialog']").first.click()
    page.locator("#session-dialog [data-graph][data-count]").wait_for()


# The scenes and their themes; a receipt is for paper.
BOTH = ("light", "dark")
SCENES: dict[str, tuple[Callable[[Page], None], tuple[str, ...]]] = {
    "in_progress": (in_progress, BOTH),
    "history": (history, BOTH),
    "expanded": (expanded, BOTH),
    "session": (session, BOTH),
    "playback": (playback, BOTH),
    "pricing": (pricing, BOTH),
    "receipt": (receipt, ("light",)),
}


def take_all(page: Page, names: Iterable[str], size: str, theme: str) -> None:
    for name in names:
        scene, themes = SCENES[name]
        if theme not in themes:
            continue
        scene(page)
        page.wait_for_load_state("networkidle")  # the summary is fetched after the rows
        page.wait_for_timeout(1_500)  # until the graph's fonts and axes are final
        take(page, f"{name}_{size}_{theme}")


def main(names: Iterable[str]) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("There is no Chromium on this machine: apt-get install chromium")
    with demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for size in SIZES:
            for theme in ("light", "dark"):
                take_all(signed_in(browser, url, size, theme), names, size, theme)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:] or SCENES)
