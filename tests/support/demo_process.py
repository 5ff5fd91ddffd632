"""A demo as a newcomer starts it: in a copy of the checkout, with an empty environment."""

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
    """Copy the files that the demo needs, without the data of earlier runs."""
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
    """A running demo, its output, and its child processes."""

    def __init__(self, checkout: Path, port: int, *, stations: int = 3) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TERRAFUSE_")}
        for name in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"):
            environment.pop(name, None)
        self.port, self.log = port, checkout / "log.txt"
        command = [sys.executable, "manage.py", "demo", "--port", str(port), "--stations", str(stations)]
        self.process = subprocess.Popen(
            [*command, "--days", "2"],
            cwd=checkout,
            env=environment | {"TERRAFUSE_DEBUG": "True", "PYTHONUNBUFFERED": "1"},  # serves unbuilt files
            stdout=self.log.open("wb"),
            stderr=subprocess.STDOUT,
        )

    @property
    def output(self) -> str:
        return self.log.read_text()

    def until_it_says(self, words: str) -> str:
        deadline = monotonic() + 180  # fails at once if the demo has ended
        while words not in self.output:
            assert self.process.poll() is None, self.output
            assert monotonic() < deadline, self.output
            sleep(0.05)
        return self.output

    def children(self) -> list[int]:
        pid = self.process.pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def manager(self) -> tuple[str, str]:
        """The printed name and password of the manager."""
        printed = re.search(r"manager +(\S+) / (\S+)", self.output)
        assert printed, self.output
        return printed[1], printed[2]

    def page(self, path: str) -> str:
        """Sign in as the manager, and return a page."""
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
