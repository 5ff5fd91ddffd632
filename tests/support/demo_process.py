"""A demo as a newcomer starts it: in a copy of the checkout, with nothing in the environment."""

import http.cookiejar
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from time import monotonic, sleep

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("manage.py", "terrafuse", "sessions_app", "templates", "static")


def copy_checkout(to: Path) -> Path:
    """Copy what the demo needs, so that it meets a checkout in which none has run."""
    for part in PARTS:
        source, target = ROOT / part, to / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return to


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """A demo that runs: what it prints, and the processes below it."""

    def __init__(self, checkout: Path, port: int, *, stations: int = 3) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TERRAFUSE_")}
        for name in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"):
            kept.pop(name, None)
        self.port, self.log = port, checkout / "log.txt"
        command = [sys.executable, "manage.py", "demo", "--port", str(port), "--stations", str(stations)]
        self.process = subprocess.Popen(
            [*command, "--days", "2"],
            cwd=checkout,
            env=kept | {"TERRAFUSE_DEBUG": "True", "PYTHONUNBUFFERED": "1"},  # files as they lie
            stdout=self.log.open("wb"),
            stderr=subprocess.STDOUT,
        )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def until_it_says(self, words: str) -> str:
        deadline = monotonic() + 180  # it fails at once where the demo has ended
        while words not in self.said:
            assert self.process.poll() is None, self.said
            assert monotonic() < deadline, self.said
            sleep(0.05)
        return self.said

    def children(self) -> list[int]:
        pid = self.process.pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def manager(self) -> tuple[str, str]:
        """The manager's name and password, as they are printed."""
        printed = re.search(r"manager +(\S+) / (\S+)", self.said)
        assert printed, self.said
        return printed[1], printed[2]

    def page(self, path: str) -> str:
        """Return a page, as a browser that has signed in as the manager sees it."""
        jar = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        browser.open(f"{self.url}/sign-in/").read()
        token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
        name, password = self.manager
        form = {"username": name, "password": password, "csrfmiddlewaretoken": token}
        browser.open(f"{self.url}/sign-in/", urllib.parse.urlencode(form).encode()).read()
        return str(browser.open(self.url + path).read().decode())

    def end(self) -> int:
        """Press Ctrl-C, unless it has ended, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)
