"""How a station's password is kept and compared: as a digest, never as itself."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_SALT = "sessions_app.store.credentials"


def password_digest(password: str) -> str:
    """Return the digest to store: 64 hex characters, keyed with the site's secret.

    A quick hash on purpose: the passwords of stations are random machine secrets, not words that
    somebody could guess, and 300 stations reconnect in the same second after an outage: a hash that
    is slow by design would be the bottleneck.
    """
    return _digest(password, settings.SECRET_KEY)


def matches(digest: str, presented: bytes) -> bool:
    """Return whether a station presents the password of that digest; takes the same time either way.

    Stations send the password as text or as its bytes in hex, and a password that was set in hex may
    come as the bytes themselves (OCPP security whitepaper, A00). An empty digest matches nothing.
    """
    if not digest:
        return False
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    found = [
        constant_time_compare(_digest(password, secret), digest)
        for password in _readings(presented)
        for secret in secrets
    ]
    return any(found)


def _digest(password: str, secret: str | bytes) -> str:
    return salted_hmac(_SALT, password, secret=secret, algorithm="sha256").hexdigest()


def _readings(presented: bytes) -> Iterator[str]:
    """Yield each password that the bytes may stand for."""
    text = presented.decode("utf-8", "surrogateescape")
    yield from (text.encode("utf-8", "replace").decode(), presented.hex(), presented.hex().upper())
    try:
        as_bytes = bytes.fromhex(text)
    except ValueError:
        return
    yield from (as_bytes.decode("utf-8", "replace"), text.lower(), text.upper())
