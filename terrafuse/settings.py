"""Settings from the environment; the README lists the variables."""

import sys
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from terrafuse import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
EXPORT_DIR = VAR_DIR / "exports"  # files of export jobs, kept for a day

DEBUG = env.flag("TERRAFUSE_DEBUG", default=False)
SECRET_KEY = env.secret("TERRAFUSE_SECRET_KEY", path=VAR_DIR / "secret-key")
SECRET_KEY_FALLBACKS = env.words("TERRAFUSE_SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("TERRAFUSE_ALLOWED_HOSTS", "localhost,127.0.0.1")
CSRF_TRUSTED_ORIGINS = env.words("TERRAFUSE_TRUSTED_ORIGINS")
HTTPS = env.flag("TERRAFUSE_HTTPS", default=False)

INSTALLED_APPS = [
    "sessions_app.apps.SessionsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "django_tasks",
    "django_tasks_db",
    "lucide",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sessions_app.pages.sign_in.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "terrafuse.urls"
ASGI_APPLICATION = "terrafuse.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]


def _databases() -> dict[str, Any]:
    """Return the database: PostgreSQL from DATABASE_URL, or SQLite in `var/`.

    SQLite: IMMEDIATE, because a transaction that starts with a read cannot wait for the lock when it
    writes; synchronous FULL, so that an acknowledged reading survives a power cut.
    PostgreSQL: a higher cost of parallel workers, because they take longer to start than most queries run.
    Only queries over a whole long history (the sums) benefit from them.
    """
    url = env.url("DATABASE_URL", schemes=("postgres", "postgresql", "sqlite"))
    try:
        parsed = dj_database_url.parse(url or f"sqlite:///{VAR_DIR / 'terrafuse.sqlite3'}")
    except ValueError as error:  # do not show its text: it may contain the password
        raise ImproperlyConfigured("DATABASE_URL is not an address such as postgres://…") from error
    database: dict[str, Any] = dict(parsed)
    if database["NAME"] in {"", ":memory:"}:
        raise ImproperlyConfigured("DATABASE_URL must name a database; only one thread can use a database in memory.")
    if database["ENGINE"] == "django.db.backends.sqlite3":
        VAR_DIR.mkdir(exist_ok=True)
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        }
    else:
        database["OPTIONS"] = {"options": "-c parallel_setup_cost=20000", **database.get("OPTIONS", {})}
    return {"default": database}


DATABASES = _databases()

REDIS_URL = env.url("REDIS_URL", schemes=("redis", "rediss", "unix"))
CHANNEL_LAYERS: dict[str, Any] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": env.text("TERRAFUSE_LAYER_PREFIX", "terrafuse")},
    }
    if REDIS_URL
    else {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        "CONFIG": {"group_expiry": 10**9},  # the default drops a socket from its groups after a day
    }
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "exports"]}}

AUTH_USER_MODEL = "sessions_app.Manager"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "in-progress"
LOGOUT_REDIRECT_URL = "sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False  # one language; domain.wording formats dates and money
FORMAT_MODULE_PATH = ["terrafuse.formats"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "terrafuse.assets.PlotlyFinder",
]
# `collectstatic` hashes and compresses files; without it (tests, DEBUG) the finders serve the originals.
_COLLECTING = sys.argv[1:2] == ["collectstatic"]
_COLLECTED = (_COLLECTING or (STATIC_ROOT / "staticfiles.json").exists()) and not DEBUG
_HASHED = env.flag("TERRAFUSE_HASHED_STATIC", default=_COLLECTED)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "terrafuse.assets.HashedManifestStorage"
        if _HASHED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
SERVESTATIC_USE_FINDERS = not _HASHED
SERVESTATIC_KEEP_ONLY_HASHED_FILES = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [
            SELF,
            NONCE,
        ],  # Plotly writes into the one style element that carries the nonce
        "img-src": [SELF, "data:", "blob:"],  # Plotly's PNG download
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # called from inside, not through the HTTPS proxy
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "sessions_app.pages.errors.stale_form"

DJANGO_TABLES2_TEMPLATE = "sessions/_table.html"
FILTERS_EMPTY_CHOICE_LABEL = None

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "sessions_app": {"level": env.choice("TERRAFUSE_LOG_LEVEL", "INFO", of=("DEBUG", "INFO", "WARNING", "ERROR"))},
        # Replace Django's mail handler, and do not log each 404.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"level": "ERROR"},
    },
}
