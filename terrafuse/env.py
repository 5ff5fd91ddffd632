"""Settings from the environment: strict readers that stop the start with the name of what is wrong."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_urlsafe

from django.core.exceptions import ImproperlyConfigured


@contextmanager
def told_plainly() -> Iterator[None]:
    """End the program with what is wrong, in one line, where its settings cannot be used."""
    try:
        yield
    except ImproperlyConfigured as error:
        sys.exit(str(error))


def text(name: str, default: str | None = None) -> str:
    """Return the variable's text; without a default the variable must be there."""
    value = os.environ.get(name, default)
    if value is None or value == "":
        if default is not None:
            return default
        raise ImproperlyConfigured(f"{name} is not set.")
    return value


def secret(name: str, kept_in: Path) -> str:
    """Return the variable's text, else what `manage.py demo` has kept in the file; one must be there."""
    if name not in os.environ and kept_in.is_file():
        return kept_in.read_text().strip()
    return text(name)


def keep_secret(kept_in: Path) -> None:
    """Make up a secret and keep it in the file, for its owner alone, unless there is one."""
    kept_in.parent.mkdir(exist_ok=True)
    with suppress(FileExistsError):
        kept_in.touch(mode=0o600, exist_ok=False)
        kept_in.write_text(token_urlsafe(48))


def flag(name: str, *, default: bool) -> bool:
    """Return True for "True" and False for "False"; anything else stops the start."""
    value = text(name, str(default))
    if value not in {"True", "False"}:
        raise ImproperlyConfigured(f"{name} must be True or False, not {value!r}.")
    return value == "True"


def number(name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
    """Return a whole number from low to high, both included."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated words of the variable, without blanks."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def choice(name: str, default: str, *, of: Sequence[str]) -> str:
    """Return one of those words, and no other."""
    value = text(name, default)
    if value not in of:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(of)}, not {value!r}.")
    return value


def address(name: str, *, schemes: Sequence[str]) -> str:
    """Return an address of one of those schemes, or nothing where the variable is not set.

    The message leaves the address out: it may hold a password.
    """
    value = text(name, "")
    if value and not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ImproperlyConfigured(f"{name} must begin with {' or '.join(f'{each}://' for each in schemes)}.")
    return value
