"""The identity of a station in its URL and in the user name of Basic Auth."""

import base64
from typing import Any
from urllib.parse import quote

import pytest

from sessions_app.ingest import credentials

NAME = "Sta tion/ü"
ENCODED = quote(NAME, safe="")


def scope(path: str, user: str | bytes | None = None) -> dict[str, Any]:
    headers = []
    if user is not None:
        token = base64.b64encode((user.encode() if isinstance(user, str) else user) + b":p:w")
        headers.append((b"authorization", b"Basic " + token))
    return {"raw_path": f"/ocpp/{path}".encode(), "path": "", "headers": headers}


@pytest.mark.parametrize("user", [NAME, ENCODED, NAME.encode("latin-1"), ENCODED.replace("%2F", "%2f")])
@pytest.mark.parametrize("path", [ENCODED, quote(NAME), ENCODED.replace("%20", "+"), f"{ENCODED}?x=1"])
def test_user_matches_the_identity_in_any_encoding(path: str, user: str | bytes) -> None:
    attempt = scope(path, user)

    assert credentials.identity(attempt) == NAME
    assert credentials.password(attempt, NAME) == b"p:w"


def test_plus_stays_a_plus_by_default() -> None:
    assert credentials.identity(scope("A+B", "A+B")) == "A+B"
    assert credentials.identity(scope("A+B", "A B")) == "A B"
    assert credentials.identity(scope("A+B")) == "A+B"


@pytest.mark.parametrize("user", ["other", "", "STA TION/Ü"])
def test_other_user_name_gives_no_password(user: str) -> None:
    assert credentials.password(scope(ENCODED, user), NAME) is None


@pytest.mark.parametrize("header", [b"", b"Basic", b"Basic %%%", b"Basic " + base64.b64encode(b"ST"), b"Bearer x"])
def test_malformed_basic_auth_gives_no_password(header: bytes) -> None:
    attempt = scope("ST") | {"headers": [(b"authorization", header)]}

    assert credentials.password(attempt, "ST") is None
