"""System checks for deployment mistakes; those for production only run with `check --deploy`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's name

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "testserver"}
IN_MEMORY_LAYER = "channels.layers.InMemoryChannelLayer"


@register(Tags.security)
def debug_only_on_local_hosts(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Reject DEBUG on a public host: its error pages show settings and data."""
    public_hosts = set(settings.ALLOWED_HOSTS) - LOCAL_HOSTS
    if not settings.DEBUG or not public_hosts:
        return []
    return [
        Error(
            f"TERRAFUSE_DEBUG is on while the site serves {', '.join(sorted(public_hosts))}.",
            hint="Unset TERRAFUSE_DEBUG or TERRAFUSE_ALLOWED_HOSTS.",
            id="terrafuse.E001",
        )
    ]


@register()  # not Tags.staticfiles: collectstatic runs those checks, and would fail before it fixes this
def hashed_files_collected(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Reject hashed static files that are not collected: every page would fail."""
    is_hashed = "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"]
    if not is_hashed or (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return []
    return [
        Error(
            "TERRAFUSE_HASHED_STATIC is on, but the static files are not collected.",
            hint="Run manage.py collectstatic.",
            id="terrafuse.E002",
        )
    ]


@register(Tags.staticfiles, deploy=True)
def static_files_hashed(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Warn if static files are not hashed: browsers cannot cache them."""
    if "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"]:
        return []
    return [
        Warning(
            "Static files are not hashed, compressed or cached.",
            hint="Run manage.py collectstatic with TERRAFUSE_DEBUG unset.",
            id="terrafuse.W003",
        )
    ]


@register(Tags.database, deploy=True)
def database_is_server(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Warn about SQLite, which allows one writer and one machine."""
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
    """Warn about the in-memory layer: browsers receive events only from stations of the same process."""
    if settings.CHANNEL_LAYERS["default"]["BACKEND"] != IN_MEMORY_LAYER:
        return []
    return [
        Warning(
            "Live events do not leave their process.",
            hint="With more than one worker, set REDIS_URL=redis://host:6379.",
            id="terrafuse.W002",
        )
    ]


@register(Tags.security, deploy=True)
def allowed_hosts_set(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Warn about a site that accepts any host name: a forged one can redirect its links."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Warning(
            "The site accepts any host name.",
            hint="Set TERRAFUSE_ALLOWED_HOSTS=charging.example.com.",
            id="terrafuse.W004",
        )
    ]
