"""What the demo runs: the collected files, the server and the stations, each a process of its own.

Each child stands in a process group of its own: Ctrl-C reaches the demo alone, which then ends the
stations before the server that they speak to.
"""

import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

HOST = "127.0.0.1"
LISTENS_WITHIN_S = 30
STATIONS_LEAVE_WITHIN_S = 8
SERVER_ENDS_WITHIN_S = 6
SPEED = 6.0
INTERVAL_S = 10.0

Child = subprocess.Popen[bytes]


def is_free(port: int) -> bool:
    """Return whether a server can listen at the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


@contextmanager
def child(arguments: list[str], *, end_within_s: float, **env: str) -> Iterator[Child]:
    """Run Python with the arguments, and end it with a SIGTERM, at last with a SIGKILL."""
    process = subprocess.Popen(  # noqa: S603 - our own commands
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, "TERRAFUSE_LOG_LEVEL": "WARNING", **env},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(end_within_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def collected() -> Iterator[None]:
    """Collect, hash and compress the browser's files beside whatever the caller does meanwhile.

    Only where they have changed: to compress the graph library takes ten seconds. With DEBUG they
    are served as they lie.
    """
    if settings.DEBUG:
        yield
        return
    note = Path(settings.STATIC_ROOT) / ".collected"
    print_now = _fingerprint()
    if note.is_file() and note.read_text() == print_now:
        yield
        return
    arguments = ["manage.py", "collectstatic", "--no-input", "--clear", "--verbosity", "0"]
    with child(arguments, end_within_s=2) as collecting:
        yield
        if collecting.wait() != 0:
            raise ChildProcessError("The static files could not be collected.")
        note.write_text(print_now)


def _fingerprint() -> str:
    """Return a digest of names, sizes and times of all files that are to be collected."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = Path(storage.path(name)).stat()
            digest.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@contextmanager
def server(port: int) -> Iterator[Child]:
    """Run uvicorn at the port; it listens when this gives it."""
    application = ":".join(settings.ASGI_APPLICATION.rsplit(".", 1))
    arguments = ["-m", "uvicorn", application, "--ws", "websockets-sansio", "--host", HOST]
    arguments += ["--port", str(port), "--log-level", "warning", "--timeout-graceful-shutdown", "2"]
    with child(arguments, end_within_s=SERVER_ENDS_WITHIN_S) as running:
        deadline = monotonic() + LISTENS_WITHIN_S
        while not _listens(port):
            if running.poll() is not None or monotonic() > deadline:
                raise ChildProcessError("The server did not start.")
            sleep(0.05)
        yield running


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def stations(
    identities: list[str], *, port: int, password: str, backlog: timedelta, seed: str
) -> Iterator[Child]:
    """Run the stations as OCPP clients."""
    arguments = ["manage.py", "simulate_stations", *identities, "--url", f"ws://{HOST}:{port}/ocpp"]
    arguments += ["--password", password, "--seed", seed, "--outages"]
    arguments += ["--speed", str(SPEED), "--interval", str(INTERVAL_S)]
    arguments += ["--backlog", str(backlog.total_seconds() / 60)]
    with child(arguments, end_within_s=STATIONS_LEAVE_WITHIN_S) as running:
        yield running


def wait_for_the_end(*children: Child) -> bool:
    """Return True once somebody presses Ctrl-C or ends us, False once a child has ended by itself."""
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: told.append(number))
    while not told:
        if any(process.poll() is not None for process in children):
            return False
        sleep(0.2)
    return True
