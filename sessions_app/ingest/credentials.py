"""The identity and password of a station's socket: its address and Basic Auth (OCPP-J 1.6 §6.2)."""

import base64
import binascii
from typing import Any
from urllib.parse import unquote

STATION_PATH_PREFIX = b"/ocpp/"


def identity(scope: dict[str, Any]) -> str:
    """Return the station's identity: the rest of the address after /ocpp/, percent-decoded once.

    Read `raw_path`: in `path` a %2F is already decoded to a slash. Some stations write + for a space,
    as forms do: decode it only if the user of Basic Auth confirms it.
    """
    raw = scope.get("raw_path") or scope["path"].encode()
    _, _, rest = raw.partition(STATION_PATH_PREFIX)
    text = rest.split(b"?", 1)[0].decode("latin-1")
    name, form_name = (unquote(encoded).strip("/") for encoded in (text, text.replace("+", " ")))
    users, _ = _basic_auth(scope)
    return form_name if form_name in users and name not in users else name


def password(scope: dict[str, Any], of: str) -> bytes | None:
    """Return the password of Basic Auth; None unless its user is the identity `of`."""
    users, secret = _basic_auth(scope)
    return secret if of in users else None


def _basic_auth(scope: dict[str, Any]) -> tuple[set[str], bytes]:
    """Return the possible spellings of the user, plain or percent-decoded, and the password.

    RFC 7617 leaves the charset open: try UTF-8 and Latin-1.
    """
    header = dict(scope["headers"]).get(b"authorization", b"")
    scheme, _, token = header.partition(b" ")
    if scheme.lower() != b"basic":
        return set(), b""
    try:
        user, colon, secret = base64.b64decode(token.strip(), validate=True).partition(b":")
    except binascii.Error:
        return set(), b""
    users = {user.decode("utf-8", "replace"), user.decode("latin-1")} if colon else set()
    return users | {unquote(name) for name in users}, secret
