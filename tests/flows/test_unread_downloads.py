"""Downloads that are not read, over real sockets: they stop neither queries nor other managers."""

import socket
from time import monotonic, sleep

import pytest
from django.db import connection

from sessions_app.exports.spec import DIRECT_ROWS
from sessions_app.models import Manager
from tests.support import builders
from tests.support.browser_client import session_cookie
from tests.support.serving import Server

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = DIRECT_ROWS + 3_000
LONG_TEXT = "T" * 255  # the file must not fit into the 4 MB that Linux buffers for a socket


@pytest.fixture
def managers(server: Server) -> list[Manager]:
    """Create five managers of a site with many sessions."""
    site = builders.site()
    builders.many_sessions(ROWS, on=builders.station(at=site), id_tag_value=LONG_TEXT, ended_by=LONG_TEXT[:200])
    return builders.many_managers(5, of=[site])


def _request(server: Server, manager: Manager) -> socket.socket:
    """Ask for the CSV of all sessions, with a small buffer for the answer."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.settimeout(60)
    client.connect(("127.0.0.1", server.port))
    lines = (
        "GET /sessions/history/export.csv?columns=all HTTP/1.1",
        "Host: localhost",
        f"Cookie: {session_cookie(manager)}",
        "Connection: close",
    )
    client.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return client


def _read_all(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65_536), b""))


@pytest.mark.parametrize("by", [[0, 1, 2, 3], [0, 0, 0, 0]], ids=["four managers", "one manager"])
def test_four_unread_downloads_do_not_stop_a_fifth(server: Server, managers: list[Manager], by: list[int]) -> None:
    unread = [_request(server, managers[number]) for number in by]
    for client in unread:
        assert client.recv(12) == b"HTTP/1.1 200"  # the header leaves at once

    fifth = _request(server, managers[4])
    content = _read_all(fifth)

    assert content.count(b"\r\n") > ROWS
    assert content.endswith(b"0\r\n\r\n")  # complete
    _wait_for_no_transaction()
    for client in (*unread, fifth):
        client.close()


def _wait_for_no_transaction() -> None:
    """Wait until no query of an unread download is open; only PostgreSQL tells."""
    deadline = monotonic() + 60
    while connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            )
            if cursor.fetchone() == (0,):
                return
        assert monotonic() < deadline
        sleep(0.05)
