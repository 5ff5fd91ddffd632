"""Deployment mistakes, told by `manage.py check`; those that only matter live, by `check --deploy`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's name

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "testserver"}
IN_MEMORY = "channels.layers.InMemoryChannelLayer"


@register(Tags.security)
def debug_stays_at_home(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Refuse DEBUG on a site that others can open: its error pages show settings and data."""
    strangers = set(settings.ALLOWED_HOSTS) - LOCAL_HOSTS
    if not settings.DEBUG or not strangers:
        return []
    return [
        Error(
            f"TERRAFUSE_DEBUG is on while the site answers to {', '.join(sorted(strangers))}.",
            hint="Unset TERRAFUSE_DEBUG or TERRAFUSE_ALLOWED_HOSTS.",
            id="terrafuse.E001",
        )
    ]


@register()  # not with Tags.staticfiles: collectstatic asks those, and it is the remedy
def hashed_files_are_collected(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Refuse hashed static files that nobody has collected: every page would fail."""
    is_hashed = "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"]
    if not is_hashed or (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return []
    return [
        Error(
            "TERRAFUSE_HASHED_STATIC is on, but no static files have been collected.",
            hint="Run manage.py collectstatic.",
            id="terrafuse.E002",
        )
    ]


@register(Tags.staticfiles, deploy=True)
def static_files_are_hashed(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Warn when browsers would fetch every file again and again, uncompressed."""
    if "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"]:
        return []
    return [
        Warning(
            "Static files are served without hashes, compression or caching.",
            hint="Run manage.py collectstatic with TERRAFUSE_DEBUG unset.",
            id="terrafuse.W003",
        )
    ]


@register(Tags.database, deploy=True)
def database_is_a_server(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Warn of SQLite, which takes one writer and one machine."""
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3":
        return []
    return [
        Warning(
            "The database is a SQLite file: only one process can write, and there is no failover.",
            hint="Set DATABASE_URL=postgres://user:password@host:5432/name.",
            id="terrafuse.W001",
        )
    ]


@register(Tags.compatibility, deploy=True)
def layer_reaches_every_process(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Warn of the in-memory layer: browsers hear only of the stations of their own process."""
    if settings.CHANNEL_LAYERS["default"]["BACKEND"] != IN_MEMORY:
        return []
    return [
        Warning(
            "Live messages stay within one process.",
            hint="With more than one worker, set REDIS_URL=redis://host:6379.",
            id="terrafuse.W002",
        )
    ]


@register(Tags.security, deploy=True)
def hosts_are_named(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Warn of a site that answers to any name: links in it can be made to lead elsewhere."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Warning(
            "The site answers to any host name.",
            hint="Set TERRAFUSE_ALLOWED_HOSTS=charging.example.com.",
            id="terrafuse.W004",
        )
    ]
