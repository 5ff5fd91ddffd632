"""Set-up of a benchmark: its own database, a server on a free port, the cookie of a signed-in browser.

A benchmark is a script in this folder; it imports from `stand` first, which puts the checkout on the
path. Connections go to 127.0.0.1 only.
"""

import http.cookiejar
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
SERVER = "postgres://postgres@127.0.0.1:5432/postgres"
SIGNS_IN = {"operator": "olga", "manager": "dana", "viewer": "victor"}
PASSWORD = "secret-of-the-benchmarks"

if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


def database_url(name: str) -> str:
    """Return the address of a database of that name on DATABASE_URL's server (default: the local one)."""
    server = urllib.parse.urlsplit(os.environ.get("DATABASE_URL") or SERVER)
    if not server.scheme.startswith("postgres"):
        server = urllib.parse.urlsplit(SERVER)
    return urllib.parse.urlunsplit(server._replace(path=f"/{name}"))


def drop_database(name: str) -> None:
    with psycopg.connect(database_url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def create_database(name: str) -> str:
    """Create an empty database, replacing one of that name, and return its address."""
    drop_database(name)
    with psycopg.connect(database_url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return database_url(name)


def use_database(name: str) -> None:
    """Connect Django to the database; once in a process, before any model is imported."""
    import django

    os.environ["DATABASE_URL"] = database_url(name)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "terrafuse.settings")
    os.environ.setdefault("TERRAFUSE_SECRET_KEY", "a secret of the benchmarks, at least fifty characters long")
    django.setup()


def migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(env: Mapping[str, str] | None = None, *, log: Path | None = None) -> Iterator[str]:
    """Run the ASGI application on a free port and yield its address; `env` adds to this environment.

    Its output goes to `log`, or is discarded.
    """
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "terrafuse.asgi:application"]
    command += ["--ws", "websockets-sansio", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--log-level", "warning"]
    output: Path = log or Path(os.devnull)
    with output.open("w") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | dict(env or {}), stdout=out, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_it_listens(process, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, *, patience_s: float = 30) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"The server ended with {process.returncode}: pass `log` to see why.")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"The server does not listen after {patience_s:g} s.")


def sign_in(url: str, who: str = "operator") -> str:
    """Sign in at the server as an operator, manager or viewer, and return the Cookie header."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    browser.open(f"{url}/sign-in/").read()
    token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
    form = {"username": SIGNS_IN[who], "password": PASSWORD, "csrfmiddlewaretoken": token}
    try:
        browser.open(f"{url}/sign-in/", urllib.parse.urlencode(form).encode()).read()
    except urllib.error.HTTPError as error:  # the next page may fail; only the cookie is needed
        error.close()
    cookies = {cookie.name: cookie.value for cookie in jar}
    if "sessionid" not in cookies:
        raise SystemExit(f"{SIGNS_IN[who]} cannot sign in at {url}.")
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
