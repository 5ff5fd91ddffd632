"""The settings of the server that browser tests drive."""

import os
from pathlib import Path

from tests.settings import *  # noqa: F403

# Each test empties every table, the content types too; the server must not cache them.
MIDDLEWARE = ["tests.support.serving.ForgetContentTypes", *MIDDLEWARE]  # noqa: F405

# pytest removes the files of this folder; the demo keeps its own.
EXPORT_DIR = Path(os.environ["TERRAFUSE_TEST_EXPORT_DIR"])
