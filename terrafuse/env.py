"""Read settings from the environment; an invalid value stops the start and the error names the variable."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_urlsafe

from django.core.exceptions import ImproperlyConfigured


@contextmanager
def told_plainly() -> Iterator[None]:
    """Exit with a one-line message if the settings are invalid."""
    try:
        yield
    except ImproperlyConfigured as error:
        sys.exit(str(error))


def text(name: str, default: str | None = None) -> str:
    """Return the variable's text; without a default it must be set."""
    value = os.environ.get(name, default)
    if value is None or value == "":
        if default is not None:
            return default
        raise ImproperlyConfigured(f"{name} is not set.")
    return value


def secret(name: str, path: Path) -> str:
    """Return the variable's text, else the content of the file, which `manage.py demo` writes."""
    if name not in os.environ and path.is_file():
        return path.read_text().strip()
    return text(name)


def keep_secret(path: Path) -> None:
    """Write a random secret to the file, readable by its owner only, unless the file exists."""
    path.parent.mkdir(exist_ok=True)
    with suppress(FileExistsError):
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(token_urlsafe(48))


def flag(name: str, *, default: bool) -> bool:
    """Return True for "True" and False for "False"; anything else stops the start."""
    value = text(name, str(default))
    if value not in {"True", "False"}:
        raise ImproperlyConfigured(f"{name} must be True or False, not {value!r}.")
    return value == "True"


def number(name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
    """Return a whole number from low to high, inclusive."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated words of the variable."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def choice(name: str, default: str, *, of: Sequence[str]) -> str:
    """Return the variable's text, which must be one of these words."""
    value = text(name, default)
    if value not in of:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(of)}, not {value!r}.")
    return value


def url(name: str, *, schemes: Sequence[str]) -> str:
    """Return a URL with one of those schemes, or "" if the variable is not set.

    The error does not show the URL: it may contain a password.
    """
    value = text(name, "")
    if value and not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ImproperlyConfigured(f"{name} must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}.")
    return value
