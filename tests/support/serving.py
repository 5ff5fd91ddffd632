"""The real server, in its own process on the test database."""

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

ROOT = Path(__file__).resolve().parent.parent.parent
STARTS_WITHIN_S = 60.0


class ForgetContentTypes(MiddlewareMixin):
    """Clear the cached content types before each request: those of earlier tests are wrong."""

    def process_request(self, request: HttpRequest) -> None:
        from django.contrib.contenttypes.models import ContentType  # the apps are loaded by now

        ContentType.objects.clear_cache()


@dataclass(frozen=True)
class Server:
    """A running server: `url` for pages, `ws` for sockets, `log` for its output."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """End the process as Ctrl-C does, and wait for it."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url(database: dict[str, Any]) -> str:
    """Return the address of the test database, for the DATABASE_URL of another process."""
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{database['NAME']}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database['NAME']}"))


def start(database: dict[str, Any], log: Path, *options: str) -> Server:
    """Start uvicorn on a free port with further options, and return it once it listens."""
    port = free_port()
    command = ["uvicorn", "terrafuse.asgi:application", "--ws", "websockets-sansio", "--no-access-log"]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "--port", str(port), *options],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.e2e.settings",
            "DATABASE_URL": database_url(database),
            "TERRAFUSE_TEST_EXPORT_DIR": str(log.parent / "exports"),
        },
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
    )
    server = Server(port, process, log)
    deadline = monotonic() + STARTS_WITHIN_S
    while not _listens(port):
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            if monotonic() < deadline:
                continue
        server.stop()
        raise RuntimeError(f"The server did not start:\n{log.read_text()}")
    return server


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
