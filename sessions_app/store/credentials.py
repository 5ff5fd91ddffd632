"""Store and compare a station's password as a digest, never in plain text."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_SALT = "sessions_app.store.credentials"


def password_digest(password: str) -> str:
    """Return the digest to store: 64 hex characters, keyed with the site's secret.

    A fast hash on purpose: the passwords of stations are random machine secrets that cannot be guessed,
    and a slow hash would be the bottleneck when 300 stations reconnect in one second after an outage.
    """
    return _digest(password, settings.SECRET_KEY)


def matches(digest: str, presented: bytes) -> bool:
    """Return whether the password has that digest, in constant time.

    Stations send the password as text or as its bytes in hex, and a password that was set in hex may
    arrive as raw bytes (OCPP security whitepaper, A00). An empty digest matches nothing.
    """
    if not digest:
        return False
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    results = [  # a list: any() over a generator would stop early, and the time would tell
        constant_time_compare(_digest(password, secret), digest)
        for password in _spellings(presented)
        for secret in secrets
    ]
    return any(results)


def _digest(password: str, secret: str | bytes) -> str:
    return salted_hmac(_SALT, password, secret=secret, algorithm="sha256").hexdigest()


def _spellings(presented: bytes) -> Iterator[str]:
    """Yield each password that the bytes may represent."""
    text = presented.decode("utf-8", "surrogateescape")
    yield from (text.encode("utf-8", "replace").decode(), presented.hex(), presented.hex().upper())
    try:
        decoded = bytes.fromhex(text)
    except ValueError:
        return
    yield from (decoded.decode("utf-8", "replace"), text.lower(), text.upper())
