"""The settings of the tests: those of the project, with a secret of their own."""

import os

os.environ.setdefault("TERRAFUSE_SECRET_KEY", "a secret of the tests, at least fifty characters long")
os.environ.setdefault("TERRAFUSE_HASHED_STATIC", "False")  # ignore files that a demo has collected
# Keeps two runs on one Redis apart; the server that a test starts inherits the prefix.
os.environ.setdefault("TERRAFUSE_LAYER_PREFIX", f"terrafuse-test-{os.getpid()}")

from terrafuse.settings import *  # noqa: F403

# Two workers of one run share its environment but not its database, in which ids are the same.
if REDIS_URL:  # noqa: F405
    CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] += os.environ.get("PYTEST_XDIST_WORKER", "")  # noqa: F405

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast sign-in

# A file, not memory: the server of the browser tests is another process.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / f"test_{os.getpid()}.sqlite3")}  # noqa: F405

# Serve files from their sources: those collected by `make demo` may be old.
STATIC_ROOT = VAR_DIR / "never-collected"  # noqa: F405
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # noqa: F405
SERVESTATIC_USE_FINDERS = True
