"""Who a socket says it is: the identity in its address, and Basic Auth (OCPP-J 1.6 §6.2)."""

import base64
import binascii
from typing import Any
from urllib.parse import unquote

PREFIX = b"/ocpp/"


def identity(scope: dict[str, Any]) -> str:
    """Return the station's identity: the rest of the address after /ocpp/, percent-decoded once.

    It comes from `raw_path`: `path` is decoded already, and a %2F in it is a slash like any other.
    Some write + for a space there, as forms do: the user of Basic Auth tells.
    """
    raw = scope.get("raw_path") or scope["path"].encode()
    _, _, rest = raw.partition(PREFIX)
    text = rest.split(b"?", 1)[0].decode("latin-1")
    name, spaced = (unquote(each).strip("/") for each in (text, text.replace("+", " ")))
    users, _ = _basic(scope)
    return spaced if spaced in users and name not in users else name


def password(scope: dict[str, Any], of: str) -> bytes | None:
    """Return the password of Basic Auth, where the user is that identity."""
    users, secret = _basic(scope)
    return secret if of in users else None


def _basic(scope: dict[str, Any]) -> tuple[set[str], bytes]:
    """Return what the user of Basic Auth may be called, plain or percent-encoded, and the password.

    Its bytes are UTF-8 or Latin-1: RFC 7617 leaves that open.
    """
    header = dict(scope["headers"]).get(b"authorization", b"")
    scheme, _, token = header.partition(b" ")
    if scheme.lower() != b"basic":
        return set(), b""
    try:
        user, colon, secret = base64.b64decode(token.strip(), validate=True).partition(b":")
    except binascii.Error:
        return set(), b""
    plain = {user.decode("utf-8", "replace"), user.decode("latin-1")} if colon else set()
    return plain | {unquote(name) for name in plain}, secret
