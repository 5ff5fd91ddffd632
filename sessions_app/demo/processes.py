"""The demo's child processes: the collection of static files, the server, the worker and the stations.

Each child has its own process group. Ctrl-C reaches only the demo, which ends the stations before their
server.
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
WORKER_ENDS_WITHIN_S = 2
SPEED = 6.0
INTERVAL_S = 10.0

ChildProcess = subprocess.Popen[bytes]


def is_port_free(port: int) -> bool:
    """Return whether a server can listen on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


@contextmanager
def start_child(arguments: list[str], *, end_within_s: float, **env: str) -> Iterator[ChildProcess]:
    """Run Python with the arguments. At exit send SIGTERM, and SIGKILL after `end_within_s`."""
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
def collect_static() -> Iterator[None]:
    """Collect, hash and compress the static files while the caller works.

    Skip it if no file changed, because to compress the graph library takes ten seconds. DEBUG serves the
    original files.
    """
    if settings.DEBUG:
        yield
        return
    fingerprint_file = Path(settings.STATIC_ROOT) / ".collected"
    fingerprint = _fingerprint()
    if fingerprint_file.is_file() and fingerprint_file.read_text() == fingerprint:
        yield
        return
    arguments = ["manage.py", "collectstatic", "--no-input", "--clear", "--verbosity", "0"]
    with start_child(arguments, end_within_s=2) as process:
        yield
        if process.wait() != 0:
            raise ChildProcessError("Cannot collect the static files.")
        fingerprint_file.write_text(fingerprint)


def _fingerprint() -> str:
    """Return a digest of the names, sizes and times of all static files."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = Path(storage.path(name)).stat()
            digest.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@contextmanager
def start_server(port: int) -> Iterator[ChildProcess]:
    """Run uvicorn on the port; it listens when the context is entered."""
    application = ":".join(settings.ASGI_APPLICATION.rsplit(".", 1))
    arguments = ["-m", "uvicorn", application, "--ws", "websockets-sansio", "--host", HOST]
    arguments += ["--port", str(port), "--log-level", "warning", "--timeout-graceful-shutdown", "2"]
    with start_child(arguments, end_within_s=SERVER_ENDS_WITHIN_S) as process:
        deadline = monotonic() + LISTENS_WITHIN_S
        while not _is_listening(port):
            if process.poll() is not None or monotonic() > deadline:
                raise ChildProcessError("The server did not start.")
            sleep(0.05)
        yield process


def _is_listening(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def start_stations(
    identities: list[str], *, port: int, password: str, backlog: timedelta, seed: str
) -> Iterator[ChildProcess]:
    """Run the stations as OCPP clients."""
    arguments = ["manage.py", "simulate_stations", *identities, "--url", f"ws://{HOST}:{port}/ocpp"]
    arguments += ["--password", password, "--seed", seed, "--outages"]
    arguments += ["--speed", str(SPEED), "--interval", str(INTERVAL_S)]
    arguments += ["--backlog", str(backlog.total_seconds() / 60)]
    with start_child(arguments, end_within_s=STATIONS_LEAVE_WITHIN_S) as process:
        yield process


@contextmanager
def start_worker() -> Iterator[ChildProcess]:
    """Run the worker of background tasks. A file that it has not finished is written again at the next start."""
    with start_child(["manage.py", "work", "--worker-id", "demo"], end_within_s=WORKER_ENDS_WITHIN_S) as process:
        yield process


def wait_for_exit(*children: ChildProcess) -> bool:
    """Wait. Return True on Ctrl-C or another signal to end, False if a child exited first."""
    signals: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: signals.append(number))
    while not signals:
        if any(process.poll() is not None for process in children):
            return False
        sleep(0.2)
    return True
