"""Deployment mistakes are told by their ids."""

from django.core.checks import run_checks

REDIS = {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}}
MANIFEST = {"staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"}}


def told(*, deploy: bool = False) -> set[str]:
    found = {message.id for message in run_checks(include_deployment_checks=deploy)}
    return {each for each in found if each and each.startswith("terrafuse.")}


def test_debug_on_a_public_host_is_an_error(settings) -> None:
    settings.DEBUG = True

    settings.ALLOWED_HOSTS = ["localhost", "charging.example.com"]
    assert told() == {"terrafuse.E001"}
    settings.ALLOWED_HOSTS = ["*"]
    assert told() == {"terrafuse.E001"}
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    assert not told()


def test_missing_collected_files_are_an_error(settings, tmp_path) -> None:
    settings.STORAGES = settings.STORAGES | MANIFEST
    settings.STATIC_ROOT = tmp_path

    assert told() == {"terrafuse.E002"}
    (tmp_path / "staticfiles.json").write_text("{}")
    assert not told()


def test_unscalable_deployment_is_warned_about(settings) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    settings.ALLOWED_HOSTS = ["*"]

    assert {"terrafuse.W002", "terrafuse.W003", "terrafuse.W004"} <= told(deploy=True)
    assert not told()


def test_sqlite_database_is_warned_about(settings, monkeypatch) -> None:
    for engine, warned in (("sqlite3", True), ("postgresql", False)):
        monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", f"django.db.backends.{engine}")

        assert ("terrafuse.W001" in told(deploy=True)) is warned


def test_proper_deployment_has_no_messages(settings, monkeypatch, tmp_path) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    settings.CHANNEL_LAYERS = REDIS
    settings.STORAGES = settings.STORAGES | MANIFEST
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").write_text("{}")
    settings.ALLOWED_HOSTS = ["charging.example.com"]

    assert not told(deploy=True)
