"""Invalid settings stop every start with the setting's name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from terrafuse import env

ROOT = Path(__file__).resolve().parent.parent
BAD = [
    {"TERRAFUSE_SECRET_KEY": ""},
    {"TERRAFUSE_DEBUG": "yes"},
    {"TERRAFUSE_HTTPS": "1"},
    {"TERRAFUSE_HASHED_STATIC": "true"},
    {"TERRAFUSE_LOG_LEVEL": "LOUD"},
    {"DATABASE_URL": "mysql://root:hidden@localhost/terrafuse"},
    {"DATABASE_URL": "postgres://root:hidden@localhost:port/terrafuse"},
    {"DATABASE_URL": "postgres://root:hidden@localhost"},
    {"DATABASE_URL": "sqlite://"},
    {"REDIS_URL": "localhost:6379"},
]


def start(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TERRAFUSE_")}
    for name in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"):
        clean.pop(name, None)
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**clean, "TERRAFUSE_SECRET_KEY": "a secret for this test", **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: "=".join(*bad.items()))
def test_bad_setting_stops_the_start_with_its_name(bad: dict[str, str]) -> None:
    result = start("-c", "import terrafuse.settings", **bad)

    assert result.returncode != 0
    assert (
        result.stderr.strip()
        .splitlines()[-1]
        .startswith(f"django.core.exceptions.ImproperlyConfigured: {next(iter(bad))} ")
    )


def test_static_files_have_hashed_names_by_default() -> None:
    code = "import sys; sys.argv[1:] = ['collectstatic']; from terrafuse.settings import STORAGES; "

    result = start("-c", code + "print(STORAGES['staticfiles']['BACKEND'])")

    assert result.stdout == "terrafuse.assets.HashedManifestStorage\n"


def test_password_of_bad_database_url_is_not_shown() -> None:
    for bad in (bad for bad in BAD if "hidden" in str(bad)):
        assert "hidden" not in start("-c", "import terrafuse.settings", **bad).stderr


@pytest.mark.parametrize(
    "command", [("manage.py", "check"), ("-m", "uvicorn", "terrafuse.asgi:application", "--port", "0")]
)
def test_bad_setting_is_reported_in_one_line(command: tuple[str, ...]) -> None:
    result = start(*command, TERRAFUSE_DEBUG="on")

    assert result.returncode == 1
    assert result.stderr == "TERRAFUSE_DEBUG must be True or False, not 'on'.\n"


def test_secret_key_alone_is_enough() -> None:
    assert start("manage.py", "check").returncode == 0


def test_former_secret_keys_are_fallbacks() -> None:
    code = "from terrafuse.settings import SECRET_KEY_FALLBACKS; print(SECRET_KEY_FALLBACKS)"

    result = start("-c", code, TERRAFUSE_SECRET_KEY_FALLBACKS="last year's, and the first")

    assert result.stdout == """["last year's", 'and the first']\n"""


def test_test_workers_have_separate_channel_prefixes() -> None:
    code = "from tests.settings import CHANNEL_LAYERS; print(CHANNEL_LAYERS['default']['CONFIG']['prefix'])"
    run = {"REDIS_URL": "redis://localhost", "TERRAFUSE_LAYER_PREFIX": "a-run"}

    prefixes = [start("-c", code, **run, PYTEST_XDIST_WORKER=worker).stdout for worker in ("gw0", "gw1")]

    assert prefixes == ["a-rungw0\n", "a-rungw1\n"]


def test_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERRAFUSE_TEST", "")

    assert env.flag("TERRAFUSE_TEST", default=True)
    assert env.number("TERRAFUSE_TEST", 5) == 5
    assert env.words("TERRAFUSE_TEST", "a, b") == ["a", "b"]


@pytest.mark.parametrize("value", ["-1", "11", "1.5", "ten", "1e1", "٣"])
def test_invalid_number_is_rejected(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TERRAFUSE_TEST", value)

    with pytest.raises(ImproperlyConfigured, match="TERRAFUSE_TEST must be a whole number from 0 to 10"):
        env.number("TERRAFUSE_TEST", 5, high=10)
