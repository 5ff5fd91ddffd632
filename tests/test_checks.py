"""System checks report deployment mistakes by id."""

from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

REDIS = {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}}
MANIFEST = {"staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"}}


def messages(*, deploy: bool = False) -> set[str]:
    ids = {message.id for message in run_checks(include_deployment_checks=deploy)}
    return {each for each in ids if each and each.startswith("terrafuse.")}


def test_debug_on_a_public_host_is_an_error(settings: Settings) -> None:
    settings.DEBUG = True

    settings.ALLOWED_HOSTS = ["localhost", "charging.example.com"]
    assert messages() == {"terrafuse.E001"}
    settings.ALLOWED_HOSTS = ["*"]
    assert messages() == {"terrafuse.E001"}
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    assert not messages()


def test_missing_collected_files_are_an_error(settings: Settings, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | MANIFEST
    settings.STATIC_ROOT = tmp_path

    assert messages() == {"terrafuse.E002"}
    (tmp_path / "staticfiles.json").write_text("{}")
    assert not messages()


def test_unscalable_deployment_is_warned_about(settings: Settings) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    settings.ALLOWED_HOSTS = ["*"]

    assert {"terrafuse.W002", "terrafuse.W003", "terrafuse.W004"} <= messages(deploy=True)
    assert not messages()


def test_sqlite_database_is_warned_about(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for engine, warned in (("sqlite3", True), ("postgresql", False)):
        monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", f"django.db.backends.{engine}")

        assert ("terrafuse.W001" in messages(deploy=True)) is warned


def test_proper_deployment_has_no_messages(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    settings.CHANNEL_LAYERS = REDIS
    settings.STORAGES = settings.STORAGES | MANIFEST
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").write_text("{}")
    settings.ALLOWED_HOSTS = ["charging.example.com"]

    assert not messages(deploy=True)
