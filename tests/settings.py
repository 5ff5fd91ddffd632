"""The settings of the tests: those of the project, with a secret of their own."""

import os

os.environ.setdefault("TERRAFUSE_SECRET_KEY", "a secret that only the tests know, and nobody else")
os.environ.setdefault("TERRAFUSE_HASHED_STATIC", "False")  # whatever a demo has collected once
# Two runs on one Redis do not hear each other; the server that a test starts inherits the name.
os.environ.setdefault("TERRAFUSE_LAYER_PREFIX", f"terrafuse-test-{os.getpid()}")

from terrafuse.settings import *  # noqa: F403

# Nor do two workers of one run, which share its environment, but not its database: their ids are the same.
if REDIS_URL:  # noqa: F405
    CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] += os.environ.get("PYTEST_XDIST_WORKER", "")  # noqa: F405

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick sign-ins

# A file, and never memory: the server of the browser tests is a process of its own.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / f"test_{os.getpid()}.sqlite3")}  # noqa: F405

# Files come straight from where they lie: what `make demo` has collected may be old.
STATIC_ROOT = VAR_DIR / "never-collected"  # noqa: F405
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # noqa: F405
SERVESTATIC_USE_FINDERS = True
