"""The settings of the server that browser tests drive."""

import os

from tests.settings import *  # noqa: F403

# Each test empties every table behind the server's back, content types with them.
MIDDLEWARE = ["tests.support.serving.ForgetContentTypes", *MIDDLEWARE]  # noqa: F405

# Files end up where pytest tidies, not among those of a demo.
EXPORT_DIR = os.environ["TERRAFUSE_TEST_EXPORT_DIR"]
